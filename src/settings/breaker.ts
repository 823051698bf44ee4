// The settings of the circuit breakers: every level within its bounds, and the levels of one measure in
// their order, so that none closes where it would trip again.
import { z } from 'zod';
import { type BreakerLevels, DEFAULT_LEVELS as preset } from '../domain/breaker-levels.ts';

const share = (value: number) => z.number().gt(0).max(1).default(value);
const ratio = (value: number) => z.number().gt(0).max(1000).default(value);
const count = (value: number) => z.number().int().min(1).max(100_000).default(value);
const time = (value: number) => z.number().gt(0).max(10_000).default(value);

export const breakerSchema = z.strictObject({
  weeklyLoss: share(preset.weeklyLoss),
  drawdownScale: share(preset.drawdownScale),
  drawdownReset: share(preset.drawdownReset),
  drawdownHalt: share(preset.drawdownHalt),
  drawdownReduce: share(preset.drawdownReduce),
  drawdownFlatten: share(preset.drawdownFlatten),
  correlationScale: share(preset.correlationScale),
  correlationZ: ratio(preset.correlationZ),
  correlationPause: share(preset.correlationPause),
  correlationReset: share(preset.correlationReset),
  correlationResetZ: ratio(preset.correlationResetZ),
  correlationHours: z.number().int().min(1).max(48).default(preset.correlationHours),
  volatilityScale: ratio(preset.volatilityScale),
  volatilityPause: ratio(preset.volatilityPause),
  volatilityReset: ratio(preset.volatilityReset),
  volatilityHours: z.number().int().min(1).max(48).default(preset.volatilityHours),
  priceBandMajor: share(preset.priceBandMajor),
  priceBand: share(preset.priceBand),
  priceBandMinutes: time(preset.priceBandMinutes),
  silenceSeconds: time(preset.silenceSeconds),
  clockSkewSeconds: time(preset.clockSkewSeconds),
  staleCandles: z.number().gt(1).max(1000).default(preset.staleCandles),
  staleShare: share(preset.staleShare),
  freshUpdates: count(preset.freshUpdates),
  cleanCandles: count(preset.cleanCandles),
  openMinutes: time(preset.openMinutes),
  rejectShare: share(preset.rejectShare),
  rejectOrders: count(preset.rejectOrders),
  rejectsInRow: count(preset.rejectsInRow),
  rejectMinutes: time(preset.rejectMinutes),
  venueErrors: count(preset.venueErrors),
  venueAckMs: z.number().int().min(1).max(600_000).default(preset.venueAckMs),
  venueMinutes: time(preset.venueMinutes),
  reconciliationLots: ratio(preset.reconciliationLots),
  slippageScale: share(preset.slippageScale),
  slippagePause: share(preset.slippagePause),
  slippageShock: share(preset.slippageShock),
  slippageOrders: z.number().int().min(1).max(100).default(preset.slippageOrders),
  slippageHours: time(preset.slippageHours),
  lossStreak: count(preset.lossStreak),
  lossStreakHours: time(preset.lossStreakHours),
  lossRunHours: time(preset.lossRunHours),
  entriesPerHour: count(preset.entriesPerHour),
  entriesPerDay: count(preset.entriesPerDay),
});

/** Levels of one measure, in rising order. */
const ladders: readonly (readonly (keyof BreakerLevels)[])[] = [
  ['drawdownReset', 'drawdownScale', 'drawdownHalt', 'drawdownReduce', 'drawdownFlatten'],
  ['correlationReset', 'correlationPause'],
  ['correlationResetZ', 'correlationZ'],
  ['volatilityReset', 'volatilityScale', 'volatilityPause'],
  ['slippageScale', 'slippagePause', 'slippageShock'],
];

/** Levels out of their order: the key to complain of, and the order expected. */
export const disorders = (
  levels: BreakerLevels,
): readonly { readonly key: string; readonly order: string }[] =>
  ladders.flatMap((ladder) => {
    const isRising = ladder.every(
      (key, index) => index === 0 || levels[key] > levels[ladder[index - 1] ?? key],
    );
    return isRising ? [] : [{ key: ladder[0] ?? '', order: ladder.join(' < ') }];
  });
