// One configuration fails, wherever it can: it alone begins again from the journal, is quarantined when it
// goes on failing, and its position leaves at its stop all the same. The journals of the others are those of
// a market in which it never failed.
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { configurationMachine } from '../../machines/configuration.ts';
import { createClock, nodeTimers } from '../../src/clock.ts';
import { applyOffline } from '../../src/control/offline.ts';
import type { Candle } from '../../src/domain/candle.ts';
import type { Entry } from '../../src/domain/fact.ts';
import { DEFAULT_SIZING } from '../../src/domain/sizing.ts';
import { createEvaluation } from '../../src/engine/evaluate.ts';
import { openReader } from '../../src/store/read.ts';
import { temporaryDirectory } from '../store/directory.ts';
import { MINUTE, pivotLow, START, sweepBar, tableau } from '../strategies/tableau.ts';
import { configurationOf, newcomer } from '../support/bench.ts';
import { type Stage, type StageOptions, startStage } from '../support/stage.ts';
import { illTrials, nothingWrong, wrong } from './injection.ts';

vi.mock('../../src/strategies/registry.ts', async (load) =>
  (await import('./injection.ts')).withIllStrategy(await load()),
);
vi.mock('../../machines/configuration.ts', async (load) =>
  (await import('./injection.ts')).withIllChart(await load()),
);
vi.mock('../../src/domain/lifecycle.ts', async (load) =>
  (await import('./injection.ts')).withIllEvidence(await load()),
);
vi.mock('../../src/domain/twin.ts', async (load) =>
  (await import('./injection.ts')).withIllTwin(await load()),
);
afterEach(nothingWrong);
// A thousand candles, each with its commit, three times over.
vi.setConfig({ testTimeout: 30_000 });

const stream = { pair: 'BTC/USDT', timeframe: '1m' } as const;
const ill = configurationOf('ill', { ...stream, strategy: 'ill', sharpe: 1 });
const siblings = ['one', 'two'].map((id) => configurationOf(id, stream));
/** A BUY at the close of the 991st candle. */
const market = tableau(1010, { 970: pivotLow, 990: sweepBar });
const boughtBar = 990;

type Options = Partial<Omit<StageOptions, 'timers'>>;

/** Waits of a second and more are over at once, and kept. */
async function open(options: Options = {}) {
  const waits: number[] = [];
  const clock = createClock(1, () => 0);
  clock.observe(START);
  const stage = await startStage({
    ...{ directory: temporaryDirectory(), clock, configurations: [ill, ...siblings] },
    timers: {
      after(delayMs, run) {
        if (delayMs >= 1000) waits.push(delayMs);
        return nodeTimers.after(delayMs >= 1000 ? 0 : delayMs, run);
      },
    },
    limits: { maxAssetExposure: 0.5 },
    ...options,
  });
  let isOpen = true;
  const stop = async (): Promise<void> => {
    if (isOpen) await stage.stop();
    isOpen = false;
  };
  onTestFinished(stop);
  stage.live(stream);
  const price = async (at: number, value: number): Promise<void> => {
    clock.observe(at);
    stage.price(stream.pair, value);
    stage.tick();
    await stage.settled();
  };
  async function play(candles: readonly Candle[]): Promise<void> {
    for (const candle of candles) {
      clock.observe(candle.openTime + 1000);
      stage.price(stream.pair, candle.close);
      clock.observe(candle.openTime + MINUTE);
      stage.candle(stream, candle);
      await turn();
      if (candle.openTime >= START + boughtBar * MINUTE) await stage.settled();
      stage.tick();
    }
    await stage.settled();
  }
  return { stage, waits, play, price, stop, clock };
}

/** What the journal has of someone, but for its place in it. */
const journalOf = ({ entries }: Stage, configId: string): readonly unknown[] => {
  const orders = new Set<string>();
  const isAbout = (entry: Entry): boolean => {
    if (entry.type === 'signal.approved' || entry.type === 'exit.ordered') {
      if (entry.data.order.configId === configId) orders.add(entry.data.order.clientOrderId);
    }
    return entry.key === configId || orders.has(entry.key) || orders.has(entry.cause ?? '');
  };
  return entries.filter(isAbout).map(({ seq: _, ...entry }) => withoutIds(entry));
};

/** The paper venue numbers orders and trades of all configurations together. */
const withoutIds = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (name, inner) =>
      name === 'tradeId' || name === 'venueOrderId' ? null : inner,
    ),
  );

const typesOf = (stage: Stage, configId: string): readonly string[] =>
  stage.entries.filter(({ key }) => key === configId).map(({ type }) => type);

/** The whole story: bought, failed or not, then a price through everyone's stop. */
async function story(options: Options = {}) {
  const bench = await open(options);
  await bench.play(market);
  await bench.price(START + 1010 * MINUTE + 1000, 95);
  await bench.price(START + 1010 * MINUTE + 2000, 95);
  return bench;
}

/** Throws at the 1,000th candle, and whenever it lives through it again. */
const atThousandth = (): void => {
  wrong.onClosed = (series) => {
    if (series.openTime(series.last) === START + 999 * MINUTE) throw new Error('the 1,000th');
    return 'sound';
  };
};

test('one that fails at its 1,000th candle is quarantined with it and leaves at its stop; the others hear nothing of it', async () => {
  const without = await story({ configurations: siblings });
  const sound = await story();
  atThousandth();
  const failing = await story();
  for (const { id } of siblings) {
    const journal = journalOf(failing.stage, id);
    expect(journal).toEqual(journalOf(without.stage, id));
    expect(journal).toEqual(journalOf(sound.stage, id));
    expect(JSON.stringify(journal)).toContain('position.closed');
  }
  expect(failing.waits).toEqual([1000, 2000]);
  expect(typesOf(failing.stage, 'ill').filter((type) => type.startsWith('configuration.'))).toEqual(
    ['configuration.faulted', 'configuration.faulted', 'configuration.quarantined'],
  );
  const quarantined = failing.stage.entries.find(
    ({ type }) => type === 'configuration.quarantined',
  );
  expect(quarantined).toMatchObject({
    data: { id: 'ill', version: 1, error: 'Error: the 1,000th', poison: { what: 'history' } },
  });
  expect(JSON.stringify(quarantined)).toContain(String(START + 1000 * MINUTE));
  const exit = failing.stage.entries.find(
    ({ type, key }) => type === 'position.closed' && key === 'ill',
  );
  expect(exit).toMatchObject({ data: { trade: { exitReason: 'stop' } } });
  expect(typesOf(failing.stage, 'ill')).toContain('twin.closed');
  expect(failing.stage.engine.status()).toMatchObject({ quarantined: 1, configurations: 3 });
});

describe('a single failure: it begins again, and nobody else notices', () => {
  const once = (act: () => unknown): (() => never) => {
    let isDone = false;
    return (() => {
      if (isDone) return 'sound';
      isDone = true;
      return act();
    }) as () => never;
  };
  const fail = (): never => {
    throw new TypeError('once');
  };
  const places: Record<string, () => void> = {
    'the strategy at a candle': () => {
      wrong.onClosed = once(fail);
    },
    'the strategy asked whether it leaves': () => {
      wrong.leaves = once(fail);
    },
    'a strategy that answers nothing': () => {
      wrong.onClosed = once(() => undefined);
    },
    'a strategy that answers no decision': () => {
      wrong.onClosed = once(() => ({ kind: 'perhaps' }));
    },
    'a strategy that holds without saying why': () => {
      wrong.onClosed = once(() => ({ kind: 'hold' }));
    },
    'a set-up of nothing': () => {
      wrong.onClosed = once(() => ({ kind: 'setup' }));
    },
  };

  test.each(Object.keys(places))('%s', async (place) => {
    const sound = await story({ configurations: siblings });
    const bench = await open();
    await bench.play(market.slice(0, boughtBar + 2));
    places[place]?.();
    await bench.play(market.slice(boughtBar + 2));
    expect(typesOf(bench.stage, 'ill')).toContain('configuration.faulted');
    expect(typesOf(bench.stage, 'ill')).not.toContain('configuration.quarantined');
    await bench.price(START + 1010 * MINUTE + 1000, 95);
    await bench.price(START + 1010 * MINUTE + 2000, 95);
    for (const id of ['one', 'two']) {
      expect(journalOf(bench.stage, id)).toEqual(journalOf(sound.stage, id));
    }
    expect(typesOf(bench.stage, 'ill')).toContain('position.closed');
    expect(bench.stage.engine.status().counters.faults).toBe(1);
  });

  test('it decides again afterwards, on the history of its stream', async () => {
    const bench = await open();
    await bench.play(market.slice(0, 800));
    wrong.onClosed = once(fail);
    await bench.play(market.slice(800));
    expect(typesOf(bench.stage, 'ill')).toContain('signal.approved');
  });
});

describe('the chart', () => {
  const { guards } = configurationMachine.implementations;
  const names = [
    ...Object.keys(configurationMachine.implementations.actions),
    ...Object.keys(guards),
  ];

  test('has the guards and actions tested here', () => {
    expect(names.sort()).toEqual(['entersStage', 'propose']);
  });

  test.each(names)('%s: the actor dies alone, another stands where the book says', async (name) => {
    const sound = await story({ configurations: siblings });
    const bench = await open();
    await bench.play(market.slice(0, boughtBar - 1));
    wrong.chart = name;
    await bench.play(market.slice(boughtBar - 1, boughtBar + 5));
    const restage = (to: 'DECAY' | 'MATURE') =>
      bench.stage.engine.seating.restage({
        ...{ type: 'stage.overridden', at: START, key: 'ill', cause: null },
        data: {
          ...{ id: 'ill', version: 1, from: 'MATURE', to, by: 'anna', reason: 'a look' },
          cap: { from: 0.1, to: 0.1 },
        },
      });
    restage('DECAY');
    await bench.stage.settled();
    wrong.chart = '';
    expect(typesOf(bench.stage, 'ill')).toContain('configuration.faulted');
    const fault = bench.stage.entries.find(({ type }) => type === 'configuration.faulted');
    expect(fault).toMatchObject({ data: { poison: { what: 'event' } } });
    expect(JSON.stringify(fault)).toContain(name === 'propose' ? 'signal.raised' : 'stage.changed');
    await bench.play(market.slice(boughtBar + 5));
    await bench.price(START + 1010 * MINUTE + 1000, 95);
    await bench.price(START + 1010 * MINUTE + 2000, 95);
    for (const id of ['one', 'two']) {
      expect(journalOf(bench.stage, id)).toEqual(journalOf(sound.stage, id));
    }
    if (name !== 'propose') expect(typesOf(bench.stage, 'ill')).toContain('position.closed');
  });
});

test('a twin that cannot leave: its configuration is quarantined, the book of the portfolio is not touched', async () => {
  wrong.closeTwin = true;
  const bench = await open();
  await bench.play(market);
  for (const second of [1, 2, 3, 4]) {
    await bench.price(START + 1010 * MINUTE + second * 1000, 95);
  }
  expect(typesOf(bench.stage, 'ill')).toContain('configuration.quarantined');
  expect(typesOf(bench.stage, 'ill')).toContain('position.closed');
  expect(typesOf(bench.stage, 'ill')).not.toContain('twin.closed');
  expect(typesOf(bench.stage, 'one')).toContain('twin.closed');
});

test('evidence that cannot be judged keeps its own configuration out, and no start from going on', async () => {
  const evidence = { returns_r: [1.2, -1, 1], trials: illTrials, sharpe_variance: 0.01 };
  const bench = await open({ configurations: [{ ...ill, evidence }, ...siblings] });
  await bench.play(market.slice(0, boughtBar + 2));
  const types = typesOf(bench.stage, 'ill');
  expect(types.filter((type) => type === 'evidence.opened')).toHaveLength(1);
  expect(types).toContain('configuration.faulted');
  expect(typesOf(bench.stage, 'one')).toContain('position.opened');
});

test('a quarantine outlives the process, and a position in it leaves at its stop; released it takes part again', async () => {
  const directory = temporaryDirectory();
  atThousandth();
  const first = await open({ directory });
  await first.play(market);
  await first.stop();
  nothingWrong();
  const second = await open({ directory });
  expect(second.stage.engine.status().quarantined).toBe(1);
  await second.price(START + 1010 * MINUTE + 1000, 95);
  await second.price(START + 1010 * MINUTE + 2000, 95);
  expect(typesOf(second.stage, 'ill')).toEqual(
    expect.arrayContaining(['position.closed', 'twin.closed']),
  );
  const again = market.map((candle) => ({ ...candle, openTime: candle.openTime + 1020 * MINUTE }));
  await second.play(again.slice(0, 600));
  expect(second.stage.engine.release('one', 'anna', 'why not')).toContain('not quarantined');
  expect(second.stage.engine.release('ill', 'anna', 'a new build')).toBeUndefined();
  await second.stage.settled();
  expect(second.stage.engine.status().quarantined).toBe(0);
  await second.play(again.slice(600));
  expect(typesOf(second.stage, 'ill').at(-1)).not.toBe('configuration.quarantined');
  expect(typesOf(second.stage, 'ill')).toContain('signal.approved');
});

test('what a quarantined one held is released while no engine runs, once', async () => {
  const directory = temporaryDirectory();
  atThousandth();
  const bench = await open({ directory });
  await bench.play(market);
  await bench.stop();
  const where = {
    ...{ url: `sqlite:${directory}/troupe.db`, dataDirectory: directory },
    caps: DEFAULT_SIZING.base,
  };
  const command = { kind: 'release', by: 'anna', reason: 'a new build', configId: 'ill' } as const;
  expect(await applyOffline(where, { ...command, id: 'release-1' })).toMatchObject({ ok: true });
  expect(await applyOffline(where, { ...command, id: 'release-2' })).toMatchObject({ ok: false });
  const reader = openReader(where.url);
  expect((await reader.quarantined()).size).toBe(0);
  expect(await reader.failures('ill', 10)).toHaveLength(3);
  await reader.close();
});

const broke = {
  kind: 'rejected',
  code: '-2010',
  message: 'Account has insufficient balance for requested action.',
} as const;

test('no money at the venue, three times in ten minutes: quarantined with the last order (X10)', async () => {
  const bench = await open({ configurations: [ill], answer: () => broke });
  await bench.play(market.slice(0, 800));
  const setup = {
    ...{ direction: 'BUY', confidence: 1, components: {}, level: 99.5, barsMax: 30 },
    ...{ entry: 100, stop: 99, target: 103 },
  };
  wrong.onClosed = () => ({ kind: 'setup', setup });
  for (const candle of market.slice(800, 810)) await bench.play([candle]);
  const ended = bench.stage.entries.filter(({ type }) => type === 'order.ended');
  expect(ended.map(({ data }) => 'code' in data && data.code)).toEqual(Array(3).fill('-2010'));
  expect(
    bench.stage.entries.filter(({ type }) => type === 'configuration.quarantined'),
  ).toMatchObject([{ data: { id: 'ill', poison: { what: 'order' } } }]);
});

test('a stream whose history breaks: all who read it begin again on a new one, and no other', () => {
  const failed: string[] = [];
  const evaluation = createEvaluation({
    ...{ costs: { fee: 0, slippage: 0 }, timers: nodeTimers, books: [] },
    mayTell: () => true,
    onFault: (configId, _, { what }) => failed.push(`${configId} ${what}`),
  });
  const elsewhere = configurationOf('elsewhere', { pair: 'ETH/USDT' });
  for (const one of [...siblings, elsewhere]) evaluation.add(one);
  const candle = Object.defineProperty({ ...market[0] } as Candle, 'close', {
    get() {
      throw new Error('no candle');
    },
  });
  evaluation.closed({ stream, candle, backfilled: false });
  expect(failed).toEqual(['one history', 'two history']);
  const [first] = market;
  if (first === undefined) throw new Error('expected candles');
  for (const one of siblings) evaluation.add(one);
  evaluation.closed({ stream, candle: first, backfilled: false });
  expect(failed).toHaveLength(2);
});

test('hundreds that fail at one candle keep nobody’s stop waiting, and are quarantined each', {
  timeout: 30_000,
}, async () => {
  const crowd = Array.from({ length: 300 }, (_, index) =>
    configurationOf(`ill${index}`, { ...stream, strategy: 'ill', stage: 'PAPER' }),
  );
  const bench = await open({ configurations: siblings });
  await bench.play(market.slice(0, boughtBar + 2));
  for (const one of crowd) await bench.stage.engine.add(newcomer(one));
  wrong.onClosed = () => {
    throw new Error('everyone');
  };
  const [next] = market.slice(boughtBar + 2);
  if (next === undefined) throw new Error('expected a candle');
  bench.clock.observe(next.openTime + MINUTE);
  bench.stage.candle(stream, next);
  await turn();
  bench.stage.price(stream.pair, 95);
  expect(bench.stage.engine.book().positions.get('one')?.exiting).toBe('stop');
  while (bench.stage.engine.status().quarantined < 300) await turn();
  await bench.stage.settled();
  const types = bench.stage.entries.map(({ type }) => type);
  expect(types.filter((type) => type === 'configuration.quarantined')).toHaveLength(300);
  expect(types.filter((type) => type === 'configuration.faulted')).toHaveLength(600);
  expect(types.lastIndexOf('exit.ordered')).toBeLessThan(
    types.indexOf('configuration.quarantined'),
  );
});
