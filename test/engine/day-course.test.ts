// The day under any course of events, marks, silences, restarts and set clocks: it never goes back, opens
// once, and once its loss is latched no entry passes before a later UTC day.
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { type Fact, fact } from '../../src/domain/fact.ts';
import { type Draft, draftOf, fold } from '../../src/domain/fold.ts';
import { review } from '../../src/domain/review.ts';
import { settle } from '../../src/domain/settlement.ts';
import { judgeMarks } from '../../src/domain/supervision.ts';
import { DAY, utcDay } from '../../src/domain/time.ts';
import { timeAfter } from '../../src/engine/recover.ts';
import type { Clock } from '../../src/ports.ts';
import {
  configurationOf,
  fillOf,
  instrumentOf,
  momentAt,
  NOON,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

const pair = 'BTC/USDT';
const other = 'ETH/USDT';
const terms = termsFor([pair, other]);
const midnight = Math.floor(NOON / DAY) * DAY + DAY;
afterEach(() => void vi.useRealTimers());

type Step =
  /** Events of the venue, `count` of them, at a time counted from where the market is or from a midnight. */
  | { readonly kind: 'event'; readonly away: number; readonly count: number }
  | { readonly kind: 'edge'; readonly day: number; readonly ms: number }
  | { readonly kind: 'silence'; readonly ms: number }
  | { readonly kind: 'mark'; readonly price: number }
  | { readonly kind: 'wall'; readonly to: number }
  /** The journal ends with something the venue dated that much earlier. */
  | { readonly kind: 'late'; readonly ms: number }
  | { readonly kind: 'restart' };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({
      kind: fc.constant('event' as const),
      away: fc.oneof(
        fc.integer({ min: -2 * DAY, max: 2 * DAY }),
        fc.integer({ min: -1000, max: 60_000 }),
        fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
      ),
      count: fc.integer({ min: 1, max: 4 }),
    }),
    fc.record({
      kind: fc.constant('edge' as const),
      day: fc.integer({ min: -1, max: 2 }),
      ms: fc.constantFrom(-1, 0, 1),
    }),
    fc.record({ kind: fc.constant('silence' as const), ms: fc.integer({ min: 0, max: 60_000 }) }),
    fc.record({ kind: fc.constant('mark' as const), price: fc.integer({ min: 60, max: 130 }) }),
    fc.record({
      kind: fc.constant('wall' as const),
      to: fc.integer({ min: NOON - 30 * DAY, max: NOON + 30 * DAY }),
    }),
    fc.record({ kind: fc.constant('late' as const), ms: fc.integer({ min: 0, max: 2 * DAY }) }),
    fc.record({ kind: fc.constant('restart' as const) }),
  ),
  { minLength: 10, maxLength: 60 },
);

/** A book that holds about a tenth of itself. */
function held(): Draft {
  const draft = draftOf(openedBook());
  const [decided] = review(draft, [proposalOf(configurationOf('held'))], terms, momentAt());
  if (decided?.type !== 'signal.approved') throw new Error('expected an approval');
  settle(draft, fillOf(decided.data.order, { price: '100' }), instrumentOf(pair));
  return draft;
}

class Course {
  readonly facts: Fact[] = [];
  draft = held();
  #clock: Clock;
  #monotonic = 0;
  #lastAt = NOON;
  #price = 100;
  #entries = 0;

  constructor() {
    this.#clock = this.#started();
  }

  /** A process begins: its market time goes on from the journal's. */
  #started(): Clock {
    const clock = createClock(1, () => this.#monotonic);
    clock.observe(timeAfter(this.draft, this.facts.at(-1)?.at ?? NOON));
    this.#lastAt = clock.market();
    return clock;
  }

  take(step: Step): void {
    if (step.kind === 'event') this.#hear(this.#clock.market() + step.away, step.count);
    if (step.kind === 'edge') this.#hear(midnight + step.day * DAY + step.ms, 3);
    if (step.kind === 'silence') this.#monotonic += step.ms;
    if (step.kind === 'mark') this.#price = step.price;
    if (step.kind === 'wall') vi.setSystemTime(step.to);
    if (step.kind === 'late') {
      const about = { at: this.#clock.market() - step.ms, key: pair };
      this.facts.push(fact('stream.gapped', about, { stream: pair, from: about.at, to: about.at }));
      return;
    }
    if (step.kind === 'restart') {
      const kept: Fact[] = JSON.parse(JSON.stringify(this.facts));
      this.draft = draftOf(fold(held(), kept));
      this.#clock = this.#started();
    }
    this.#tick();
  }

  #hear(at: number, count: number): void {
    for (let told = 0; told < count; told += 1) this.#clock.observe(at);
  }

  /** The second's tick; then somebody asks to enter. */
  #tick(): void {
    const at = this.#clock.market();
    expect(at).toBeGreaterThanOrEqual(this.#lastAt);
    this.#lastAt = at;
    const { marks } = momentAt({ [pair]: this.#price });
    this.facts.push(
      ...judgeMarks(this.draft, terms, { at, marks, readings: [], record: false, settled: true }),
    );
    if (this.draft.day?.latched !== true) return;
    this.#entries += 1;
    const proposal = proposalOf(configurationOf(`e${this.#entries}`, { pair: other }), { at });
    const calm = { ...draftOf(this.draft), breakers: new Map() };
    const [decided] = review(calm, [proposal], terms, { at, marks, readings: [], open: true });
    expect(decided).toMatchObject({ data: { refusal: { code: 'daily-loss' } } });
  }
}

test('it never goes back, opens once, and its latch holds until a later day', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const seen = { opened: 0, latched: 0 };
  fc.assert(
    fc.property(steps, (taken) => {
      const course = new Course();
      for (const step of taken) {
        const before = course.draft.day;
        course.take(step);
        const { day } = course.draft;
        const isLater = (day?.number ?? 0) > (before?.number ?? 0);
        expect(day?.number).toBeGreaterThanOrEqual(before?.number ?? 0);
        if (before?.latched === true && !isLater) expect(day?.latched).toBe(true);
      }
      const opened = course.facts.flatMap((one) => (one.type === 'day.opened' ? [one] : []));
      const latched = course.facts.flatMap((one) => (one.type === 'loss.latched' ? [one] : []));
      for (const { at, data } of [...opened, ...latched]) expect(data.day).toBe(utcDay(at));
      const days = opened.map(({ data }) => data.day);
      expect(days).toEqual([...new Set(days)].sort((a, b) => a - b));
      expect(new Set(latched.map(({ data }) => data.day)).size).toBe(latched.length);
      seen.opened += opened.length;
      seen.latched += latched.length;
    }),
    { numRuns: 300 },
  );
  // What the property is about did happen.
  expect(seen.opened).toBeGreaterThan(100);
  expect(seen.latched).toBeGreaterThan(100);
});

test('the comparison can fail: a day that a clock took back would be seen', () => {
  const draft = held();
  const about = { at: midnight - DAY, key: 'x' };
  const back = fact('day.opened', about, { day: utcDay(midnight) - 5, equity: '1' });
  expect(fold(draft, [back]).day?.number).toBeLessThan(draft.day?.number ?? 0);
});
