// One round of a campaign: lives of a trader one after the other while the venue fails, one that sees the
// faults go, and one at rest; and what is wrong with what they did.
import { setTimeout as pause } from 'node:timers/promises';
import { audit } from '../support/audit/audit.ts';
import type { Running } from '../support/command.ts';
import { type LivePlace, reconciled, startLive } from '../support/live-place.ts';
import { Counts } from './count.ts';
import { drawLife, type RoundPlan } from './draw.ts';
import { believedTooEarly, countJournal, isReduced, journalProblems } from './journal.ts';
import { begin, finish, isStarted, live } from './life.ts';
import { openCalm, openPlace, type Place } from './place.ts';
import { adopt, resume, untilSettled } from './rest.ts';

export interface RoundReport {
  readonly plan: RoundPlan;
  /** What is not as it must be; none when all is. */
  readonly problems: readonly string[];
  readonly counts: Counts;
  /** From the end of the faults until all was settled, in the trader that saw it. */
  readonly settledMs: number | undefined;
}

/** Of the trader that sees the faults go: it has this much of them yet. */
const lastLifeMs = 7000;
/** Longest that a start may take on a busy machine with a venue that answers. */
const startMsMax = 60_000;
/** The longest patience there is: a request held back, 16 s until it is certain, twice, and what follows. */
const settleMsMax = 75_000;
const calmMs = 5000;

/** Runs a round below `directory`. Whatever is wrong is a problem, never an exception. */
export async function runRound(plan: RoundPlan, directory: string): Promise<RoundReport> {
  const counts = new Counts();
  const problems: string[] = [];
  let settledMs: number | undefined;
  try {
    settledMs = await underFaults(plan, directory, counts, problems);
    await atRest(plan, directory, counts, problems);
  } catch (error) {
    problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return { plan, problems, counts, settledMs };
}

async function underFaults(
  plan: RoundPlan,
  directory: string,
  counts: Counts,
  problems: string[],
): Promise<number> {
  // What others did before there were books stands in none.
  if (plan.faults.rules.some(({ do: { kind } }) => kind === 'trade')) {
    problems.push(...(await openBooks(plan, directory, counts)));
  }
  const place = await openPlace(directory, plan, (line) => countFault(line, counts));
  const openedAt = performance.now();
  const { trader } = place;
  const faultsUntil = openedAt + plan.faultsMs;
  try {
    for (let index = 0; performance.now() < faultsUntil - lastLifeMs; index += 1) {
      const life = drawLife(plan.seed, index);
      const wrong = await live(trader, life, faultsUntil - lastLifeMs, counts);
      problems.push(...wrong.map((one) => `life ${index + 1}: ${one}`));
    }
    return await lastLife(plan, place, { counts, problems, faultsUntil });
  } finally {
    await place.sandbox.stop();
  }
}

/** A life before there is any fault, until the books know what time it is: from then on they ask for trades. */
async function openBooks(
  plan: RoundPlan,
  directory: string,
  counts: Counts,
): Promise<readonly string[]> {
  const { trader, sandbox } = await openCalm(directory, plan, () => {});
  const life = begin(trader, []);
  try {
    await life.running.until(({ at }) => Number(at) > 0, startMsMax);
    return (await finish(life, 'SIGTERM', counts)).map((one) => `first life: ${one}`);
  } finally {
    life.running.child.kill('SIGKILL');
    await sandbox.stop();
  }
}

interface Course {
  readonly counts: Counts;
  readonly problems: string[];
  readonly faultsUntil: number;
}

/** The one that sees the faults go. */
async function lastLife(
  plan: RoundPlan,
  place: Place,
  { counts, problems, faultsUntil }: Course,
): Promise<number> {
  const { trader } = place;
  const life = begin(trader, drawLife(plan.seed, -1).stops);
  try {
    const leftMs = faultsUntil - performance.now();
    await life.running.until(isStarted, leftMs + startMsMax);
    await pause(Math.max(0, faultsUntil - performance.now()));
    problems.push(...(await resume(trader, counts)));
    if (plan.hasIntruder) problems.push(...(await intrude(trader, counts)));
    const settled = await untilSettled(place, settleMsMax);
    problems.push(...settled.problems.map((one) => `not settled after the faults: ${one}`));
    problems.push(...(await goOn(life.running)));
    problems.push(...(await finish(life, plan.lastEnd, counts)).map((one) => `last life: ${one}`));
    return settled.ms;
  } finally {
    life.running.child.kill('SIGKILL');
  }
}

/** It goes on for a while in a market that moves, and nothing is the matter with what it holds. */
async function goOn({ lines }: Running): Promise<readonly string[]> {
  const from = lines.length;
  await pause(calmMs);
  return lines
    .slice(from)
    .filter(({ msg }) => msg === 'protection.lost')
    .map(({ data }) => `without any fault protection was lost: ${JSON.stringify(data)}`);
}

/** A second trader on the same directory is refused. */
async function intrude(trader: LivePlace, counts: Counts): Promise<readonly string[]> {
  const second = startLive(trader);
  const timer = setTimeout(() => second.child.kill('SIGKILL'), startMsMax);
  const code = await second.exit;
  clearTimeout(timer);
  counts.add('situations', 'a second trader was refused');
  if (code !== null && code !== 0 && !second.lines.some(isStarted)) return [];
  return [`a second trader was not refused, and ended with ${code}:\n${second.text()}`];
}

/** The market stands: everything is brought to its end, and compared to the last decimal. */
async function atRest(
  plan: RoundPlan,
  directory: string,
  counts: Counts,
  problems: string[],
): Promise<void> {
  const place = await openCalm(directory, plan, () => {});
  const { trader, venue } = place;
  const running = startLive(trader);
  try {
    await running.until(isStarted, startMsMax);
    counts.add('lives', 'begun');
    counts.add('lives', 'started');
    problems.push(...(await resume(trader, counts)));
    problems.push(...(await adopt(trader, counts)));
    const settled = await untilSettled(place, settleMsMax);
    problems.push(...settled.problems.map((one) => `not settled at rest: ${one}`));
    problems.push(...(await reconciled(trader)));
    problems.push(...(await endInOrder(running)));
    counts.add('ends', 'SIGTERM at rest');
    const { findings, comparisons } = await audit({ ...venue, store: trader.store });
    problems.push(...findings.map((one) => `at rest: ${JSON.stringify(one)}`));
    counts.add('audit', 'numbers compared', comparisons.length);
    problems.push(...journalProblems(trader.store));
    problems.push(...believedTooEarly(trader.store, plan.faults));
    countJournal(trader.store, counts);
    if (isReduced(trader.store)) problems.push('nothing new is taken at the end');
  } finally {
    running.child.kill('SIGKILL');
    await place.sandbox.stop();
  }
}

async function endInOrder(running: Running): Promise<readonly string[]> {
  running.child.kill('SIGTERM');
  const code = await running.exit;
  return code === 0 ? [] : [`the end at rest was ${code}:\n${running.text().slice(-2000)}`];
}

/** A line of the exchange about a fault that took effect; streams tell many at once. */
function countFault(line: string, counts: Counts): void {
  const [, words] = /^fault: (.*)$/.exec(line) ?? [];
  if (words === undefined) return;
  const more = Number(/, (\d+) more before$/.exec(words)?.[1] ?? 0);
  const name = words.replace(/, \d+ more before$/, '').replaceAll(/\d+ ms/g, '… ms');
  counts.add('faults', name.replace(/: could not.*/, ''), 1 + more);
}
