// One life of a round's trader: a real process that is stopped, killed or asked to end as its plan says, and
// what is wrong with how it began and how it went.
import { setTimeout as pause } from 'node:timers/promises';
import type { Line, Running } from '../support/command.ts';
import { KILL, type Kill } from '../support/kill/point.ts';
import { type LivePlace, startLive } from '../support/live-place.ts';
import type { Counts } from './count.ts';
import type { LifePlan, Signal, Step } from './draw.ts';
import { secrets } from './place.ts';

/** An orderly end takes eight seconds at most; a stop on the way and a busy machine some more. */
const endMsMax = 30_000;

const assassin = new URL('../support/kill/assassin.ts', import.meta.url).href;

export interface Life {
  readonly running: Running;
  /** Every step it was told of, by the point. */
  readonly steps: readonly Step[];
}

/** Starts the trader; it disturbs itself at `steps`. */
export function begin(place: LivePlace, steps: readonly Step[]): Life {
  const kills: readonly Kill[] = steps.map(({ kill }) => kill);
  const running = startLive(place, { [KILL]: JSON.stringify(kills) }, [assassin]);
  return { running, steps };
}

/** A whole life, as it is planned; at the latest it ends when the monotonic clock says `untilMs`. */
export async function live(
  place: LivePlace,
  { stops, end }: LifePlan,
  untilMs: number,
  counts: Counts,
): Promise<readonly string[]> {
  const life = begin(place, end.step === undefined ? stops : [...stops, end.step]);
  const { running } = life;
  const leftMs = (): number => Math.max(0, untilMs - performance.now());
  // Whether it ends or is not there in time, it is looked at afterwards.
  if (end.since === 'started') await running.until(isStarted, leftMs()).catch(() => {});
  const waiting = new AbortController();
  const { signal } = waiting;
  const time = pause(Math.min(end.afterMs, leftMs()), undefined, { signal }).catch(() => {});
  await Promise.race([running.exit, time]);
  waiting.abort();
  return finish(life, end.signal, counts);
}

export const isStarted = ({ msg }: Line): boolean => msg === 'engine.started';

/** Ends the life where it has not ended itself; what is wrong with it. */
export async function finish(
  { running, steps }: Life,
  signal: Signal,
  counts: Counts,
): Promise<readonly string[]> {
  const { child } = running;
  const isOver = child.exitCode !== null || child.signalCode !== null;
  if (!isOver) child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), endMsMax);
  const code = await running.exit;
  clearTimeout(timer);
  countSteps(running.lines, steps, counts);
  counts.add('lives', 'begun');
  if (running.lines.some(isStarted)) counts.add('lives', 'started');
  const killed = running.lines.find(({ msg }) => msg === 'killed');
  const told = isOver || killed !== undefined ? undefined : signal;
  const problems = [...wrongEnd(running, code, told), ...leaked(running)];
  counts.add('ends', nameOfEnd(told, killed !== undefined));
  return problems;
}

const nameOfEnd = (told: Signal | undefined, isKilled: boolean): string => {
  if (isKilled) return 'killed at a step';
  return told === undefined ? 'by itself' : `${told} at a moment`;
};

function wrongEnd(running: Running, code: number | null, told: Signal | undefined): string[] {
  const { signalCode } = running.child;
  if (running.lines.some(({ msg }) => msg === 'killed') || told === 'SIGKILL') return [];
  const how = signalCode ?? String(code);
  if (told === undefined) return [`ended by itself with ${how}\n${tailOf(running)}`];
  // Before it listens it dies of a signal, as every process does.
  const isTooEarly = signalCode === told && running.text() === '';
  if (code === 0 || isTooEarly) return [];
  return [`ended with ${how} after ${told}\n${tailOf(running)}`];
}

const leaked = (running: Running): string[] =>
  secrets.some((secret) => running.text().includes(secret)) ? ['it told a secret'] : [];

const tailOf = (running: Running): string => running.text().split('\n').slice(-25).join('\n');

/** What it says of itself when it reaches a point: `killed` or `stopped`. */
function countSteps(lines: readonly Line[], steps: readonly Step[], counts: Counts): void {
  for (const { msg, at } of lines) {
    if (msg !== 'killed' && msg !== 'stopped') continue;
    const step = steps.find(({ kill }) => JSON.stringify(kill.at) === JSON.stringify(at));
    counts.add(`${msg} at`, step?.name ?? JSON.stringify(at));
  }
  for (const { msg, level } of lines) {
    if (level === 'error' || level === 50) counts.add('errors said', String(msg));
  }
}
