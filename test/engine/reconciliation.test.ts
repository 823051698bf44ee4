// When the venue is asked: at the start until it answers, after its events were lost, when money was missing;
// what it says before the first round is through waits for it, in order.
import { EMPTY, Subject } from 'rxjs';
import { expect, test } from 'vitest';
import type { Fill } from '../../src/domain/fill.ts';
import { draftOf } from '../../src/domain/fold.ts';
import { type AccountNews, accountReported, settleReported } from '../../src/domain/supervision.ts';
import { createReconciliation } from '../../src/engine/reconciliation.ts';
import { createStrangers } from '../../src/engine/stranger.ts';
import type { OrderReport, VenueNews } from '../../src/ports.ts';
import { NOON, openedBook, termsFor } from '../support/bench.ts';

const pair = 'BTC/USDT';
const terms = termsFor([pair, 'ETH/USDT']);

/** Time and timers by hand; a venue that answers as told. */
function bench() {
  const state = {
    now: 0,
    free: '100000',
    eth: '0',
    isDown: false,
    rounds: 0,
    open: [] as OrderReport[],
    trades: [] as Fill[],
  };
  const draft = draftOf(openedBook());
  const told: (AccountNews['kind'] | VenueNews['type'])[] = [];
  const said: string[] = [];
  const halts: string[] = [];
  const journalled = new Set<string>();
  const timers: { at: number; run: () => void }[] = [];
  const waits: number[] = [];
  const news = new Subject<VenueNews>();
  const answer = async <T>(value: T): Promise<T> => {
    if (state.isDown) throw new Error('timeout');
    return value;
  };
  const log = {
    debug() {},
    info() {},
    warn: (_: object, message: string) => said.push(message),
    error: (_: object, message: string) => said.push(message),
  };
  const reconciliation = createReconciliation({
    venue: {
      find: () => answer(undefined),
      fills: (of) => answer(state.trades.filter((one) => one.pair === of)),
      async openOrders() {
        state.rounds += 1;
        return answer(state.open);
      },
      balances: () =>
        answer(
          new Map([
            ['USDT', { free: state.free, locked: '0' }],
            ['ETH', { free: state.eth, locked: '0' }],
          ]),
        ),
    },
    clock: { market: () => NOON, wall: () => NOON, monotonic: () => state.now, observe() {} },
    timers: {
      after(ms, run) {
        waits.push(ms);
        timers.push({ at: state.now + ms, run });
        return () => {};
      },
      every: () => () => {},
    },
    log,
    instruments: terms.instruments,
    sink: {
      onFill: (fill) => void settleReported(draft, terms, fill),
      onOrderNews() {},
      onUnknown() {},
    },
    strangers: createStrangers({
      ...{ book: () => draft, log, onCopy: (reason) => halts.push(reason) },
      journal: { holdsOrder: async (id) => journalled.has(id) },
    }),
    ceiling: '100000',
    book: () => draft,
    pairs: () => [pair],
    marks: () => new Map(),
    pass: (one) => told.push(one.type),
    send(one) {
      if (accountReported(draft, terms, one).length > 0) told.push(one.kind);
    },
  });
  reconciliation.listen(news, []);
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  };
  /** Lets so much time pass, ticking once a second. */
  const pass = async (ms: number): Promise<void> => {
    for (const until = state.now + ms; state.now < until; ) {
      state.now = Math.min(until, state.now + 250);
      for (const one of timers.filter(({ at }) => at <= state.now)) {
        timers.splice(timers.indexOf(one), 1);
        one.run();
      }
      reconciliation.tick();
      await settle();
    }
  };
  return {
    state,
    draft,
    told,
    said,
    halts,
    journalled,
    waits,
    news,
    pass,
    settle,
    ...reconciliation,
    reconciliation,
  };
}

const orderOf = (clientOrderId: string): OrderReport => ({
  ...{ clientOrderId, venueOrderId: `of ${clientOrderId}`, pair, state: 'open' },
  ...{ filled: '0', at: NOON },
});

test('the start asks until the venue answers, and takes what was said meanwhile after that, in order', async () => {
  const { state, told, said, news, pass, reconciliation } = bench();
  state.isDown = true;
  let isOver = false;
  void reconciliation.begin().then(() => {
    isOver = true;
  });
  news.next({ type: 'balance.changed', asset: 'BNB', delta: '2', at: NOON });
  news.next({ type: 'order.reported', report: { ...orderOf('web_1'), state: 'filled' } });
  await pass(5000);
  expect([isOver, told, state.rounds > 2]).toEqual([false, [], true]);
  state.isDown = false;
  await pass(15_000);
  expect([isOver, told]).toEqual([true, ['transfer', 'order.reported']]);
  expect(said[0]).toContain('could not be asked');
});

test('a start whose round gives way to a person’s waits as long as that one takes, and no longer', async () => {
  const { state, pass, waits, reconciliation } = bench();
  state.isDown = true;
  let isOver = false;
  void reconciliation.begin().then(() => {
    isOver = true;
  });
  void reconciliation.adopt(null, 'anna', 'a look').catch(() => {});
  await pass(1000);
  state.isDown = false;
  await pass(15_000);
  expect(isOver).toBe(true);
  // A wait without end is none by the machine's timers, and one for ever by others.
  expect(waits.every((ms) => ms <= 15_000)).toBe(true);
});

test('without an answer for five minutes a person is told, once, and the measure is no number', async () => {
  const { state, said, pass, reconciliation } = bench();
  await reconciliation.begin();
  expect(reconciliation.missingLots()).toBe(0);
  state.isDown = true;
  await pass(6 * 60_000);
  expect(said.filter((line) => line.includes('five minutes'))).toHaveLength(1);
  expect(reconciliation.missingLots()).toBeNaN();
  state.isDown = false;
  await pass(20_000);
  expect(reconciliation.missingLots()).toBe(0);
});

test('events that were lost bar entries until a whole round came after their return', async () => {
  const { state, draft, news, pass, reconciliation } = bench();
  await reconciliation.begin();
  news.next({ type: 'reports.lost', reason: 'cut' });
  await pass(60_000);
  // Rounds go on, and are no proof of what is happening now.
  expect(draft.account.lost).toBe('cut');
  const asked = state.rounds;
  news.next({ type: 'reports.live' });
  await pass(1000);
  expect([draft.account.lost, state.rounds > asked]).toEqual([null, true]);
});

test('a loss in the middle of a round asks for another one', async () => {
  const { state, draft, news, pass, settle, reconciliation } = bench();
  await reconciliation.begin();
  news.next({ type: 'reports.lost', reason: 'first' });
  news.next({ type: 'reports.live' });
  reconciliation.tick();
  news.next({ type: 'reports.lost', reason: 'second' });
  news.next({ type: 'reports.live' });
  await settle();
  expect(draft.account.lost).toBe('first');
  const asked = state.rounds;
  await pass(500);
  expect([draft.account.lost, state.rounds]).toEqual([null, asked + 1]);
});

test('it asks twice a minute by itself, and soon after a refusal for want of funds', async () => {
  const { state, pass, reconciliation } = bench();
  await reconciliation.begin();
  const asked = state.rounds;
  await pass(60_500);
  expect(state.rounds - asked).toBe(2);
  reconciliation.soon();
  await pass(6000);
  expect(state.rounds - asked).toBe(3);
});

test('an order under our mark is asked after in the journal: a copy of this engine halts it', async () => {
  const { state, draft, halts, journalled, pass, settle, reconciliation } = bench();
  const ours = `${draft.engine}${'0'.repeat(28)}`;
  journalled.add(ours);
  state.open = [orderOf(ours)];
  await reconciliation.begin();
  await settle();
  expect([halts, draft.account.frozen.size]).toEqual([[], 1]);
  const copied = `${draft.engine}${'1'.repeat(28)}`;
  state.open = [orderOf(copied)];
  await pass(60_000);
  expect(halts).toHaveLength(1);
  expect(halts[0]).toContain(copied);
});

test('an adoption is refused while money moves, and while the venue does not answer', async () => {
  const { state, draft, pass, reconciliation } = bench();
  await reconciliation.begin();
  state.free = '100500';
  const refused = reconciliation.adopt(null, 'anna', 'mine');
  await pass(250);
  state.free = '100600';
  await pass(3000);
  expect(await refused).toContain('try again');
  const done = reconciliation.adopt(null, 'anna', 'mine');
  await pass(3000);
  expect(await done).toBeUndefined();
  expect(draft.balances.get('foreign USDT')?.toFixed()).toBe('600');
  state.isDown = true;
  expect(await reconciliation.adopt(null, 'anna', 'mine')).toContain('does not answer');
});

test('what is missing is looked for among the trades of its pairs before it is believed', async () => {
  const { state, draft, pass, reconciliation } = bench();
  await reconciliation.begin();
  state.trades = [
    {
      ...{ tradeId: '7', clientOrderId: 'web_7', pair: 'ETH/USDT', side: 'buy', price: '100' },
      ...{ quantity: '3', fee: '0', feeAsset: 'USDT', at: NOON },
    },
  ];
  state.free = '99700';
  state.eth = '3';
  await pass(40_000);
  expect(reconciliation.missingLots()).toBe(0);
  expect([...draft.account.frozen.keys()]).toEqual(['ETH/USDT']);
  expect(draft.account.missing.size).toBe(0);
});

test('a venue that says nothing is listened to without harm', async () => {
  const { reconciliation } = bench();
  reconciliation.listen(EMPTY, [])();
  await reconciliation.begin();
  expect(reconciliation.missingLots()).toBe(0);
});
