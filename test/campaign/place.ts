// Where a round takes place: the exchange as a process of its own, first with the plan's faults at the plan's
// speed, at last without any and at the pace of a clock, so that nothing happens between two looks; and the
// settings of a trader on it.
import { type SandboxChild, startSandboxChild } from '../../src/cli/sandbox-child.ts';
import type { VenueAccess } from '../support/audit/venue-client.ts';
import { configurationOf, type LivePlace, livePlace } from '../support/live-place.ts';
import type { RoundPlan } from './draw.ts';

const [key, secret] = ['campaign-key-4d1f', 'campaign-secret-9c2e'];
/** Of a side: low, so that what is small is worth a trade. */
const fee = 0.0002;
/** Somebody else's coins among them: they are there to be sold by others. */
const balances = { USDT: '100000', BTC: '0.5', ETH: '5', SOL: '100', BNB: '20' };
const pairs = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'BNB/USDT'];

/** What no output may hold. */
export const secrets: readonly string[] = [key, secret];

export interface Place {
  readonly trader: LivePlace;
  readonly venue: VenueAccess;
  readonly sandbox: SandboxChild;
}

/** Opens the exchange below `directory` with the faults of `plan`. */
export const openPlace = (
  directory: string,
  plan: RoundPlan,
  say: (line: string) => void,
): Promise<Place> => open(directory, plan, { speed: plan.speed, faults: plan.faults }, say);

/** The same exchange and account without faults, where hardly anything moves. */
export const openCalm = (
  directory: string,
  plan: RoundPlan,
  say: (line: string) => void,
): Promise<Place> => open(directory, plan, { speed: 1, faults: undefined }, say);

async function open(
  directory: string,
  plan: RoundPlan,
  { speed, faults }: { speed: number; faults: RoundPlan['faults'] | undefined },
  say: (line: string) => void,
): Promise<Place> {
  const sandbox = await startSandboxChild(
    {
      ...{ port: 0, directory, seed: plan.market, speed, fee, key, secret },
      ...{ candles: [], balances },
      ...(faults === undefined ? {} : { faults }),
    },
    say,
  );
  const { port } = sandbox;
  const options = { port, speed, key, secret, configurations, execution: executionOf(plan) };
  const trader = livePlace(directory, options, rules(plan));
  return { trader, venue: { rest: `http://127.0.0.1:${port}`, key, secret }, sandbox };
}

/** Parameters that nobody would train: what matters here is how much is ordered. */
const keen = {
  ...{ fall_min: 0.5, relative_volume_min: 0.5, true_range_min: 0.5, rsi_max: 60, wick_min: 0.1 },
  ...{ confidence_min: 0, retrace_min: 0.1, rearms: 10, target_min_r: 0.5 },
};
const kinds = [
  { name: 'sweep', strategy_name: 'Liquidity Sweep', parameters: {} },
  {
    ...{ name: 'quick', strategy_name: 'Liquidity Sweep' },
    parameters: {
      ...{ pivot_bars: 1, relative_volume_min: 0, close_location_min: 0, confidence_min: 0 },
      ...{ depth_min: 0, sweep_window: 1, target_min_r: 0.8, target_r: 1.6, bars_max: 5 },
    },
  },
  ...[5, 9, 14].map((bars) => ({
    ...{ name: `turn-${bars}`, strategy_name: 'Capitulation Reversal' },
    parameters: { ...keen, fall_bars: bars, bars_max_fast: 2 * bars, stop_buffer: 3 / bars },
  })),
];

/** Several on each pair, so that they share its one stop at the venue. */
const configurations = pairs.flatMap((pair) =>
  kinds.map(({ name, ...kind }) =>
    configurationOf({ ...kind, id: `${pair.slice(0, 3).toLowerCase()}-${name}`, pair }),
  ),
);

const executionOf = ({ entry }: RoundPlan): string =>
  `{ entry: ${entry}, collar: 0.02, fee: ${fee}, slippage: 0, recvWindowMs: 1000, maxSignalAge: 5, entriesPerMinuteMax: 600 }`;

/** Wide enough that trading goes on: what a round is about is not whether a loss latches. */
const rules = ({
  protection,
  speed,
}: RoundPlan): string => `portfolio: { gatherMs: ${Math.min(50, Math.floor(15_000 / speed))} }
sizing: { base: { MATURE: 0.03, VALIDATION: 0.03, DISCOVERY: 0.02, DECAY: 0.02 } }
risk: { maxTotalExposure: 0.6, stageCaps: { MATURE: 0.6 }, maxAssetExposure: 0.3, maxDailyLoss: 0.5, maxPositions: 20 }
protection: { by: ${protection} }
breakers: { entriesPerHour: 1000, entriesPerDay: 10000, lossStreak: 1000, weeklyLoss: 0.9, drawdownScale: 0.5, drawdownReset: 0.4, drawdownHalt: 0.6, drawdownReduce: 0.7, slippageScale: 0.3, slippagePause: 0.4, slippageShock: 0.5, correlationScale: 0.97, correlationPause: 0.99 }
`;
