// Supervisor, recorder, gateway, execution, resolver and rounds as the engine joins them, on ports whose promises a
// scheduler settles in any order: nothing takes effect before its commit, no order is sent twice, and when all has
// been said the book is the venue's and nothing is left unresolved.
import fc from 'fast-check';
import { EMPTY } from 'rxjs';
import { expect, test } from 'vitest';
import { DEFAULT_LEVELS } from '../../src/domain/breaker-levels.ts';
import { encodeBook } from '../../src/domain/checkpoint.ts';
import type { Entry } from '../../src/domain/fact.ts';
import { fold } from '../../src/domain/fold.ts';
import { DEFAULT_LIFECYCLE } from '../../src/domain/lifecycle-rules.ts';
import { decimal } from '../../src/domain/money.ts';
import { DEFAULT_EXECUTION } from '../../src/domain/order.ts';
import { hasEnded, type Portfolio } from '../../src/domain/portfolio.ts';
import { DEFAULT_LIMITS } from '../../src/domain/risk.ts';
import { DEFAULT_SIZING } from '../../src/domain/sizing.ts';
import { VenueHealth } from '../../src/domain/venue-health.ts';
import { createCommittedOrders } from '../../src/engine/committed.ts';
import { joinParts, type Parts } from '../../src/engine/part.ts';
import type { Feed, Log, Tape } from '../../src/ports.ts';
import { Gateway } from '../../src/venue/gateway.ts';
import {
  configurationOf,
  instrumentOf,
  NOON,
  newcomer,
  openedBook,
  signalOf,
} from '../support/bench.ts';
import { wide } from '../support/stage.ts';
import { recvWindowMs, SlowJournal, SlowVenue, slowTime } from './slow-venue.ts';

const pair = 'BTC/USDT';
const configurations = ['one', 'two'].map((id) => configurationOf(id, { pair }));
const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const tape: Tape = { candle() {}, price() {}, close: async () => {} };
const feed: Feed = {
  ...{ candles: EMPTY, prices: EMPTY, news: EMPTY },
  start: async () => {},
  add: async () => {},
  stop: async () => {},
};

/** What came up in all the stories, by name. */
const met = new Map<string, number>();
const meet = (what: string): void => void met.set(what, (met.get(what) ?? 0) + 1);

interface Stage {
  readonly parts: Parts;
  readonly journal: SlowJournal;
  readonly venue: SlowVenue;
  /** What was sent before its commit, took effect out of turn, or was breached. */
  readonly wrongs: string[];
  now(): number;
}

function stage(s: fc.Scheduler, draws: fc.Stream<number>): Stage {
  const chance = (): number => draws.next().value ?? 0;
  const wrongs: string[] = [];
  const { clock, timers } = slowTime(s, NOON);
  const journal = new SlowJournal(s, chance);
  const slow = new SlowVenue(s, clock, chance);
  const place = slow.place.bind(slow);
  slow.place = (order) => {
    const isHeld = journal.rows.some(
      (row) => 'order' in row.data && row.data.order.clientOrderId === order.clientOrderId,
    );
    if (!isHeld) wrongs.push(`${order.purpose} sent before its commit`);
    return place(order);
  };
  const committed = createCommittedOrders(journal);
  const gateway: Gateway = new Gateway({
    ...{ venue: slow, clock, caps: wide, takeCommitted: committed.take },
    mayIncreaseExposure: () => true,
    onBreach: (code) => wrongs.push(code),
  });
  const heard: Entry[] = [];
  const parts = joinParts(
    { journal: committed.journal, tape, venue: gateway, feed, clock, timers, log },
    {
      ...{ limits: DEFAULT_LIMITS, sizing: DEFAULT_SIZING, execution: DEFAULT_EXECUTION },
      // A market that stands is silent, and its time passes in leaps.
      breakers: { ...DEFAULT_LEVELS, silenceSeconds: 1e9, rejectsInRow: 1e9, rejectOrders: 1e9 },
      ...{ lifecycle: DEFAULT_LIFECYCLE, protection: { by: 'engine', offset: 0.01 } },
      ...{ gatherMs: 0, recvWindowMs, isRealTime: false, ceiling: '100000' },
    },
    {
      ...{ book: openedBook(), seq: 0, instruments: new Map([[pair, instrumentOf(pair)]]) },
      ...{ enrolments: [], quarantined: new Map(), enrol: async (one) => newcomer(one) },
    },
    new VenueHealth(),
    {
      onEntry(entry) {
        heard.push(entry);
        // In order, each once, and none that the journal does not hold.
        if (journal.rows[heard.length - 1] !== entry) wrongs.push(`${entry.type} out of turn`);
        if (isTooSoon(entry, heard, slow)) wrongs.push('an end was believed before all its trades');
      },
      onFatal: (reason, error) => wrongs.push(`${reason}: ${error}`),
      ...{ onFeedNews() {}, onArchived() {}, onRestart() {} },
    },
  );
  return { parts, journal, venue: slow, wrongs, now: clock.market };
}

/** What an order got is told before its end: else what is gone would be let go of, or offered twice. */
function isTooSoon(entry: Entry, heard: readonly Entry[], { book }: SlowVenue): boolean {
  if (entry.type !== 'order.ended') return false;
  const { clientOrderId } = entry.data;
  const known = heard.filter(
    (one) => one.type === 'fill.recorded' && one.data.fill.clientOrderId === clientOrderId,
  );
  return known.length < (book.get(clientOrderId)?.fills.length ?? 0);
}

const happenings = fc.array(
  fc.constantFrom('enter one', 'enter two', 'leave one', 'leave two', 'tick', 'wait'),
  {
    minLength: 4,
    maxLength: 14,
    size: 'max',
  },
);

function happen({ parts, now }: Stage, what: string): void {
  const { supervisor, registry, watch, reconciliation } = parts;
  const at = now();
  watch.update({ pair, price: 100, at });
  if (what === 'tick') {
    reconciliation.tick();
    supervisor.tick(false);
    return;
  }
  const [verb, id = ''] = what.split(' ');
  const configuration = configurations.find((one) => one.id === id);
  if (verb === 'enter' && configuration !== undefined) {
    registry.send(id, { type: 'signal.raised', signal: signalOf(configuration, { at }) });
  }
  const request = { configId: id, reason: 'manual', price: null, at } as const;
  if (verb === 'leave') supervisor.actor.send({ type: 'exit.proposed', request });
}

/** Lets everything that was begun come to its end, and asks again what is asked every second. */
async function settle(s: fc.Scheduler, one: Stage): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) {
    await s.waitIdle();
    happen(one, 'tick');
  }
  await s.waitIdle();
}

/** A book without the order in which its orders were told: an exit goes ahead of what waits for the store. */
const contents = (book: Portfolio) => {
  const { orders, ...rest } = JSON.parse(encodeBook(book));
  return { ...rest, orders: new Map(orders.$map) };
};

function expectSettled({ parts, journal, venue, wrongs }: Stage): void {
  const book = parts.supervisor.book();
  expect(wrongs).toEqual([]);
  expect(parts.recorder.isIdle).toBe(true);
  // What is in the journal is the book.
  expect(contents(fold(openedBook(), journal.rows))).toEqual(contents(book));
  // Sent once, and once more only where the journal says that it never arrived.
  const resent = journal.rows.flatMap((row) => (row.type === 'order.resent' ? [row.key] : []));
  for (const id of new Set(venue.sent)) {
    const count = venue.sent.filter((one) => one === id).length;
    expect(count, `sent ${count} times`).toBeLessThanOrEqual(
      1 + resent.filter((one) => one === id).length,
    );
  }
  expect(venue.duplicates).toBe(0);
  // Nothing is left unresolved, and the venue's word is the book's.
  for (const live of book.orders.values()) {
    const { clientOrderId } = live.order;
    const fills = venue.book.get(clientOrderId)?.fills ?? [];
    meet(live.state);
    expect(hasEnded(live), `${live.order.purpose} is ${live.state}`).toBe(true);
    expect([...live.trades].sort()).toEqual(fills.map(({ tradeId }) => tradeId).sort());
    if (live.state === 'absent') expect(fills).toEqual([]);
  }
  const held = [...book.positions.values()].reduce(
    (sum, one) => sum.plus(one.quantity),
    decimal(0),
  );
  expect(venue.held('BTC').toFixed()).toBe(held.toFixed());
  expect(venue.held('BTC').lt(0), 'more was sold than was held').toBe(false);
}

test('however promises settle: journal before effect, every order once, and an end for each', async () => {
  const draws = fc.infiniteStream(fc.nat({ max: 99 }));
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), draws, happenings, async (s, chance, story) => {
      const one = stage(s, chance);
      const { supervisor, registry, streams, reconciliation } = one.parts;
      const stop = reconciliation.listen(one.venue.news, []);
      const begun = reconciliation.begin();
      await s.waitFor(begun);
      supervisor.actor.send({ type: 'recovery.completed' });
      for (const configuration of configurations) {
        registry.add(configuration, supervisor.book());
        streams.add(configuration);
        streams.live({ pair, timeframe: configuration.timeframe });
      }
      const steps = story.map((what) => ({ builder: async () => happen(one, what), label: what }));
      s.scheduleSequence(steps);
      await settle(s, one);
      expectSettled(one);
      stop();
      reconciliation.stop();
      registry.stop();
    }),
    { numRuns: 100 },
  );
  for (const end of ['filled', 'canceled', 'absent'])
    expect(met.get(end) ?? 0, end).toBeGreaterThan(5);
}, 60_000);
