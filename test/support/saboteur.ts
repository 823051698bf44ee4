// Loaded before the program: at the signal SIGWINCH it does to the process what no part of the program does
// to itself. Which, says the environment.
import { Actor } from 'xstate';

const acts: Readonly<Record<string, () => void>> = {
  reject: () => void Promise.reject(new Error('sabotage')),
  throw() {
    setImmediate(() => {
      throw new TypeError('sabotage');
    });
  },
  /** The supervisor hears what it cannot understand. */
  supervisor() {
    const { send } = Actor.prototype;
    Actor.prototype.send = function (event) {
      const isMark = this.id === 'portfolio' && event.type === 'portfolio.marked';
      send.call(this, isMark ? { ...event, readings: null } : event);
    };
  },
  stall() {
    for (;;);
  },
};

process.on('SIGWINCH', () => acts[process.env['TROUPE_SABOTAGE'] ?? '']?.());
