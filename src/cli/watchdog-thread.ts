// The thread beside the engine's: it counts nothing but beats, and when they stop for too long it leaves word
// for the next start and kills the process. Nothing milder reaches a loop that stands.
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { nodeTimers } from '../clock.ts';
import { latch } from '../engine/halt-file.ts';
import type { Watched } from './watchdog.ts';

const lookMs = 200;
/** A look later than this was late itself: the whole machine slept or was busy, and that is no stall. */
const ownLateMs = 1000;

const { beats, stallMsMax, dataDirectory }: Watched = workerData;
let beat = Atomics.load(beats, 0);
let beatAt = performance.now();
let lookedAt = beatAt;

nodeTimers.every(lookMs, () => {
  const now = performance.now();
  const last = Atomics.load(beats, 0);
  if (last !== beat || now - lookedAt > ownLateMs) {
    beat = last;
    beatAt = now;
  }
  lookedAt = now;
  if (!(now - beatAt <= stallMsMax)) end(now - beatAt);
});

function end(stoodMs: number): void {
  const reason = `the event loop stood still for ${(stoodMs / 1000).toFixed(1)} s; the process was ended`;
  try {
    latch(dataDirectory, reason);
    writeSync(2, `${reason}\n`);
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}
