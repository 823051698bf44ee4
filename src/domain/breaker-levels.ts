// At what the circuit breakers trip and at what they close again (DOMAIN §7): every number of theirs, as
// the settings give it.

/** Shares are plain (.05 is 5 %); hours and minutes are of market time, seconds and milliseconds of the machine's. */
export interface BreakerLevels {
  readonly weeklyLoss: number;
  readonly drawdownScale: number;
  readonly drawdownReset: number;
  readonly drawdownHalt: number;
  readonly drawdownReduce: number;
  /** 1: never. */
  readonly drawdownFlatten: number;
  readonly correlationScale: number;
  readonly correlationZ: number;
  readonly correlationPause: number;
  readonly correlationReset: number;
  readonly correlationResetZ: number;
  readonly correlationHours: number;
  readonly volatilityScale: number;
  readonly volatilityPause: number;
  readonly volatilityReset: number;
  readonly volatilityHours: number;
  readonly priceBandMajor: number;
  readonly priceBand: number;
  readonly priceBandMinutes: number;
  readonly silenceSeconds: number;
  readonly clockSkewSeconds: number;
  readonly staleCandles: number;
  readonly staleShare: number;
  readonly freshUpdates: number;
  readonly cleanCandles: number;
  readonly openMinutes: number;
  readonly rejectShare: number;
  readonly rejectOrders: number;
  readonly rejectsInRow: number;
  readonly rejectMinutes: number;
  readonly venueErrors: number;
  readonly venueAckMs: number;
  readonly venueMinutes: number;
  readonly reconciliationLots: number;
  readonly slippageScale: number;
  readonly slippagePause: number;
  readonly slippageShock: number;
  readonly slippageOrders: number;
  readonly slippageHours: number;
  readonly lossStreak: number;
  readonly lossStreakHours: number;
  readonly lossRunHours: number;
  readonly entriesPerHour: number;
  readonly entriesPerDay: number;
}

export const DEFAULT_LEVELS: BreakerLevels = {
  weeklyLoss: 0.05,
  drawdownScale: 0.05,
  drawdownReset: 0.025,
  drawdownHalt: 0.1,
  drawdownReduce: 0.15,
  drawdownFlatten: 1,
  correlationScale: 0.85,
  correlationZ: 2,
  correlationPause: 0.95,
  correlationReset: 0.92,
  correlationResetZ: 1,
  correlationHours: 6,
  volatilityScale: 3,
  volatilityPause: 5,
  volatilityReset: 2,
  volatilityHours: 6,
  priceBandMajor: 0.05,
  priceBand: 0.1,
  priceBandMinutes: 5,
  silenceSeconds: 30,
  clockSkewSeconds: 2,
  staleCandles: 1.5,
  // More than half of them.
  staleShare: 0.51,
  freshUpdates: 3,
  cleanCandles: 3,
  openMinutes: 1,
  rejectShare: 0.3,
  rejectOrders: 20,
  rejectsInRow: 5,
  rejectMinutes: 5,
  venueErrors: 10,
  venueAckMs: 2000,
  venueMinutes: 5,
  reconciliationLots: 1,
  slippageScale: 0.0025,
  slippagePause: 0.005,
  slippageShock: 0.01,
  slippageOrders: 20,
  slippageHours: 1,
  lossStreak: 5,
  lossStreakHours: 1,
  lossRunHours: 24,
  entriesPerHour: 3,
  entriesPerDay: 10,
};
