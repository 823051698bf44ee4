// Whether the event loop still turns. A thread of its own looks at the beats of this one and ends the process
// when they stop: a loop that stands watches no stop, and can do nothing about it itself.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { nodeTimers } from '../clock.ts';
import type { Millis } from '../domain/time.ts';
import type { Log } from '../ports.ts';

/** What the thread is given. */
export interface Watched {
  /** Counts up while the loop turns; shared memory. */
  readonly beats: Int32Array;
  readonly stallMsMax: Millis;
  /** Where it leaves word. */
  readonly haltFile: string;
}

const beatMs: Millis = 100;
/** A loop that was later than this is worth a line, once a minute. */
const lateMs: Millis = 250;
const lookMs: Millis = 60_000;

/** Watches this process until the returned function is called. */
export function startWatchdog({
  log,
  ...rest
}: Omit<Watched, 'beats'> & { readonly log: Log }): () => void {
  const watched: Watched = { ...rest, beats: new Int32Array(new SharedArrayBuffer(4)) };
  const thread = new Worker(new URL('./watchdog-thread.mjs', import.meta.url), {
    // It needs neither the program's flags nor its environment.
    ...{ workerData: watched, env: {}, execArgv: [] },
  });
  thread.unref();
  thread.on('error', (error) => {
    log.error({ error: String(error) }, 'nobody watches the event loop any more');
  });
  const stopBeating = nodeTimers.every(beatMs, () => Atomics.add(watched.beats, 0, 1));
  const stopLooking = tellLateness(log);
  return () => {
    stopBeating();
    stopLooking();
    void thread.terminate();
  };
}

function tellLateness(log: Log): () => void {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const stop = nodeTimers.every(lookMs, () => {
    const maxMs = Math.round(delay.max / 1e6);
    if (!(maxMs <= lateMs)) log.warn({ maxMs }, 'the event loop was late');
    delay.reset();
  });
  return () => {
    stop();
    delay.disable();
  };
}
