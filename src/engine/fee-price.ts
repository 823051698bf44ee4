// What a fee in a third asset is worth in the quote currency, by the last price of that asset, where anybody
// here watches it. Elsewhere it is booked in its own asset alone, and said so once.
import type { Fill } from '../domain/fill.ts';
import { price as mintPrice, type Price } from '../domain/money.ts';
import type { Log } from '../ports.ts';

export function createFeePrice(
  last: (pair: string) => number | undefined,
  log: Log,
): (fill: Fill) => Price | undefined {
  const told = new Set<string>();
  return ({ pair, fee, feeAsset }) => {
    const [base, quote] = pair.split('/');
    if (feeAsset === base || feeAsset === quote || Number(fee) === 0) return undefined;
    const price = last(`${feeAsset}/${quote}`);
    if (price !== undefined) return mintPrice(price);
    if (!told.has(feeAsset)) {
      log.warn(
        { asset: feeAsset },
        'fees are paid in an asset without a price here: not in profits',
      );
    }
    told.add(feeAsset);
    return undefined;
  };
}
