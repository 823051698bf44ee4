// Checkpoints while the engine runs: one a day, and one after many entries, each what the journal folds to;
// a start takes the newest that is sound.
import Database from 'libsql';
import { expect, onTestFinished, test } from 'vitest';
import { bookOf } from '../../src/cli/book.ts';
import { createClock } from '../../src/clock.ts';
import { encodeBook } from '../../src/domain/checkpoint.ts';
import { fold } from '../../src/domain/fold.ts';
import { EMPTY_PORTFOLIO } from '../../src/domain/portfolio.ts';
import { DAY } from '../../src/domain/time.ts';
import { Checkpointing } from '../../src/engine/checkpointing.ts';
import { recoverBook } from '../../src/engine/recover.ts';
import type { Checkpoint, Journal } from '../../src/ports.ts';
import { openReader } from '../../src/store/read.ts';
import { measureStart } from '../bench/start.ts';
import { storeAt, temporaryDirectory } from '../store/directory.ts';
import { MINUTE, START } from '../strategies/tableau.ts';
import { configurationOf, openedBook } from '../support/bench.ts';
import { startStage } from '../support/stage.ts';
import { writeYear } from '../support/year.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };

test('a day begins, or many entries came: then, and only then', () => {
  const saved: number[] = [];
  const clock = createClock(1, () => 0);
  clock.observe(START + DAY - MINUTE);
  const journal = {
    saveCheckpoint: async ({ seq }: Checkpoint) => void saved.push(seq),
  } as unknown as Journal;
  const checkpoints = new Checkpointing({ journal, clock, log }, 100);
  for (const seq of [100, 200, 20_099]) checkpoints.take(openedBook(), seq);
  expect(saved).toEqual([]);
  for (const seq of [20_100, 20_200]) checkpoints.take(openedBook(), seq);
  expect(saved).toEqual([20_100]);
  clock.observe(START + DAY);
  for (const seq of [20_201, 20_202]) checkpoints.take(openedBook(), seq);
  expect(saved).toEqual([20_100, 20_201]);
});

test('what a running engine saves at midnight is the book its journal folds to', async () => {
  const directory = temporaryDirectory();
  const clock = createClock(1, () => 0);
  clock.observe(START + DAY - 5 * MINUTE);
  const stage = await startStage({ directory, clock, configurations: [configurationOf('one')] });
  let isOpen = true;
  onTestFinished(async () => {
    if (isOpen) await stage.stop();
  });
  const stream = { pair: 'BTC/USDT', timeframe: '1m' } as const;
  stage.live(stream);
  for (let minute = 0; minute < 10; minute += 1) {
    clock.observe(START + DAY + (minute - 5) * MINUTE);
    stage.price(stream.pair, 100);
    stage.tick();
    await stage.settled();
  }
  const saved = await stage.store.journal.latestCheckpoint();
  const entries = [];
  for await (const entry of stage.store.journal.read(1)) entries.push(entry);
  const until = entries.filter(({ seq }) => seq <= (saved?.seq ?? 0));
  expect(until.length).toBeGreaterThan(2);
  expect(until.length).toBeLessThan(entries.length);
  expect(saved?.state).toBe(encodeBook(fold(EMPTY_PORTFOLIO, until)));
  await stage.stop();
  isOpen = false;
});

test('days of journal: a start folds the last one, and an older checkpoint serves where the newest is damaged', {
  timeout: 120_000,
}, async () => {
  const directory = temporaryDirectory();
  const url = `sqlite:${directory}/troupe.db`;
  const sizes = { configurations: 20, roundTripsPerDay: 24, checkpoints: true };
  const entries = await writeYear({ ...sizes, url, days: 4 });
  const parts = await measureStart(url);
  expect(parts['book']).toBeLessThan(5000);
  const database = new Database(`${directory}/troupe.db`);
  const newest = database.prepare('SELECT max(seq) AS seq FROM checkpoints').get() as Checkpoint;
  database.prepare("UPDATE checkpoints SET state = state || ' ' WHERE seq = ?").run(newest.seq);
  database.close();
  const store = await storeAt(directory);
  const read: number[] = [];
  const recovered = await recoverBook({
    latestCheckpoint: (before) => store.journal.latestCheckpoint(before),
    read(from) {
      read.push(from);
      return store.journal.read(from);
    },
  });
  expect(recovered.seq).toBe(entries);
  expect(read[0]).toBeGreaterThan(1);
  expect(read[0]).toBeLessThan(newest.seq);
  // A command that reads beside the engine passes over it too.
  const reader = openReader(url);
  onTestFinished(() => reader.close());
  expect(encodeBook((await bookOf(reader)).book)).toBe(encodeBook(recovered.book));
  const whole = await recoverBook({
    latestCheckpoint: async () => undefined,
    read: (from) => store.journal.read(from),
  });
  expect(encodeBook(recovered.book)).toBe(encodeBook(whole.book));
});
