// One demo, ended at a moment and started again, and what is wrong with it afterwards: processes left behind,
// a journal that lost something, a book that is not what it was and what the venue did since.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { examine } from '../support/audit/audit.ts';
import { add, equal, type Rational, show, zero } from '../support/audit/rational.ts';
import { totalDeltas } from '../support/audit/replay.ts';
import type { BookStatement, VenueStatement } from '../support/audit/statement.ts';
import { readStore } from '../support/audit/store-reading.ts';
import { readVenue } from '../support/audit/venue-reading.ts';
import { type Running, startCommand } from '../support/command.ts';
import { queryStore } from '../support/store-query.ts';
import type { Moment } from './moment.ts';

export interface Outcome {
  readonly moment: Moment;
  /** From the signal to the end of the process. */
  readonly endedMs: number;
  readonly endedWith: string;
  /** What the venue did that the book had not when it ended. */
  readonly caughtUp: number;
  readonly problems: readonly string[];
}

const reachMsMax = 60_000;
const orderlyMsMax = 10_000;
// A request that was never sent counts as lost only when it could not arrive any more: 18 s.
const settleMsMax = 40_000;

/** Takes the demo to the moment, ends it, starts it again and audits it. Never throws. */
export async function endAt(moment: Moment): Promise<Outcome> {
  const data = mkdtempSync(join(tmpdir(), 'troupe-endings-'));
  const problems: string[] = [];
  const mark = `${moment.signal}-${moment.seed}-${data}`;
  let told = { endedMs: Number.NaN, endedWith: 'nothing', caughtUp: 0 };
  try {
    const ended = await endDemo(data, mark, moment, problems);
    await expectNobody(mark, problems);
    const before = journalOf(data);
    await startAgain(data, mark, problems);
    told = { ...ended, caughtUp: await compare(data, before, problems) };
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    for (const pid of marked(mark)) process.kill(pid, 'SIGKILL');
    rmSync(data, { recursive: true, force: true });
  }
  return { moment, ...told, problems };
}

const startDemo = (data: string, mark: string, speed: number): Running =>
  startCommand(['--json', 'demo', '--data', data, '--speed', String(speed)], {
    TROUPE_ENDING_MARK: mark,
  });

async function endDemo(
  data: string,
  mark: string,
  { place, delayMs, signal }: Moment,
  problems: string[],
): Promise<Pick<Outcome, 'endedMs' | 'endedWith'>> {
  const running = startDemo(data, mark, 120);
  if (place.name !== 'start') await running.until(place.fits, reachMsMax);
  if (place.name === 'stopping') running.child.kill('SIGTERM');
  await pause(delayMs);
  const begun = performance.now();
  running.child.kill(signal);
  const code = await running.exit;
  const endedMs = performance.now() - begun;
  const endedWith = running.child.signalCode ?? String(code);
  if (!isExpected(endedWith, { place, signal })) problems.push(`ended with ${endedWith}`);
  if (!(endedMs <= orderlyMsMax)) problems.push(`took ${Math.round(endedMs)} ms to end`);
  return { endedMs, endedWith };
}

function isExpected(
  endedWith: string,
  { place, signal }: Pick<Moment, 'place' | 'signal'>,
): boolean {
  // Before it listens it dies of a signal, as every process does.
  if (place.name === 'start') return endedWith === '0' || endedWith === signal;
  if (place.name === 'stopping') {
    const atOnce = { SIGINT: '130', SIGTERM: '143', SIGKILL: 'SIGKILL' }[signal];
    // Where it no longer listens it dies of the signal: a shell sees the same.
    return ['0', atOnce, signal].includes(endedWith);
  }
  return endedWith === (signal === 'SIGKILL' ? signal : '0');
}

/** Processes that were started with the mark in their environment, or by one that was. */
function marked(mark: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/environ`, 'utf8').includes(mark);
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function expectNobody(mark: string, problems: string[]): Promise<void> {
  for (let waited = 0; waited < 50 && marked(mark).length > 0; waited += 1) await pause(100);
  if (marked(mark).length > 0) problems.push(`left running: ${marked(mark).join(', ')}`);
}

/**
 * The restart, until every order's fate is known; ended in order. The market hardly moves: what rests at the
 * venue must not be filled between the end of the trader and that of the venue.
 */
async function startAgain(data: string, mark: string, problems: string[]): Promise<void> {
  const running = startDemo(data, mark, 1);
  await running.until(({ msg }) => msg === 'stream.live', reachMsMax);
  const giveUpAt = performance.now() + settleMsMax;
  while (undecided(data).length > 0 && performance.now() < giveUpAt) await pause(100);
  for (const row of undecided(data)) {
    problems.push(`the fate of an order stays unknown: ${JSON.stringify(row)}`);
  }
  running.child.kill('SIGTERM');
  const code = await running.exit;
  if (code !== 0) problems.push(`the restart ended with ${code}: ${running.text().slice(-600)}`);
  await expectNobody(mark, problems);
}

const query = (data: string, sql: string): readonly unknown[] =>
  queryStore(join(data, 'troupe.db'), sql);

const undecided = (data: string): readonly unknown[] =>
  query(data, `SELECT * FROM orders WHERE state IN ('sending', 'unknown')`);

interface Before {
  readonly lines: readonly string[];
  readonly book: BookStatement | undefined;
}

/** The journal and the book as the ended process left them; none where it was ended before there was one. */
function journalOf(data: string): Before {
  try {
    const lines = query(data, 'SELECT seq, type, key, data FROM journal ORDER BY seq').map((row) =>
      JSON.stringify(row),
    );
    return { lines, book: lines.length === 0 ? undefined : readStore(join(data, 'troupe.db')) };
  } catch (error) {
    if (/no such table|unable to open/i.test(String(error))) return { lines: [], book: undefined };
    throw error;
  }
}

/** Compares at rest; how many trades of the venue the book caught up with. */
async function compare(data: string, before: Before, problems: string[]): Promise<number> {
  const after = journalOf(data);
  if (before.lines.some((line, at) => line !== after.lines[at])) {
    problems.push('the journal is not what it was');
  }
  if (after.book === undefined) throw new Error('expected a book after the restart, was none');
  const { book } = after;
  const venue = await readAtRest(data, book);
  for (const { code, detail } of examine(venue, book).findings) problems.push(`${code}: ${detail}`);
  if (before.book === undefined) return 0;
  const known = new Set(before.book.fills.map(nameOf));
  const since = venue.trades.filter((trade) => !known.has(nameOf(trade)));
  const deltas = totalDeltas(since);
  for (const asset of new Set([...venue.balances.keys(), ...deltas.keys(), 'USDT'])) {
    const expected = add(heldOf(before.book, asset), deltas.get(asset) ?? zero);
    const actual = heldOf(book, asset);
    if (equal(expected, actual)) continue;
    problems.push(`${asset}: ${show(actual)}, and not ${show(expected)} as before and since`);
  }
  return since.length;
}

const nameOf = ({ symbol, tradeId }: { symbol: string; tradeId: string }): string =>
  `${symbol} ${tradeId}`;

/** What the book has of an asset, on all its accounts that the venue keeps. */
function heldOf({ postings }: BookStatement, asset: string): Rational {
  return postings
    .filter((one) => one.asset === asset)
    .filter(({ account }) => /^(cash|foreign|units:.*)$/.test(account))
    .reduce((total, { amount }) => add(total, amount), zero);
}

/** The venue's word, from its own directory, in a market that stands. */
async function readAtRest(data: string, book: BookStatement): Promise<VenueStatement> {
  const [key = '', secret = ''] = ['sandbox.key', 'sandbox.secret'].map((name) =>
    readFileSync(join(data, name), 'utf8'),
  );
  const venue = await startSandbox(
    {
      ...{ port: 0, directory: data, seed: 1, speed: 0.001, fee: 0.001, key, secret },
      ...{ candles: [], balances: {} },
    },
    () => {},
  );
  try {
    const rest = `http://127.0.0.1:${venue.port}`;
    const traded = new Set(book.intents.map(({ symbol }) => symbol));
    return await readVenue({ rest, key, secret }, traded);
  } finally {
    await venue.close();
  }
}
