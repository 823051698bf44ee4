// The kill switch with the store down: somebody else holds the database while each of three engines is
// halted in its own way. Each takes the word at once, enters nothing, and journals it all once it can.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { expect, onTestFinished, test } from 'vitest';
import { openReader } from '../../src/store/read.ts';
import type { Line } from '../support/command.ts';
import {
  deadlineMs,
  halted,
  openMarket,
  placeOf,
  start,
  type Way,
  ways,
} from '../support/halting.ts';

const is = (msg: string) => (line: Line) => line.msg === msg;

/** Halts one engine while its store is down; `andThen` comes to pass before the store is back. */
async function story(way: Way, directory: string, port: number, andThen: () => Promise<void>) {
  const place = placeOf(directory, port);
  const running = start(place);
  onTestFinished(() => void running.child.kill('SIGKILL'));
  await running.until(is('stream.live'), 40_000);
  // Right after a mark there is none for seconds: nothing but the halt will meet the locked store.
  const marks = () => running.lines.filter(is('equity.marked')).length;
  const before = marks();
  await running.until(() => marks() > before, 20_000);
  const thief = new Database(join(place.data, 'troupe.db'));
  onTestFinished(() => void thief.close());
  thief.exec('BEGIN IMMEDIATE');
  const { by, tookMs, told, asked } = await halted(way, place, running);
  expect(tookMs).toBeLessThan(deadlineMs);
  const answer = await asked;
  await andThen();
  const silent = running.lines.filter(({ msg }) => msg === 'trading.reduced');
  thief.exec('ROLLBACK');
  const refused = await running.until(is('signal.refused'), 20_000);
  expect(refused['data']).toMatchObject({ refusal: { code: 'trading-state' } });
  running.child.kill('SIGTERM');
  expect(await running.exit).toBe(0);
  const reader = openReader(`sqlite:${place.data}/troupe.db`);
  const journal = await reader.journal(1, 1000);
  await reader.close();
  return { by, told, answer, silent, journal, halt: existsSync(join(place.data, 'HALT')) };
}

test('each way halts while the store takes nothing, and nothing is entered or forgotten', {
  timeout: 100_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'troupe-down-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const { sandbox, bought } = await openMarket(directory, 54);
  onTestFinished(() => sandbox.close());
  const andThen = bought();
  const stories = await Promise.all(
    ways.map((way) =>
      story(way, join(directory, way.by.replace(' ', '-')), sandbox.port, () => andThen),
    ),
  );
  console.log(stories.map(({ told }) => told).join('\n'));
  for (const [index, { by, answer, silent, journal, halt }] of stories.entries()) {
    const way = ways[index];
    // A command's file may be seen before the command is: it bears the same name.
    expect(by).toBe(way?.by);
    expect(silent).toEqual([]);
    const words = journal.filter(({ type }) => type === 'trading.reduced');
    expect(words.map(({ data }) => data)).toMatchObject([{ by }]);
    const types = journal.map(({ type }) => type);
    expect(types.indexOf('trading.reduced')).toBeLessThan(types.indexOf('signal.refused'));
    expect(types).not.toContain('signal.approved');
    // Whatever becomes of the process before the store is back, the next start is halted.
    expect(halt).toBe(true);
    if (answer !== undefined) expect(answer).toMatchObject({ code: 0 });
    if (answer !== undefined) expect(answer.text).toContain('keeps every entry out from now on');
  }
});
