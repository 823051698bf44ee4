// What is traded, by which configurations and under which settings.
import type { Configuration } from '../../src/domain/configuration.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import { decimal, money, quantity } from '../../src/domain/money.ts';
import { checkSettings, type Settings } from '../../src/settings/settings.ts';
import type { Rules } from './exchange.ts';
import type { Fate } from './swarm.ts';

export const QUOTE = 'USDT';
export const PAIRS = ['BTC/USDT', 'ETH/USDT'] as const;
export type Pair = (typeof PAIRS)[number];

/** What each pair begins its history at. */
export const FIRST_PRICES: Readonly<Record<Pair, number>> = {
  'BTC/USDT': 60_000,
  'ETH/USDT': 3000,
};

const eager = {
  ...{ pivot_bars: 1, lookback: 200, level_age_min: 10, cluster_tolerance: 0, reclaim_bars: 3 },
  ...{ depth_min: 0, depth_max: 10, relative_volume_min: 0, close_location_min: 0 },
  ...{ sweep_window: 1, target_min_r: 1.5, target_r: 2, target_max_r: 2, confidence_min: 0 },
};

/** Two pairs, six configurations each: one set-up, told apart by their patience. */
export const configurationsOf = (): readonly Configuration[] =>
  PAIRS.flatMap((pair) =>
    [1, 2, 3, 4, 5, 6].map((patience): Configuration => {
      const [base = ''] = pair.split('/');
      return {
        ...{ id: `${base.toLowerCase()}-${patience}`, version: 1, pair, exchange: 'binance' },
        ...{ strategy: 'liquidity_sweep', timeframe: '1m', stage: 'MATURE', isActive: true },
        parameters: {
          ...eager,
          stop_buffer: 0.4 + patience / 5,
          bars_max: Math.ceil(patience / 2),
        },
        ...{ winRatePercent: 68, sharpe: 2.1, performance: {}, validation: {} },
        ...{ regime: null, evidence: null },
      };
    }),
  );

/** Settings of a live trader whose limits bind in some seeds and leave room in others. */
export function settingsOf(fate: Fate): Settings {
  const isNarrow = fate.rate('narrow') > 0;
  const read = checkSettings(
    {
      mode: 'live',
      execution: { fee: 0.0005, slippage: 0, collar: 0.004, maxSignalAge: 1 },
      risk: {
        // Each of them binds in some seeds.
        maxTotalExposure: fate.between('total exposure', 0.1, 0.6),
        maxAssetExposure: fate.between('asset exposure', 0.08, 0.35),
        maxPositions: Math.floor(fate.between('positions', 4, 13)),
        cashReserve: fate.between('cash reserve', 0.2, 0.4),
        ...{ stageCaps: { MATURE: 0.5 }, maxDailyLoss: isNarrow ? 0.0008 : 0.05 },
      },
      protection: { by: fate.draw('protection') < 0.7 ? 'both' : 'engine', offset: 0.002 },
      breakers: {
        ...{ entriesPerHour: 1000, entriesPerDay: 1000, lossStreak: 1000, silenceSeconds: 30 },
        ...{ rejectsInRow: isNarrow ? 5 : 1000, rejectOrders: 1000, venueErrors: 1000 },
        ...{ priceBand: 0.5, priceBandMajor: 0.4, volatilityScale: 500, volatilityPause: 900 },
        ...{ volatilityReset: 400, slippageShock: 0.9, slippagePause: 0.8, slippageScale: 0.7 },
      },
    },
    'simulation',
  );
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.settings;
}

/** The rules of trading as the exchange tells them. */
export const instrumentsOf = (rules: ReadonlyMap<string, Rules>): ReadonlyMap<string, Instrument> =>
  new Map(
    [...rules].map(([pair, { tickSize, stepSize, notionalMin }]) => {
      const [base = '', quote = ''] = pair.split('/');
      const instrument = {
        ...{ pair, base, quote, active: true },
        ...{ tickSize: decimal(tickSize.toFixed()), stepSize: decimal(stepSize.toFixed()) },
        ...{ quantityMin: quantity(stepSize.toFixed()), quantityMax: quantity('9000') },
        notionalMin: money(notionalMin.toFixed()),
      };
      return [pair, instrument] as const;
    }),
  );
