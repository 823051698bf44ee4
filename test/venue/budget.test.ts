// The budget in virtual time, against a venue that counts as Binance publishes it: windows of a minute, 429
// above the limit, a ban for who goes on.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Leave, RateBudget, URGENCIES, type Urgency } from '../../src/exchange/rate-budget.ts';

/** Time that stands until it is told to go on; promises settle between its steps. */
function virtualTime() {
  let now = 1_000_000;
  const timers = new Set<{ at: number; run: () => void }>();
  return {
    monotonic: () => now,
    after(delayMs: number, run: () => void) {
      const timer = { at: now + delayMs, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms: number) {
      const until = now + ms;
      for (;;) {
        await settle();
        const [next] = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.run();
      }
      now = until;
    },
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
}

function bench() {
  const time = virtualTime();
  const budget = new RateBudget(time);
  const sent: string[] = [];
  const leaves: Leave[] = [];
  const refused: string[] = [];
  const ask = (name: string, urgency: Urgency, weight = 1): void => {
    budget.leave({ urgency, weight, isOrder: urgency === 'exit' || urgency === 'enter' }).then(
      (leave) => {
        sent.push(name);
        leaves.push(leave);
      },
      () => refused.push(name),
    );
  };
  return { time, budget, sent, leaves, refused, ask };
}

async function tellUsed(at: ReturnType<typeof bench>, weight: number): Promise<void> {
  at.ask('word', 'protect', 0);
  await settle();
  at.leaves.pop()?.heard(200, { 'x-mbx-used-weight-1m': String(weight) });
  at.sent.length = 0;
}

describe('by the venue’s own count', () => {
  test.each<[number, Urgency[]]>([
    [3500, ['protect', 'reconcile', 'exit', 'enter', 'data']],
    [3600, ['protect', 'reconcile', 'exit', 'enter']],
    [4200, ['protect', 'reconcile', 'exit']],
    [5100, ['protect', 'exit']],
    [5999, ['protect']],
    [6000, []],
  ])('of 6000 a minute, with %i used, %j may go', async (used, expected) => {
    const at = bench();
    await tellUsed(at, used);
    for (const urgency of URGENCIES) at.ask(urgency, urgency);
    await settle();
    expect(at.sent).toEqual(expected);
  });

  test('what waited goes when its minute is over, the most urgent first', async () => {
    const at = bench();
    await tellUsed(at, 6000);
    await at.time.advance(53_000);
    for (const urgency of [...URGENCIES].reverse()) at.ask(urgency, urgency);
    await at.time.advance(3100);
    expect(at.sent).toEqual([]);
    // An entry does not wait: it was let through for now.
    expect(at.refused).toEqual(['enter']);
    await at.time.advance(5000);
    expect(at.sent).toEqual(['protect', 'reconcile', 'exit', 'data']);
  });

  test('the venue’s own limits count, and a new minute by its clock', async () => {
    const at = bench();
    at.budget.learn({ weight: 100, orders: 0 });
    at.ask('word', 'protect', 0);
    await settle();
    const date = new Date(1_700_000_098_000).toUTCString();
    at.leaves.pop()?.heard(200, { 'x-mbx-used-weight-1m': '100', date });
    at.ask('exit', 'exit');
    await at.time.advance(2500);
    expect(at.sent).toEqual(['word']);
    await at.time.advance(600);
    expect(at.sent).toEqual(['word', 'exit']);
  });

  test('a few of market data at a time, and what is urgent overtakes the rest', async () => {
    const at = bench();
    for (let index = 0; index < 300; index += 1) at.ask(`data ${index}`, 'data', 2);
    await settle();
    expect(at.sent).toHaveLength(8);
    at.ask('exit', 'exit');
    await settle();
    expect(at.sent.at(-1)).toBe('exit');
    at.leaves[0]?.done();
    await settle();
    expect(at.sent).toHaveLength(10);
    // Done twice is done once.
    at.leaves[0]?.done();
    await settle();
    expect(at.sent).toHaveLength(10);
  });
});

describe('too fast', () => {
  test('only what takes risk away goes on, one a second, the more slowly the more it is told off', async () => {
    const at = bench();
    at.ask('first', 'data');
    await settle();
    at.leaves.pop()?.heard(429, { 'retry-after': '60' });
    for (const urgency of ['reconcile', 'enter'] as const) at.ask(urgency, urgency);
    for (let index = 0; index < 20; index += 1) at.ask(`exit ${index}`, 'exit');
    at.ask('cancel', 'protect');
    await settle();
    expect(at.sent).toEqual(['first']);
    expect(at.refused).toEqual(['reconcile', 'enter']);
    await at.time.advance(1000);
    expect(at.sent).toEqual(['first', 'cancel']);
    at.leaves.pop()?.heard(429, { 'retry-after': '60' });
    await at.time.advance(1900);
    expect(at.sent).toHaveLength(2);
    await at.time.advance(100);
    expect(at.sent).toEqual(['first', 'cancel', 'exit 0']);
  });

  test.each([
    ['a ban', '418', 120_000],
    ['a word without a time', '429', 60_000],
  ])('%s holds as long as the venue’s shortest where it does not say', async (_, status, ms) => {
    const at = bench();
    at.ask('first', 'data');
    await settle();
    at.leaves.pop()?.heard(Number(status), { 'retry-after': 'soon' });
    await at.time.advance(ms - 1000);
    at.ask('data', 'data');
    await settle();
    expect(at.sent).toEqual(['first']);
    await at.time.advance(1000);
    expect(at.sent).toEqual(['first', 'data']);
  });
});

test('what nobody wants any more leaves the queue, and the rest moves up', async () => {
  const at = bench();
  await tellUsed(at, 6000);
  const ending = new AbortController();
  const wish = { urgency: 'data', weight: 1, isOrder: false } as const;
  const given = at.budget.leave(wish, ending.signal).catch((fault: unknown) => fault);
  at.ask('kept', 'data');
  ending.abort();
  expect(await given).toMatchObject({ retryable: true });
  await at.time.advance(61_000);
  expect(at.sent).toEqual(['kept']);
});

test('under a ban nothing goes, and it is told once', async () => {
  const at = bench();
  const bans: number[] = [];
  at.budget.onBan((ms) => bans.push(ms));
  at.ask('first', 'data');
  at.ask('second', 'data');
  await settle();
  for (const leave of at.leaves) leave.heard(418, { 'retry-after': '200' });
  for (const urgency of URGENCIES) at.ask(urgency, urgency);
  await settle();
  expect(at.refused).toEqual([...URGENCIES]);
  await at.time.advance(199_999);
  for (const urgency of URGENCIES) at.ask(`${urgency} late`, urgency);
  await settle();
  expect(at.sent).toHaveLength(2);
  await at.time.advance(1);
  const waited = URGENCIES.filter((urgency) => urgency !== 'enter');
  expect(at.sent.slice(2)).toEqual(waited.map((urgency) => `${urgency} late`));
  expect(bans).toEqual([200_000]);
});

/** The venue's side: it counts, loses patience when told to, and bans who goes on after it said so. */
class StrictVenue {
  readonly #now: () => number;
  readonly #outbox: (() => void)[] = [];
  #minute = 0;
  #quietUntil = 0;
  #isHeard = false;
  used = 0;
  /** Requests that came although the venue had said “too fast”, and had been heard. */
  ignored = 0;
  slips = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts a request as it comes; its answer is under way until `deliver`. */
  receive(leave: Leave, weight: number): void {
    const now = this.#now();
    const minute = Math.floor(now / 60_000);
    this.used = minute === this.#minute ? this.used + weight : weight;
    this.#minute = minute;
    const restMs = this.#quietRest(now);
    const headers = {
      'x-mbx-used-weight-1m': String(this.used),
      date: new Date(now).toUTCString(),
      ...(restMs > 0 ? { 'retry-after': String(restMs / 1000) } : {}),
    };
    this.#outbox.push(() => {
      this.#isHeard ||= restMs > 0;
      leave.heard(restMs > 0 ? 429 : 200, headers);
      leave.done();
    });
  }

  deliver(): void {
    for (const answer of this.#outbox.splice(0)) answer();
  }

  #quietRest(now: number): number {
    if (now < this.#quietUntil) {
      if (this.#isHeard) this.ignored += 1;
    } else if (this.slips > 0) {
      this.slips -= 1;
      this.#quietUntil = now + 20_000;
      this.#isHeard = false;
      this.ignored = 0;
    }
    return this.#quietUntil - now;
  }
}

test('whatever is asked, the venue never sees more than its limit and never has to ban', async () => {
  const step = fc.record({
    urgency: fc.constantFrom(...URGENCIES),
    count: fc.integer({ min: 1, max: 60 }),
    weight: fc.integer({ min: 1, max: 40 }),
    restMs: fc.integer({ min: 0, max: 20_000 }),
    slips: fc.integer({ min: 0, max: 1 }),
  });
  let [sent, most] = [0, 0];
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      const time = virtualTime();
      const budget = new RateBudget(time);
      budget.learn({ weight: 600, orders: 50 });
      const venue = new StrictVenue(time.monotonic);
      for (const { urgency, count, weight, restMs, slips } of steps) {
        venue.slips = slips;
        for (let index = 0; index < count; index += 1) {
          budget.leave({ urgency, weight, isOrder: false }).then(
            (leave) => {
              sent += 1;
              venue.receive(leave, weight);
            },
            () => {},
          );
        }
        for (let rest = restMs; rest >= 0; rest -= 250) {
          await time.advance(250);
          venue.deliver();
          most = Math.max(most, venue.ignored);
          expect(venue.used).toBeLessThanOrEqual(600);
          expect(venue.ignored).toBeLessThanOrEqual(5);
        }
      }
    }),
    { numRuns: 100 },
  );
  // Both were near: a budget that sends nothing keeps every limit.
  expect(sent).toBeGreaterThan(1000);
  expect(most).toBeGreaterThan(2);
});
