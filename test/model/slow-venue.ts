// A venue and a journal whose every answer is a promise that a scheduler settles when it likes: requests arrive
// late or never, answers are lost, trades are told before, after, or twice. What it keeps is the truth; it takes no
// order after its validity and the venue's own processing have passed (RELIABILITY X2).
import type { Scheduler } from 'fast-check';
import { Subject } from 'rxjs';
import type { Entry, Fact } from '../../src/domain/fact.ts';
import type { Fill } from '../../src/domain/fill.ts';
import { type Decimal, decimal } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import type {
  Balance,
  Clock,
  Journal,
  OrderReport,
  Outcome,
  Timers,
  Venue,
  VenueNews,
} from '../../src/ports.ts';
import { fillOf, instrumentOf } from '../support/bench.ts';

export const recvWindowMs = 5000;
/** The venue may work on a request this long after it checked its validity. */
const processingMs = 10_000;

/** Time moves when a timer is served: to when it was due at least. */
export function slowTime(s: Scheduler, start: number): { clock: Clock; timers: Timers } {
  let now = 0;
  const clock = {
    market: () => start + now,
    wall: () => start + now,
    monotonic: () => now,
    observe() {},
  };
  return {
    clock,
    timers: {
      after(delayMs, run) {
        const due = now + delayMs;
        let isCanceled = false;
        void s.schedule(Promise.resolve(), `timer ${delayMs}`).then(() => {
          if (isCanceled) return;
          now = Math.max(now, due);
          run();
        });
        return () => {
          isCanceled = true;
        };
      },
      every: () => () => {},
    },
  };
}

/** What is committed, in order; an append that fails has written nothing. */
export class SlowJournal implements Journal {
  readonly rows: Entry[] = [];
  readonly #s: Scheduler;
  readonly #chance: () => number;

  constructor(s: Scheduler, chance: () => number) {
    this.#s = s;
    this.#chance = chance;
  }

  async append(facts: readonly Fact[]): Promise<readonly Entry[]> {
    const isDown = this.#chance() < 10;
    await this.#s.schedule(Promise.resolve(), `append ${facts.map(({ type }) => type)}`);
    if (isDown) throw new Error('the store is down');
    const from = this.rows.length;
    const entries: Entry[] = facts.map((one, index) => ({ ...one, seq: from + index + 1, v: 1 }));
    this.rows.push(...entries);
    // The commit is done; that it is done is heard of later.
    await this.#s.schedule(Promise.resolve(), 'committed');
    return entries;
  }

  async *read(): AsyncIterable<Entry> {
    yield* this.rows;
  }
  async saveCheckpoint(): Promise<void> {}
  async latestCheckpoint(): Promise<undefined> {}
  async holdsOrder(): Promise<boolean> {
    return false;
  }
}

interface Standing {
  readonly order: Order;
  state: OrderReport['state'];
  readonly fills: Fill[];
  readonly sentAt: number;
  /** Not seen where orders and trades are looked up. */
  isHidden: boolean;
  /** It was looked for once when that could prove something: the next look finds it. */
  isMissed: boolean;
}

export class SlowVenue implements Venue {
  readonly name = 'slow';
  readonly news = new Subject<VenueNews>();
  /** Every request to place an order, by its client id, in the order of sending. */
  readonly sent: string[] = [];
  readonly book = new Map<string, Standing>();
  /** Requests that arrived for an order that was there. */
  duplicates = 0;
  readonly #held = new Map<string, Decimal>([['USDT', decimal(100_000)]]);
  readonly #s: Scheduler;
  readonly #clock: Clock;
  readonly #chance: () => number;

  constructor(s: Scheduler, clock: Clock, chance: () => number) {
    this.#s = s;
    this.#clock = clock;
    this.#chance = chance;
  }

  held(asset: string): Decimal {
    return this.#held.get(asset) ?? decimal(0);
  }

  async place(order: Order): Promise<Outcome> {
    this.sent.push(order.clientOrderId);
    const sentAt = this.#clock.monotonic();
    const [isLost, isUnheard] = [this.#chance() < 10, this.#chance() < 40];
    const arriving = isLost ? undefined : this.#arrive(order, sentAt);
    // Who waits no longer knows nothing: the request may arrive yet.
    const arrived = isUnheard ? undefined : await arriving;
    await this.#s.schedule(Promise.resolve(), `answer ${order.purpose}`);
    if (arrived === undefined) return { kind: 'unknown', reason: 'no answer' };
    if (arrived === 'late') return { kind: 'rejected', code: '-1021', message: 'too late' };
    if (arrived === 'again') return { kind: 'exists' };
    const report = this.#report(order.clientOrderId);
    if (report === undefined) return { kind: 'unknown', reason: 'gone' };
    return { kind: 'accepted', report, fills: this.book.get(order.clientOrderId)?.fills ?? [] };
  }

  /** Some requests are long on their way: others are asked and answered meanwhile. */
  async #arrive(order: Order, sentAt: number): Promise<'taken' | 'again' | 'late'> {
    for (let hops = this.#chance() < 30 ? 15 : 1; hops > 0; hops -= 1) {
      await this.#s.schedule(Promise.resolve(), `arrive ${order.purpose}`);
    }
    if (this.#clock.monotonic() > sentAt + recvWindowMs) return 'late';
    await this.#s.schedule(Promise.resolve(), `work ${order.purpose}`);
    if (this.#clock.monotonic() > sentAt + recvWindowMs + processingMs) return 'late';
    if (this.book.has(order.clientOrderId)) {
      this.duplicates += 1;
      return 'again';
    }
    this.#match(order, sentAt);
    return 'taken';
  }

  /** In whole, in two pieces, in part, or not at all: nothing rests here. */
  #match(order: Order, sentAt: number): void {
    const isHidden = this.#chance() < 25;
    const standing: Standing = {
      order,
      state: 'open',
      fills: [],
      sentAt,
      isHidden,
      isMissed: false,
    };
    this.book.set(order.clientOrderId, standing);
    const whole = decimal(order.quantity);
    const first = whole.times(0.4).toDecimalPlaces(3);
    const parts = [[whole], [first, whole.minus(first)], [first], []][this.#chance() % 4] ?? [];
    for (const quantity of parts.filter((one) => one.gt(0))) this.#trade(standing, quantity);
    const filled = parts.reduce((sum, one) => sum.plus(one), decimal(0));
    standing.state = filled.eq(whole) ? 'filled' : 'canceled';
    this.#tell(standing, 'word', () => {
      const report = this.#report(order.clientOrderId);
      if (report !== undefined) this.news.next({ type: 'order.reported', report });
    });
  }

  #trade(standing: Standing, quantity: Decimal): void {
    const { order } = standing;
    const [base = '', quote = ''] = order.pair.split('/');
    const price = decimal(order.limitPrice ?? '100');
    const fill = fillOf(order, {
      ...{ quantity: quantity.toFixed(), price: price.toFixed(), at: this.#clock.market() },
      ...{
        fee: price.times(quantity).times('0.001').toDecimalPlaces(8).toFixed(),
        feeAsset: quote,
      },
    });
    standing.fills.push(fill);
    const sign = order.side === 'buy' ? 1 : -1;
    this.#held.set(base, this.held(base).plus(quantity.times(sign)));
    this.#held.set(
      quote,
      this.held(quote).minus(price.times(quantity).times(sign)).minus(fill.fee),
    );
    this.#tell(standing, 'trade', () => this.news.next({ type: 'fill.reported', fill }));
  }

  /** Now and then twice, now and then never; never of what is hidden. */
  #tell({ isHidden }: Standing, what: string, say: () => void): void {
    const times = isHidden ? 0 : this.#chance() % 3;
    for (let time = 0; time < times; time += 1) {
      void this.#s.schedule(Promise.resolve(), what).then(say);
    }
  }

  #report(clientOrderId: string): OrderReport | undefined {
    const standing = this.book.get(clientOrderId);
    if (standing === undefined) return undefined;
    const filled = standing.fills.reduce((sum, one) => sum.plus(one.quantity), decimal(0));
    const { order, state } = standing;
    const at = this.#clock.market();
    return {
      clientOrderId,
      venueOrderId: '1',
      pair: order.pair,
      state,
      filled: filled.toFixed(),
      at,
    };
  }

  /** A question whose answer is as of when it is given, and now and then none. */
  async #ask<T>(what: string, answer: () => T): Promise<T> {
    const isUnheard = this.#chance() < 10;
    await this.#s.schedule(Promise.resolve(), `ask ${what}`);
    const said = answer();
    await this.#s.schedule(Promise.resolve(), `hear ${what}`);
    if (isUnheard) throw new Error('no answer');
    return said;
  }

  /** What an order got is told before its state is, as the venue's adapter has it. */
  find = ({ clientOrderId }: Pick<Order, 'clientOrderId'>) =>
    this.#ask('order', () => {
      if (this.#isHidden(clientOrderId)) return undefined;
      const fills = this.book.get(clientOrderId)?.fills ?? [];
      for (const fill of fills) this.news.next({ type: 'fill.reported', fill });
      return this.#report(clientOrderId);
    });
  fills = (pair: string) =>
    this.#ask('trades', () =>
      [...this.book.values()].flatMap(({ order, isHidden, fills }) =>
        order.pair === pair && !isHidden ? fills : [],
      ),
    );

  /** Some are not seen where they are looked up, until one question that was late enough to prove something. */
  #isHidden(clientOrderId: string): boolean {
    const standing = this.book.get(clientOrderId);
    if (standing?.isHidden !== true) return false;
    standing.isHidden = !standing.isMissed;
    standing.isMissed = this.#clock.monotonic() >= standing.sentAt + recvWindowMs + processingMs;
    return standing.isHidden;
  }

  openOrders = () => this.#ask('open', (): readonly OrderReport[] => []);
  balances = () =>
    this.#ask(
      'balances',
      () =>
        new Map(
          [...this.#held].map(([asset, free]): [string, Balance] => [
            asset,
            { free: free.toFixed(), locked: '0' },
          ]),
        ),
    );
  cancel = async () => ({ kind: 'unknown', reason: 'nothing rests here' }) as const;
  connect = async () => this.instruments();
  instruments = async () => new Map([['BTC/USDT', instrumentOf('BTC/USDT')]]);
  close = async () => {};
}
