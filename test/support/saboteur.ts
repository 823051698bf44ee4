// Loaded before the program: at the signal SIGWINCH it does to the process what no part of the program does
// to itself. Which, says the environment; the words of an error may stand in a file.
import { readFileSync } from 'node:fs';
import { Actor } from 'xstate';

const acts: Readonly<Record<string, () => void>> = {
  reject: () => void Promise.reject(new Error(words())),
  throw() {
    setImmediate(() => {
      throw new TypeError(words());
    });
  },
  supervisor() {
    deafened = true;
  },
  stall() {
    for (;;);
  },
};

function words(): string {
  const file = process.env['TROUPE_SABOTAGE_WORDS'];
  return file === undefined ? 'sabotage' : readFileSync(file, 'utf8');
}

/** From now on the supervisor is told what it cannot understand. An actor binds its methods when it is made. */
let deafened = false;
const { send } = Actor.prototype;
Actor.prototype.send = function (event) {
  const isMark = deafened && this.id === 'portfolio' && event.type === 'portfolio.marked';
  send.call(this, isMark ? { ...event, readings: null } : event);
};

process.on('SIGWINCH', () => acts[process.env['TROUPE_SABOTAGE'] ?? '']?.());
