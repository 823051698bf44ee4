// One trial of the matrix: a real trader on a real sandbox ends itself where it is told to, is started
// again, and is held to account.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Running } from '../command.ts';
import { reconciled } from '../live-place.ts';
import { accountsOf, armedAfter, type Times, untilSettled, type Victim } from './judgement.ts';
import type { Trial } from './matrix.ts';
import { openPlace, type Place, recvWindowMs, startDoomed, startWatched } from './place.ts';
import type { Kill } from './point.ts';

export interface Finding {
  readonly trial: Trial;
  /** What is not as it must be; none when all is. */
  readonly problems: readonly string[];
  /** From the last start's first fact to every position's stop watched on a live price, or on its way out. */
  readonly armedMs?: number | undefined;
  readonly times?: Times;
}

/** Of the specification: from the start on. */
const armedMsMax = 5000;
const standsMsMax = recvWindowMs + 15_000;
/** An exit that never arrived is sent again only then, and the stop for the others before it ended. */
const settledMsMax = standsMsMax + 15_000;
/** Longest way to a point, and longest a start may take on a busy machine. */
const reachMsMax = 40_000;
const startMsMax = 40_000;
/** The market does not wait: a start that was slower than it misses its BUY, and has nothing to end at. */
const attemptsMax = 3;

class NotReached extends Error {}

/** Runs one trial, again where its market had gone by. Whatever is wrong is a finding, never an exception. */
export async function runTrial(trial: Trial): Promise<Finding> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryOnce(trial);
    } catch (error) {
      if (error instanceof NotReached && attempt < attemptsMax) continue;
      return { trial, problems: [error instanceof Error ? error.message : String(error)] };
    }
  }
}

async function tryOnce(trial: Trial): Promise<Finding> {
  const directory = mkdtempSync(join(tmpdir(), 'troupe-trial-'));
  let place: Place | undefined;
  try {
    place = await openPlace(directory, trial.course);
    return await judge(trial, place);
  } finally {
    await place?.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Starts the trader once for each kill, until it has ended itself; the orders these were about. */
async function killAll({ kills }: Trial, place: Place): Promise<readonly Victim[]> {
  const victims: Victim[] = [];
  for (const kill of kills) {
    const running = startDoomed(place, kill);
    const timer = setTimeout(() => running.child.kill('SIGTERM'), reachMsMax);
    const code = await running.exit;
    clearTimeout(timer);
    const word = running.lines.find(({ msg }) => msg === 'killed');
    if (code !== null || word === undefined) {
      throw new NotReached(`not reached: ${JSON.stringify(kill)}\n${tailOf(running)}`);
    }
    const id = word['clientOrderId'];
    if (typeof id === 'string') victims.push({ id, atVenue: certaintyOf(kill) });
  }
  return victims;
}

/** What was written arrives. An entry that did not leave the house is not sent later; all else is, while wanted. */
function certaintyOf({ at }: Kill): Victim['atVenue'] {
  if (at.edge === 'written' || at.edge === 'answered') return 'once';
  const about = 'fact' in at ? at.fact.type : at.request;
  return about === 'signal.approved' || about === 'entry' ? 'never' : 'at most once';
}

const tailOf = (running: Running): string => running.text().split('\n').slice(-25).join('\n');

async function judge(trial: Trial, place: Place): Promise<Finding> {
  const victims = await killAll(trial, place);
  const last = startWatched(place);
  try {
    await last.until(({ msg }) => msg === 'engine.started', startMsMax);
    const times = await untilSettled(place, settledMsMax);
    last.child.kill('SIGINT');
    const code = await last.exit;
    const armedMs = armedAfter(last.lines);
    const problems = [
      ...late('the stops are watched', armedMs, armedMsMax),
      ...late("the venue's stop stands", times.standsMs, standsMsMax),
      ...late('everything is settled', times.settledMs, settledMsMax),
      ...(last.lines.some(({ msg }) => msg === 'protection.lost') ? ['protection was lost'] : []),
      ...(code === 0 ? [] : [`the last start ended with ${code}`]),
      ...(await accountsOf(place, victims)),
      // The audit knows all that the command does; a process more is worth it once a cell.
      ...(trial.way === 1 ? await reconciled(place.trader) : []),
    ];
    const said = problems.length === 0 ? [] : [`the last start said:\n${tailOf(last)}`];
    return { trial, problems: [...problems, ...said], armedMs, times };
  } finally {
    last.child.kill('SIGKILL');
  }
}

function late(what: string, ms: number | undefined, msMax: number): readonly string[] {
  if (ms !== undefined && ms <= msMax) return [];
  return [`${what} after ${ms?.toFixed(0) ?? 'too many'} ms, expected at most ${msMax}`];
}
