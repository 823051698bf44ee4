// Who judges the judge of a campaign: a sound store has nothing against it, and each thing that may never
// stand in one is found when it does.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fact } from '../../src/domain/fact.ts';
import { openStore } from '../../src/store/store.ts';
import { drawLife, drawRound, seedOf } from '../campaign/draw.ts';
import {
  believedTooEarly,
  isReduced,
  journalProblems,
  latchedWithoutReason,
  undecided,
  unprotected,
  waitsForPerson,
} from '../campaign/journal.ts';
import { CONTEXT, databaseOf, urlOf } from '../store/directory.ts';
import { configuration, START, Story } from '../store/story.ts';

const directory = mkdtempSync(join(tmpdir(), 'troupe-judgement-'));
const sound = databaseOf(directory);
beforeAll(async () => {
  const store = await openStore({ ...CONTEXT, url: urlOf(directory) });
  const first = configuration('first');
  const story = new Story().open(first);
  story.propose(first).accept().fill('0.4', '67000').fill('0.6', '67001');
  story.exit(first.id, 'target').accept().fill('0.4', '67140').fill('0.6', '67140');
  story.propose(first).accept().fill('0.4', '67000');
  story.mark();
  const started = { mode: 'live', venue: 'binance', version: '1', wall: START } as const;
  story.tell(fact('engine.started', { at: START, key: 'binance' }, started));
  await store.journal.append(story.facts);
  await store.close();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let copies = 0;

/** A copy of the sound store in which something is not. */
function falsified(sql: string): string {
  copies += 1;
  const file = join(directory, `${copies}.db`);
  copyFileSync(sound, file);
  const database = new Database(file);
  const triggers = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'trigger'`).all();
  for (const row of triggers) database.exec(`DROP TRIGGER ${Object(row).name}`);
  database.exec(sql);
  database.close();
  return file;
}

/** An entry more, after all others. */
const more = (type: string, key: string, data: object, at = START * 2): string =>
  `INSERT INTO journal (at, type, v, key, cause, data)
   VALUES (${at}, '${type}', 1, '${key}', NULL, '${JSON.stringify(data)}');`;

test('a sound store has nothing against it', () => {
  expect(journalProblems(sound)).toEqual([]);
  expect(unprotected(sound)).toEqual([]);
  expect(latchedWithoutReason(sound)).toEqual([]);
  expect([isReduced(sound), waitsForPerson(sound)]).toEqual([false, false]);
});

test.each([
  ['time goes back', more('equity.marked', 'USDT', {}, 1)],
  ['the day goes back', more('day.opened', 'x', { day: 9 }) + more('day.opened', 'x', { day: 9 })],
  ['the clock of the machine goes back', more('engine.started', 'binance', { wall: 1 })],
  [
    'approved 2 times',
    `INSERT INTO journal (at, type, v, key, cause, data)
     SELECT at, type, v, key, cause, data FROM journal WHERE type = 'signal.approved' ORDER BY seq DESC LIMIT 1`,
  ],
  ['position.opened twice', more('position.opened', 'first', { configId: 'first' })],
  ['configuration.faulted', more('configuration.faulted', 'first', {})],
  ['filled of', `UPDATE orders SET filled = '1000'`],
  ['watched by nobody', more('protection.lost', 'first', { lack: 'trigger' })],
] as const)('%s: found', (what, sql) => {
  expect(journalProblems(falsified(sql))).toContainEqual(expect.stringContaining(what));
});

test('that prices were kept away is no fault of the engine', () => {
  const dark = falsified(more('protection.lost', 'first', { lack: 'price' }));
  expect(journalProblems(dark)).toEqual([]);
});

test('an order that was filled although it was believed never to be: found, unless the venue lied', () => {
  const filled = new Database(sound)
    .prepare(`SELECT json_extract(data, '$.fill.clientOrderId') AS id FROM journal
      WHERE type = 'fill.recorded' ORDER BY seq DESC LIMIT 1`)
    .get();
  const { id } = Object(filled);
  const ended = (state: string): string => more('order.ended', id, { state });
  const late = more('fill.recorded', id, { fill: { clientOrderId: id } });
  const resent = more('order.resent', id, {});
  const honest = { seed: 1, rules: [] };
  const answer = { kind: 'answer', carriedOut: true, status: 400 } as const;
  const lying = { seed: 1, rules: [{ on: '* *', when: {}, do: answer } as const] };
  expect(believedTooEarly(sound, honest)).toEqual([]);
  const rejected = falsified(ended('rejected') + late);
  expect(believedTooEarly(rejected, honest)).toHaveLength(1);
  expect(believedTooEarly(rejected, lying)).toEqual([]);
  expect(believedTooEarly(falsified(ended('absent') + late), lying)).toHaveLength(1);
  expect(believedTooEarly(falsified(ended('absent') + resent + late), honest)).toEqual([]);
});

test('what is still open is found: a fate, a stop, a latch, a person’s word', () => {
  expect(undecided(falsified(`UPDATE orders SET state = 'unknown'`))).not.toEqual([]);
  expect(unprotected(falsified(more('protection.lost', 'first', {})))).toHaveLength(1);
  const latch = (reason: string): string => falsified(more('trading.reduced', 'x', { reason }));
  expect(latchedWithoutReason(latch(''))).toHaveLength(1);
  expect(latchedWithoutReason(latch('a crash loop'))).toEqual([]);
  expect(isReduced(latch('a crash loop'))).toBe(true);
  const foreign = more('foreign.found', 'BTC/USDT', { freezes: true });
  expect(waitsForPerson(falsified(foreign))).toBe(true);
  expect(waitsForPerson(falsified(foreign + more('foreign.adopted', 'all', {})))).toBe(false);
});

test('a seed draws one round and no other, and its faults end in time', () => {
  const seeds = Array.from({ length: 200 }, (_, index) => seedOf(7, index + 1));
  expect(new Set(seeds).size).toBe(seeds.length);
  for (const seed of seeds) {
    const plan = drawRound(seed, 20_000);
    expect(drawRound(seed, 20_000)).toEqual(plan);
    expect(drawLife(seed, 1)).toEqual(drawLife(seed, 1));
    for (const { when } of plan.faults.rules) {
      expect((when.afterMs ?? 0) + (when.forMs ?? Number.POSITIVE_INFINITY)).toBeLessThanOrEqual(
        20_000,
      );
    }
  }
});
