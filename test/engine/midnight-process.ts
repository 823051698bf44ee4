// The engine over a midnight, an act of the story a process: a loss latches the day, the process dies a
// millisecond before midnight, the next one trades on. Told on the clock of the story, while the machine's
// own clock is set forward and back by the hour.
import { createClock } from '../../src/clock.ts';
import type { Stream } from '../../src/domain/candle.ts';
import { configurationOf } from '../support/bench.ts';
import { craftMarket } from '../support/crafted-market.ts';
import { type Stage, startStage } from '../support/stage.ts';

const [directory = '', act = '', hours = '0'] = process.argv.slice(2);
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
const midnight = Date.UTC(2025, 5, 1);

let stepped = 0;
const MachineDate = Date;
/** The machine's clock, set wrong: everything that asks it hears so. */
globalThis.Date = class extends MachineDate {
  constructor(...of: [] | [number]) {
    super(...(of.length === 0 ? ([MachineDate.now() + stepped] as const) : of));
  }
  static override now = (): number => MachineDate.now() + stepped;
} as DateConstructor;
const stepClock = (times: number): void => {
  stepped += times * Number(hours) * hour;
};

const market = craftMarket(2, () => []);
const { entry } = market.setup;

/** One market under three names, each with its BUY at a time of its own. */
const buys = { BTC: midnight - 10 * minute, ETH: midnight - 2 * minute, SOL: midnight } as const;
type Asset = keyof typeof buys;
const assets = Object.keys(buys) as Asset[];
const streamOf = (asset: Asset): Stream => ({ pair: `${asset}/USDT`, timeframe: '1m' });

function candlesOf(asset: Asset) {
  const last = market.candles.at(-1);
  const later = buys[asset] - ((last?.openTime ?? 0) + minute);
  return market.candles.map((candle) => ({ ...candle, openTime: candle.openTime + later }));
}

const clock = createClock(1, () => 0);
let stage: Stage;

/** The venue says what time it is, with a price of everything. */
function priced(at: number, price = entry): void {
  clock.observe(at);
  for (const asset of assets) stage.price(streamOf(asset).pair, price);
}

async function ticked(): Promise<void> {
  stage.tick();
  await stage.settled();
}

/** The candle on which `asset` is bought closes. */
async function bought(asset: Asset): Promise<void> {
  const candle = candlesOf(asset).at(-1);
  if (candle === undefined) throw new Error('expected a candle');
  clock.observe(buys[asset]);
  stage.candle(streamOf(asset), candle);
  await stage.settled();
}

const acts: Record<string, () => Promise<void>> = {
  async 'the day before'() {
    priced(midnight - 11 * minute);
    await ticked();
    await bought('BTC');
    stepClock(1);
    // A quarter of a tenth of the book is gone at once, and with it the day.
    priced(midnight - 5 * minute, entry * 0.75);
    await stage.settled();
    await ticked();
    priced(midnight - 2 * minute);
    await bought('ETH');
    stepClock(-2);
    priced(midnight - 1);
    await ticked();
    process.kill(process.pid, 'SIGKILL');
  },
  async 'the day itself'() {
    await ticked();
    priced(midnight - 1);
    await ticked();
    stepClock(-3);
    await ticked();
    priced(midnight);
    await bought('SOL');
    stepClock(5);
    await ticked();
    // An event of yesterday that comes late.
    clock.observe(midnight - minute);
    await ticked();
    priced(midnight + minute);
    await ticked();
    await stage.stop();
  },
  async 'later that day'() {
    stepClock(-1);
    await ticked();
    priced(midnight + 10 * minute);
    await ticked();
    stepClock(9);
    priced(midnight + day - 1);
    // A leap so far needs a few events that agree on it.
    for (let more = 2; more <= 4; more += 1) clock.observe(midnight + day - more);
    priced(midnight + day - 1);
    await ticked();
    await stage.stop();
  },
};

async function tell(): Promise<void> {
  clock.observe(midnight - 12 * minute);
  stage = await startStage({
    ...{ directory, clock },
    configurations: assets.map((asset) => configurationOf(asset.toLowerCase(), streamOf(asset))),
  });
  for (const asset of assets) {
    for (const candle of candlesOf(asset).slice(-640, -1)) {
      stage.candle(streamOf(asset), candle, true);
    }
    stage.live(streamOf(asset));
  }
  await acts[act]?.();
}

await tell();
