// The thread beside the engine's: it counts nothing but beats, and when they stop for too long it leaves word
// for the next start and kills the process. Nothing milder reaches a loop that stands. It is JavaScript, and
// imports nothing of ours: it must be there at once, and need no loader of its own.
import { writeFileSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const lookMs = 200;
/** A look later than this was late itself: the whole machine slept or was busy, and that is no stall. */
const ownLateMs = 1000;

/** @type {import('./watchdog.ts').Watched} */
const { beats, stallMsMax, haltFile } = workerData;
let beat = Atomics.load(beats, 0);
let beatAt = performance.now();
let lookedAt = beatAt;

setInterval(() => {
  const now = performance.now();
  const last = Atomics.load(beats, 0);
  if (last !== beat || now - lookedAt > ownLateMs) {
    beat = last;
    beatAt = now;
  }
  lookedAt = now;
  if (!(now - beatAt <= stallMsMax)) end(now - beatAt);
}, lookMs);

/** @param {number} stoodMs */
function end(stoodMs) {
  const reason = `the event loop stood still for ${(stoodMs / 1000).toFixed(1)} s; the process was ended`;
  try {
    writeSync(2, `${reason}\n`);
    // Not over a person's own word, where it stands already.
    writeFileSync(haltFile, `engine: ${reason}\n`, { flag: 'wx' });
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}
