// The paper venue: real prices, simulated fills. A market order fills at the last price moved against
// it by half a spread and slippage; a limit order likewise, or not at all. Nothing rests here, so a
// restart has nothing to remember: what was in flight then never happened.
import { type Observable, Subject, type Subscription } from 'rxjs';
import type { Fill } from '../domain/fill.ts';
import { filterBroken, type Instrument } from '../domain/instrument.ts';
import { holdings } from '../domain/ledger.ts';
import {
  type Decimal,
  decimal,
  type Price,
  price,
  quantity,
  roundToTick,
  text,
} from '../domain/money.ts';
import type { ExecutionRules, Order } from '../domain/order.ts';
import type { Portfolio } from '../domain/portfolio.ts';
import type { Millis } from '../domain/time.ts';
import type {
  Balance,
  CancelOutcome,
  Clock,
  OrderReport,
  Outcome,
  PriceUpdate,
  Venue,
  VenueNews,
} from '../ports.ts';

export interface PaperOptions {
  readonly name: string;
  /** The real venue's rules of trading. */
  loadInstruments(): Promise<ReadonlyMap<string, Instrument>>;
  readonly prices: Observable<PriceUpdate>;
  /** The book as recovered: what the account holds to begin with. */
  readonly book: Portfolio;
  readonly quote: string;
  readonly cash: string;
  readonly clock: Clock;
  readonly execution: Pick<ExecutionRules, 'fee' | 'slippage'>;
}

/** Half of a plausible spread, as a share of the price. */
const HALF_SPREAD = 0.0001;

const rejected = (code: string, message: string): Outcome => ({ kind: 'rejected', code, message });

export class PaperVenue implements Venue {
  readonly name: string;
  readonly #options: PaperOptions;
  readonly #news = new Subject<VenueNews>();
  readonly news = this.#news.asObservable();
  readonly #prices = new Map<string, number>();
  readonly #balances = new Map<string, Decimal>();
  readonly #orders = new Map<string, { report: OrderReport; fills: readonly Fill[] }>();
  readonly #listening: Subscription;
  #instruments: ReadonlyMap<string, Instrument> = new Map();

  constructor(options: PaperOptions) {
    this.#options = options;
    this.name = options.name;
    for (const [asset, amount] of openingOf(options)) this.#balances.set(asset, amount);
    this.#listening = options.prices.subscribe(({ pair, price: last }) => {
      this.#prices.set(pair, last);
    });
  }

  async connect(): Promise<ReadonlyMap<string, Instrument>> {
    return this.instruments();
  }

  async instruments(): Promise<ReadonlyMap<string, Instrument>> {
    this.#instruments = await this.#options.loadInstruments();
    return this.#instruments;
  }

  async balances(): Promise<ReadonlyMap<string, Balance>> {
    const rows = [...this.#balances].map(
      ([asset, free]) => [asset, { free: text(free), locked: '0' }] as const,
    );
    return new Map(rows);
  }

  async place(order: Order): Promise<Outcome> {
    if (order.type === 'stop-limit') return rejected('unsupported', 'nothing rests on paper');
    const instrument = this.#instruments.get(order.pair);
    const last = this.#prices.get(order.pair);
    if (instrument === undefined) return rejected('pair-unknown', `no market ${order.pair}`);
    if (last === undefined) return rejected('no-price', `no price of ${order.pair} yet`);
    if (this.#orders.has(order.clientOrderId)) return { kind: 'exists' };
    const at = this.#options.clock.market();
    const paid = this.#priceFor(order, instrument, last);
    const broken = filterBroken(instrument, quantity(order.quantity), paid);
    if (broken !== undefined)
      return rejected(broken.filter, `the venue's limit is ${broken.limit}`);
    const misses = order.limitPrice !== null && worse(order, paid, decimal(order.limitPrice));
    if (!misses && !this.#covers(order, instrument, paid)) {
      return rejected('insufficient-funds', `not enough to ${order.side} ${order.quantity}`);
    }
    const fills = misses ? [] : [this.#fill(order, instrument, paid, at)];
    const report: OrderReport = {
      clientOrderId: order.clientOrderId,
      venueOrderId: `paper-${order.clientOrderId}`,
      pair: order.pair,
      state: misses ? 'canceled' : 'filled',
      filled: misses ? '0' : order.quantity,
      at,
    };
    this.#orders.set(order.clientOrderId, { report, fills });
    return { kind: 'accepted', report, fills };
  }

  async cancel(): Promise<CancelOutcome> {
    return { kind: 'unknown', reason: 'nothing rests on paper' };
  }

  async find({ clientOrderId }: Pick<Order, 'clientOrderId'>): Promise<OrderReport | undefined> {
    return this.#orders.get(clientOrderId)?.report;
  }

  async fills(pair: string, since: Millis): Promise<readonly Fill[]> {
    return [...this.#orders.values()]
      .flatMap((order) => order.fills)
      .filter((fill) => fill.pair === pair && fill.at >= since);
  }

  async openOrders(): Promise<readonly OrderReport[]> {
    return [];
  }

  async close(): Promise<void> {
    this.#listening.unsubscribe();
  }

  #priceFor({ side }: Order, { tickSize }: Instrument, last: number): Price {
    const { slippage } = this.#options.execution;
    const against = side === 'buy' ? 1 + HALF_SPREAD + slippage : 1 - HALF_SPREAD - slippage;
    return roundToTick(
      price(decimal(last).times(against)),
      tickSize,
      side === 'buy' ? 'up' : 'down',
    );
  }

  #covers(order: Order, instrument: Instrument, paid: Decimal): boolean {
    const amount = decimal(order.quantity);
    const [asset, needed] =
      order.side === 'buy' ? [instrument.quote, paid.times(amount)] : [instrument.base, amount];
    return (this.#balances.get(asset) ?? decimal(0)).gte(needed);
  }

  #fill(order: Order, { base, quote }: Instrument, paid: Decimal, at: Millis): Fill {
    const amount = decimal(order.quantity);
    const value = paid.times(amount);
    const buys = order.side === 'buy';
    const fee = (buys ? amount : value).times(this.#options.execution.fee);
    this.#move(base, buys ? amount.minus(fee) : amount.negated());
    this.#move(quote, buys ? value.negated() : value.minus(fee));
    return {
      // Content, not chance: the same order has the same trade.
      tradeId: `paper-${order.clientOrderId}`,
      clientOrderId: order.clientOrderId,
      pair: order.pair,
      side: order.side,
      price: text(paid),
      quantity: order.quantity,
      fee: text(fee),
      feeAsset: buys ? base : quote,
      at,
    };
  }

  #move(asset: string, amount: Decimal): void {
    this.#balances.set(asset, (this.#balances.get(asset) ?? decimal(0)).plus(amount));
  }
}

const worse = ({ side }: Order, paid: Decimal, limit: Decimal): boolean =>
  side === 'buy' ? paid.gt(limit) : paid.lt(limit);

/** The account behind a recovered book: all that it says the account holds. */
const openingOf = ({ book, quote, cash }: PaperOptions): Iterable<readonly [string, Decimal]> =>
  book.quote === '' ? [[quote, decimal(cash)]] : holdings(book.balances);
