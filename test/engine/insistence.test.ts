// Asking until there is an answer: how patiently, what ends it, and when a person is told.
import { expect, test } from 'vitest';
import type { Millis } from '../../src/domain/time.ts';
import { insist, insisting } from '../../src/engine/insistence.ts';
import { VenueFault } from '../../src/exchange/fault.ts';

const away = (): VenueFault => new VenueFault('expected an answer, was 502', { retryable: true });

/** Time that passes when somebody waits for it. */
function bench() {
  const waits: Millis[] = [];
  const lines: string[] = [];
  let now = 0;
  const say =
    (level: string) =>
    (_: object, message: string): void =>
      void lines.push(`${level} ${message}`);
  return {
    waits,
    lines,
    banks: {
      clock: { monotonic: () => now },
      timers: {
        after(delayMs: Millis, run: () => void) {
          waits.push(delayMs);
          now += delayMs;
          setImmediate(run);
          return () => {};
        },
      },
      log: { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') },
    },
  };
}

/** Fails `times` times, then answers. */
function failing(times: number) {
  let asked = 0;
  return async (): Promise<string> => {
    asked += 1;
    if (asked <= times) throw away();
    return 'the answer';
  };
}

test('waits ever longer, to fifteen seconds, and says so each time', async () => {
  const { waits, lines, banks } = bench();
  const ended = new AbortController().signal;
  expect(await insist('ask', failing(7), { ...banks, ended })).toBe('the answer');
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  expect(lines[0]).toBe('warn could not ask; again in 0.5 s');
  expect(lines).toHaveLength(7);
});

test('after five minutes it is an error', async () => {
  const { lines, banks } = bench();
  const ended = new AbortController().signal;
  await insist('ask', failing(25), { ...banks, ended });
  const alarms = lines.flatMap((line, at) => (line.startsWith('error') ? [at] : []));
  // 30.5 s for the first six, 15 s for each after that.
  expect(alarms[0]).toBeGreaterThanOrEqual(24);
  expect(lines[alarms[0] ?? -1]).toContain('nothing is traded and no stop watched');
});

test('what asking again cannot mend is thrown as it is', async () => {
  const { waits, banks } = bench();
  const ended = new AbortController().signal;
  const final = new VenueFault('expected a key, was none', { retryable: false });
  await expect(insist('ask', () => Promise.reject(final), { ...banks, ended })).rejects.toBe(final);
  const bug = new TypeError('a bug');
  await expect(insist('ask', () => Promise.reject(bug), { ...banks, ended })).rejects.toBe(bug);
  expect(waits).toEqual([]);
});

test('stopped while nobody answers, while it waits, and before it asks, it gives up at once', async () => {
  const { banks } = bench();
  const silent = insisting(banks);
  const hanging = silent.ask('ask', () => new Promise(() => {}));
  silent.stop();
  await expect(hanging).rejects.toThrow('the start was ended');
  await expect(silent.ask('ask', failing(0))).rejects.toThrow('the start was ended');
  const never = { ...banks, timers: { after: () => () => {} } };
  const patient = insisting(never);
  const waiting = patient.ask('ask', failing(1));
  await new Promise(setImmediate);
  patient.stop();
  await expect(waiting).rejects.toThrow('the start was ended');
});
