// The circuit breakers as data (DOMAIN §7): what each watches, at what it trips, what it does then, how it
// closes again. At which numbers is a setting.
import type { BreakerLevels } from './breaker-levels.ts';
import type { Millis } from './time.ts';

/** In rising strictness: the strictest open one wins. */
export type BreakerAction =
  | { readonly kind: 'scale'; readonly factor: number }
  | { readonly kind: 'pause' | 'reduce' | 'flatten' };

type Level = (levels: BreakerLevels) => number;

/** `wait`: how long it stays open at least, in market time. */
export type BreakerReset =
  /** When what it measures has been calm for long enough: `until` says what that is. */
  | {
      readonly kind: 'calm';
      readonly wait: Level;
      readonly until: (levels: BreakerLevels) => string;
    }
  /** When its time is over. */
  | { readonly kind: 'after'; readonly wait: Level }
  /** When its time is over it is half open: one entry of the smallest size shows whether it may close. */
  | { readonly kind: 'probe'; readonly wait: Level }
  /** Latched until a named person resets it. */
  | { readonly kind: 'person' };

export interface BreakerRule {
  /** One engine trades at one venue: that scope is as wide as the portfolio's. */
  readonly scope: 'portfolio' | 'venue' | 'asset' | 'configuration';
  readonly watches: string;
  /** On an asset or configuration `on`; null where it follows from the record itself. */
  readonly trip: (levels: BreakerLevels, on: string) => number | null;
  readonly action: BreakerAction;
  readonly reset: BreakerReset;
}

const minute: Millis = 60_000;
const hour: Millis = 60 * minute;
const scale: BreakerAction = { kind: 'scale', factor: 0.5 };
const pause: BreakerAction = { kind: 'pause' };
const person: BreakerReset = { kind: 'person' };

const calm = (until: (levels: BreakerLevels) => string, wait?: Level): BreakerReset => ({
  kind: 'calm',
  wait: wait ?? (({ openMinutes }) => openMinutes * minute),
  until,
});
const uncrowded = calm(
  (l) =>
    `below ${l.correlationReset} and ${l.correlationResetZ} deviations for ${l.correlationHours} h`,
);
const quiet = calm((l) => `below ${l.volatilityReset} for ${l.volatilityHours} h`);
const fresh = calm((l) => `fresh, and ${l.freshUpdates} updates since`);
const clean = calm(
  (l) => `${l.venueMinutes} clean minutes`,
  (l) => l.venueMinutes * minute,
);
const answered: BreakerReset = { kind: 'probe', wait: (l) => l.rejectMinutes * minute };
const filledWell: BreakerReset = { kind: 'probe', wait: (l) => l.slippageHours * hour };

/** Assets whose price band is the narrow one. */
const MAJORS: ReadonlySet<string> = new Set(['BTC', 'ETH']);

const fall = 'fall from the highest equity, as a share of it';
const row = (
  scope: BreakerRule['scope'],
  watches: string,
  trip: BreakerRule['trip'],
  action: BreakerAction,
  reset: BreakerReset,
): BreakerRule => ({ scope, watches, trip, action, reset });

export const BREAKERS = {
  'weekly-loss': row(
    'portfolio',
    'loss over seven days, as a share of the equity then',
    (l) => l.weeklyLoss,
    pause,
    person,
  ),
  'drawdown-scale': row(
    'portfolio',
    fall,
    (l) => l.drawdownScale,
    scale,
    calm(
      (l) => `below ${l.drawdownReset}`,
      () => 0,
    ),
  ),
  'drawdown-halt': row('portfolio', fall, (l) => l.drawdownHalt, pause, person),
  'drawdown-reduce': row('portfolio', fall, (l) => l.drawdownReduce, { kind: 'reduce' }, person),
  'drawdown-flatten': row('portfolio', fall, (l) => l.drawdownFlatten, { kind: 'flatten' }, person),
  'correlation-scale': row(
    'portfolio',
    'deviations of the mean correlation of all assets above its month, while it is high',
    (l) => l.correlationZ,
    scale,
    uncrowded,
  ),
  'correlation-pause': row(
    'portfolio',
    'mean correlation of all assets, weighted by volatility',
    (l) => l.correlationPause,
    pause,
    uncrowded,
  ),
  'feed-silence': row(
    'portfolio',
    'seconds without any market data',
    (l) => l.silenceSeconds,
    pause,
    fresh,
  ),
  'clock-skew': row(
    'portfolio',
    'seconds between market data and this machine’s clock',
    (l) => l.clockSkewSeconds,
    pause,
    fresh,
  ),
  'stale-market': row(
    'portfolio',
    'share of the assets whose candles are overdue',
    (l) => l.staleShare,
    pause,
    fresh,
  ),
  'stale-data': row(
    'asset',
    'age of the last close, in candles',
    (l) => l.staleCandles,
    pause,
    fresh,
  ),
  'data-sanity': row(
    'asset',
    'bad candles and gaps that are not filled',
    () => 1,
    pause,
    calm((l) => `filled, and ${l.cleanCandles} sound candles since`),
  ),
  'price-band': row(
    'asset',
    'distance of the price from its mean of five minutes, as a share',
    (l, on) => (MAJORS.has(on) ? l.priceBandMajor : l.priceBand),
    pause,
    calm(
      () => 'back inside',
      (l) => l.priceBandMinutes * minute,
    ),
  ),
  'volatility-scale': row(
    'asset',
    'volatility of the hours against its median of a month',
    (l) => l.volatilityScale,
    scale,
    quiet,
  ),
  'volatility-pause': row(
    'asset',
    'volatility of the hours against its median of a month',
    (l) => l.volatilityPause,
    pause,
    quiet,
  ),
  'slippage-scale': row(
    'asset',
    'median slippage of the last orders, as a share',
    (l) => l.slippageScale,
    scale,
    filledWell,
  ),
  'slippage-pause': row(
    'asset',
    'median slippage of the last orders, as a share',
    (l) => l.slippagePause,
    pause,
    filledWell,
  ),
  'slippage-shock': row(
    'asset',
    'slippage of one order, as a share',
    (l) => l.slippageShock,
    pause,
    filledWell,
  ),
  'reject-run': row('venue', 'orders refused in a row', (l) => l.rejectsInRow, pause, answered),
  'reject-share': row(
    'venue',
    'share of the orders of five minutes refused, of enough of them',
    (l) => l.rejectShare,
    pause,
    answered,
  ),
  'venue-errors': row(
    'venue',
    'errors of the venue within five minutes',
    (l) => l.venueErrors,
    pause,
    clean,
  ),
  'venue-latency': row(
    'venue',
    'milliseconds to an answer that one order in twenty exceeds',
    (l) => l.venueAckMs,
    pause,
    clean,
  ),
  reconciliation: row(
    'venue',
    'lots that the venue has less of than the book',
    (l) => l.reconciliationLots,
    pause,
    calm(() => 'reconciled'),
  ),
  'loss-streak': row('configuration', 'losses in a row', (l) => l.lossStreak, pause, {
    kind: 'after',
    wait: (l) => l.lossStreakHours * hour,
  }),
  'loss-run': row(
    'configuration',
    'losses in a row, against what its win rate lets expect once in twenty',
    () => null,
    pause,
    { kind: 'after', wait: (l) => l.lossRunHours * hour },
  ),
  'entries-hour': row(
    'configuration',
    'entries within an hour',
    (l) => l.entriesPerHour + 1,
    pause,
    person,
  ),
  'entries-day': row(
    'configuration',
    'entries within a day',
    (l) => l.entriesPerDay + 1,
    pause,
    person,
  ),
} as const satisfies Record<string, BreakerRule>;

export type BreakerId = keyof typeof BREAKERS;

export const breakerRule = (id: BreakerId): BreakerRule => BREAKERS[id];
export const isBreakerId = (text: string): text is BreakerId => Object.hasOwn(BREAKERS, text);
export const BREAKER_IDS: readonly BreakerId[] = Object.keys(BREAKERS).filter(isBreakerId);
