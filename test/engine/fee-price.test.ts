// A fee in a third asset is worth its last price here, where there is one; where there is none, that is said.
import { expect, test } from 'vitest';
import { draftOf } from '../../src/domain/fold.ts';
import { review } from '../../src/domain/review.ts';
import { createFeePrice } from '../../src/engine/fee-price.ts';
import {
  configurationOf,
  fillOf,
  momentAt,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

const [decided] = review(
  draftOf(openedBook()),
  [proposalOf(configurationOf('one'))],
  termsFor(['BTC/USDT']),
  momentAt(),
);
if (decided?.type !== 'signal.approved') throw new Error('expected an approval');
const { order } = decided.data;

test.each([
  ['BTC', '0.1', undefined, 0],
  ['USDT', '0.1', undefined, 0],
  ['BNB', '0.1', '600', 0],
  ['BNB', '0', undefined, 0],
  ['XYZ', '0.1', undefined, 1],
])('a fee in %s of %s is worth %s each', (feeAsset, fee, worth, lines) => {
  const said: string[] = [];
  const log = {
    debug() {},
    info() {},
    warn: (_: object, text: string) => said.push(text),
    error() {},
  };
  const priceOf = createFeePrice((pair) => (pair === 'BNB/USDT' ? 600 : undefined), log);
  const fill = fillOf(order, { fee, feeAsset });
  expect([priceOf(fill)?.toFixed(), priceOf(fill)?.toFixed()]).toEqual([worth, worth]);
  expect(said).toHaveLength(lines);
});
