// What is decided while the store or the disk gives way: an entry that waited is not sent, a queue has an
// end, and little room is reason enough to take nothing new.
import { expect, test } from 'vitest';
import { createClock, nodeTimers } from '../../src/clock.ts';
import { heedDisk } from '../../src/control/disk-floor.ts';
import { fact } from '../../src/domain/fact.ts';
import { DecisionAge } from '../../src/engine/decision-age.ts';
import { createRecorder } from '../../src/engine/recorder.ts';
import type { Journal } from '../../src/ports.ts';
import { temporaryDirectory } from '../store/directory.ts';
import { MINUTE, pivotLow, START, sweepBar, tableau } from '../strategies/tableau.ts';
import { configurationOf } from '../support/bench.ts';
import { startStage } from '../support/stage.ts';

test('an entry whose commit took longer than two seconds is not sent, and is given up by name', async () => {
  const stream = { pair: 'BTC/USDT', timeframe: '1m' } as const;
  let now = 0;
  const clock = { ...createClock(1, () => 0), monotonic: () => now };
  clock.observe(START);
  const stage = await startStage({
    ...{ directory: temporaryDirectory(), clock },
    configurations: [configurationOf('one', stream)],
    around: (journal) => ({
      ...journal,
      read: (from) => journal.read(from),
      append(facts) {
        if (facts.some(({ type }) => type === 'signal.approved')) now += 2001;
        return journal.append(facts);
      },
    }),
  });
  stage.live(stream);
  for (const candle of tableau(721, { 700: pivotLow, 720: sweepBar })) {
    clock.observe(candle.openTime + MINUTE);
    stage.price(stream.pair, candle.close);
    stage.candle(stream, candle);
  }
  await stage.settled();
  expect(stage.placed).toEqual([]);
  const [ended] = stage.entries.filter(({ type }) => type === 'order.ended');
  expect(ended).toMatchObject({ data: { state: 'rejected', code: 'signal-late' } });
  await stage.stop();
});

test('the age of a decision is told once, and of one that nobody made it is too old', () => {
  const ages = new DecisionAge({ monotonic: () => 0 });
  expect(ages.take('x')).toBe(Number.POSITIVE_INFINITY);
});

test('a store that is down for long: the recorder says when it is full, and keeps its word on what waits', async () => {
  let isDown = true;
  const committed: number[] = [];
  const journal = {
    async append(facts: readonly unknown[]) {
      if (isDown) throw new Error('down');
      return facts.map((each, index) => ({ ...(each as object), seq: index, v: 1 }));
    },
  } as unknown as Journal;
  const recorder = createRecorder({
    journal,
    timers: { ...nodeTimers, after: (_, run) => nodeTimers.after(0, run) },
    onCommitted: ({ at }) => committed.push(at),
    onFailure() {},
  });
  for (let at = 0; at <= 20_001; at += 1) {
    expect(recorder.isFull).toBe(false);
    recorder.record([fact('engine.stopped', { at, key: 'x' }, { reason: 'x' })]);
    if (recorder.isFull) break;
  }
  expect(recorder.isFull).toBe(true);
  expect(recorder.isIdle).toBe(false);
  isDown = false;
  await recorder.settled();
  expect(recorder.isIdle).toBe(true);
  expect(recorder.isFull).toBe(false);
  expect(committed).toEqual(committed.map((_, index) => index));
});

test.each([
  [10_000e6, 0, 0],
  [1999e6, 0, 1],
  [500e6, 0, 1],
  [499e6, 1, 1],
  [Number.NaN, 1, 1],
])('%d bytes free: reduced %d times, warned %d times', (free, reduced, warned) => {
  const words: string[] = [];
  let warnings = 0;
  const warn = (): void => {
    warnings += 1;
  };
  const log = { debug() {}, info() {}, error() {}, warn };
  const engine = {
    book: () => ({ trading: words.length === 0 ? 'active' : 'reducing' }),
    command: (word: string) => words.push(word),
  };
  const started = { engine, store: { freeBytes: () => free } } as never;
  let wasTold = false;
  for (let look = 0; look < 3; look += 1) wasTold = heedDisk(started, 500, log, wasTold);
  expect(words).toHaveLength(reduced);
  expect(warnings).toBe(warned);
});

test('a disk that is gone is no news of the disk', () => {
  const store = {
    freeBytes() {
      throw new Error('gone');
    },
  };
  const log = { debug() {}, info() {}, error() {}, warn() {} };
  expect(heedDisk({ store } as never, 500, log, false)).toBe(false);
});
