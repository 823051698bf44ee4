// The closed catalogue of refusals: every "no" of the engine has a code, and where a number decided,
// the limit and what was found against it.
import type { DecimalText } from './money.ts';

/** Code → what it means, in the words of the README. The order is the order of the checks. */
export const REFUSALS = {
  'not-warm': 'the stream has fewer contiguous candles than the strategy needs',
  gap: 'a gap, duplicate or disorder lies inside the strategy’s look-back',
  'bad-candle': 'the deciding candle is not sound',
  'atr-zero': 'the market did not move: there is no scale to judge by',
  'trading-state': 'the portfolio takes no new exposure now: recovering, reducing or flattening',
  'breaker-open':
    'a circuit breaker of the portfolio, the venue, the asset or the configuration keeps entries out',
  'account-unreconciled':
    'the venue’s account is being compared with the book: its events were lost for a while',
  'symbol-frozen':
    'an order or trade of somebody else was found on the pair, which `reconcile` tells; or what became of an order of our own is not known yet',
  'stage-without-capital': 'the configuration’s stage holds no capital',
  'sharpe-not-positive': 'the validated Sharpe ratio is missing, not finite or not above zero',
  inactive: 'the configuration is archived',
  unhealthy: 'the configuration is paused, faulted or quarantined',
  'pair-unknown': 'the venue does not trade this pair, or not now',
  'stream-stale': 'the stream has no fresh data, or is being repaired',
  'signal-late': 'the deciding candle closed too long ago',
  'not-finite': 'a number of the proposal or the book is not finite',
  'levels-disordered': 'the stop is not below the entry price, or the target not above it',
  'book-unmarked': 'a position has no price yet: neither equity nor losses can be judged',
  'equity-not-positive': 'the book has no equity to size on',
  duplicate: 'this configuration already decided on this candle',
  'position-open': 'the configuration holds or is entering a position: no pyramiding',
  'daily-loss': 'the day’s loss reached its limit; entries wait for the next UTC day',
  'max-positions': 'as many configurations as allowed hold or enter positions',
  'stage-cap': 'the stage has no room left',
  'asset-cap': 'the asset has no room left',
  'total-exposure': 'the portfolio has no room left',
  'cash-reserve': 'the cash that must stay would be touched',
  'correlated-exposure': 'the correlation-adjusted exposure has no room left',
  'lot-size': 'the size is outside the venue’s quantity limits',
  'notional-min': 'the size is below the venue’s smallest order value',
  'position-min': 'the size is below the smallest position worth taking',
  'no-position': 'a SELL without a position of its own closes nothing',
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** A named "no": `limit` and `actual` in the unit of the limit, `headroom` what was left of it. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly limit?: DecimalText;
  readonly actual?: DecimalText;
  readonly headroom?: DecimalText;
  readonly detail?: string;
}
