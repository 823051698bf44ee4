// A fill is the venue's word that a trade happened: applied once, by its trade id, in whatever state
// its order is believed to be.
import type { DecimalText } from './money.ts';
import type { Millis } from './time.ts';

export type Side = 'buy' | 'sell';

/** Plain JSON; quantity in base units, price in quote, fee in `feeAsset`. */
export interface Fill {
  /** Unique per venue and pair. */
  readonly tradeId: string;
  readonly clientOrderId: string;
  readonly pair: string;
  readonly side: Side;
  readonly price: DecimalText;
  readonly quantity: DecimalText;
  readonly fee: DecimalText;
  readonly feeAsset: string;
  /** Venue's event time: market time. */
  readonly at: Millis;
}
