// The tape records what came, in order, forgets the oldest, and never stands in anybody's way.
import { join } from 'node:path';
import Database from 'libsql';
import { expect, onTestFinished, test } from 'vitest';
import type { Candle, Stream } from '../../src/domain/candle.ts';
import type { StoreFault } from '../../src/store/fault.ts';
import { openTape, type StoredTape, TAPE_LIMITS, type TapeLimits } from '../../src/store/tape.ts';
import { openTapeReader, type TapeReader } from '../../src/store/tape-reading.ts';
import { storeAt, temporaryDirectory } from './directory.ts';

const minute = 60_000;
const stream: Stream = { pair: 'BTC/USDT', timeframe: '1m' };
const other: Stream = { pair: 'BTC/USDT', timeframe: '5m' };
const candle = (index: number, close = 100.1 + index): Candle => ({
  openTime: index * minute,
  open: 100,
  high: 1000,
  low: 0.00000001,
  close,
  volume: 0,
});
const price = (at: number, value = 100) => ({ pair: 'BTC/USDT', price: value, at });

interface Setting {
  readonly path: string;
  readonly tape: StoredTape;
  readonly faults: StoreFault[];
  wall: number;
}

function tapeWith(limits: Partial<TapeLimits> = {}): Setting {
  const path = join(temporaryDirectory(), 'tape.db');
  const setting = { path, faults: [] as StoreFault[], wall: 1_000_000 };
  const all = { ...TAPE_LIMITS, batchMs: 1_000_000, ...limits };
  const tape = openTape(
    path,
    all,
    () => setting.wall,
    (fault) => setting.faults.push(fault),
  );
  onTestFinished(() => tape.close());
  return Object.assign(setting, { tape });
}

function reading(path: string): TapeReader {
  const reader = openTapeReader(path);
  onTestFinished(() => reader.close());
  return reader;
}

test('gives back the candles of a stream in order, each once, and everything in the order it came', () => {
  const { tape, path } = tapeWith();
  const arrivals = [3, 1, 2, 0].map((index) => ({
    stream,
    candle: candle(index),
    backfilled: true,
  }));
  for (const closed of arrivals) tape.candle(closed);
  tape.candle({ stream: other, candle: candle(5), backfilled: false });
  tape.price(price(7, 67_000.12));
  tape.candle({ stream, candle: candle(2, 7.5), backfilled: false });
  tape.flush();
  const reader = reading(path);
  expect(reader.candles(stream, 0, 9 * minute)).toEqual([
    candle(0),
    candle(1),
    candle(2, 7.5),
    candle(3),
  ]);
  expect(reader.candles(stream, minute, 2 * minute)).toEqual([candle(1), candle(2, 7.5)]);
  expect([...reader.records()]).toEqual([
    ...arrivals.map((closed) => ({ kind: 'candle', closed })),
    { kind: 'candle', closed: { stream: other, candle: candle(5), backfilled: false } },
    { kind: 'price', update: price(7, 67_000.12) },
    { kind: 'candle', closed: { stream, candle: candle(2, 7.5), backfilled: false } },
  ]);
});

test('is read to the end over many pages while it is written', async () => {
  const { tape, path } = tapeWith();
  for (let at = 1; at <= 2500; at += 1) tape.price(price(at));
  tape.flush();
  const reader = reading(path);
  let read = 0;
  for (const record of reader.records()) {
    read += 1;
    expect(record).toEqual({ kind: 'price', update: price(read) });
    if (read === 1500) tape.price(price(2501));
    if (read === 1500) tape.flush();
  }
  expect(read).toBe(2501);
});

test('writes by itself in batches, and what is left at its close', async () => {
  const { tape, path } = tapeWith({ batchMs: 10 });
  for (let at = 1; at <= 600; at += 1) tape.price(price(at));
  const reader = reading(path);
  expect([...reader.records()]).toEqual([]);
  await expect.poll(() => [...reader.records()].length, { timeout: 5000 }).toBe(600);
  tape.price(price(601));
  await tape.close();
  expect([...reader.records()]).toHaveLength(601);
});

test('forgets the oldest beyond its number of rows', () => {
  const { tape, path } = tapeWith({ rowsMax: 100 });
  for (let at = 1; at <= 300; at += 1) {
    tape.price(price(at));
    if (at % 20 === 0) tape.flush();
  }
  const times = [...reading(path).records()].map(
    (record) => record.kind === 'price' && record.update.at,
  );
  expect(times).toEqual(Array.from({ length: 100 }, (_, index) => 201 + index));
});

test('forgets what was recorded too long ago, however old the market time is', () => {
  const setting = tapeWith({ ageMsMax: 1000 });
  setting.tape.price(price(1));
  setting.tape.flush();
  setting.wall += 900;
  setting.tape.candle({ stream, candle: candle(0), backfilled: true });
  setting.tape.flush();
  setting.wall += 200;
  setting.tape.price(price(2));
  setting.tape.flush();
  expect([...reading(setting.path).records()].map(({ kind }) => kind)).toEqual(['candle', 'price']);
});

test('a tape that cannot be written keeps what fits, counts the rest, and goes on afterwards', () => {
  const { tape, path, faults } = tapeWith({ waitingRowsMax: 10 });
  const blocker = new Database(path);
  onTestFinished(() => {
    blocker.close();
  });
  blocker.exec('BEGIN IMMEDIATE');
  for (let at = 1; at <= 15; at += 1) tape.price(price(at));
  tape.flush();
  expect(faults.map(({ code }) => code)).toEqual(['busy']);
  expect(tape.dropped).toBe(5);
  blocker.exec('COMMIT');
  tape.flush();
  expect([...reading(path).records()]).toHaveLength(10);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])(
  'a price of %d is left out and holds nothing up',
  (value) => {
    const { tape, path, faults } = tapeWith();
    tape.price(price(1, value));
    tape.price(price(0.5));
    tape.candle({ stream, candle: candle(1, value), backfilled: false });
    tape.price(price(2));
    tape.flush();
    expect([...reading(path).records()]).toEqual([{ kind: 'price', update: price(2) }]);
    expect([tape.dropped, faults]).toEqual([3, []]);
  },
);

test('a store’s tape stands beside it', async () => {
  const directory = temporaryDirectory();
  const store = await storeAt(directory);
  store.tape.candle({ stream, candle: candle(1), backfilled: false });
  await store.close();
  expect(reading(join(directory, 'tape.db')).candles(stream, 0, minute)).toEqual([candle(1)]);
});
