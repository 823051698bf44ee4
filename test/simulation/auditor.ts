// The auditor of a simulated world: it reads the exchange's own book, the journal's entries as they are committed, and
// what crosses the trader's edges, and holds them to the invariants (RELIABILITY §3.6, whose numbers it names): the
// cheap ones after every event, all of them at rest.

import { streamKey } from '../../src/domain/candle.ts';
import type { Entry } from '../../src/domain/fact.ts';
import { available, type Portfolio } from '../../src/domain/portfolio.ts';
import { type Millis, timeframeMs } from '../../src/domain/time.ts';
import type { ClosedCandle, PriceUpdate } from '../../src/ports.ts';
import { Decisions, ToldTrades, wrongFree } from './book-check.ts';
import { type Amount, type ExchangeEvent, exact, type Wanted } from './exchange.ts';
import { JournalModel } from './journal-model.ts';
import type { Finding, World } from './world.ts';

/** A position may lack its way out for so long; a store that failed meanwhile gets it again. */
const lackMsMax: Millis = 5000;
/** Market time is an estimate, and commits take a moment. */
const graceMs: Millis = 3000;
/** An entry that waited longer for its commit is not sent; on a clock that may be a little off. */
const decisionMsMax: Millis = 2010;
/** Prices move while a decision is written down. */
const tolerance = 0.02;
const zero = exact(0);

/** Invariants that the tables hold as well, by what their refusals name. */
const CONSTRAINTS = [
  ['fills.', '4 each trade once'],
  ['days.', '18 days never go backwards'],
  ['orders.', '3 one decision each'],
] as const;

export class Auditor {
  readonly findings: Finding[] = [];
  readonly model = new JournalModel();
  readonly #world: World;
  /** Orders that left the trader, by id. */
  readonly #left = new Map<string, number>();
  readonly #candles = new Map<string, Millis>();
  /** Since when a stop has been crossed by a price the trader heard, by configuration. */
  readonly #crossed = new Map<string, Millis>();
  /** Entries that left in this life: its ears are open for what becomes of them. */
  readonly #entered = new Set<string>();
  readonly #told = new ToldTrades();
  readonly #decisions = new Decisions();
  #book: Portfolio | undefined;
  #troubleAt: Millis = 0;
  #lastSeq = 0;

  constructor(world: World) {
    this.#world = world;
  }

  object(invariant: string, detail: string): void {
    this.findings.push({ invariant, detail, at: this.#world.queue.now });
    this.#world.trace.write(this.#world.queue.now, `FINDING ${invariant}: ${detail}`);
  }

  /** False once something is wrong: what follows would only be its consequences. */
  look(): boolean {
    this.#lookAtStops();
    this.#lookAtBook();
    return this.findings.length === 0;
  }

  begins(): void {
    this.#candles.clear();
    this.#crossed.clear();
  }

  ends(): void {
    this.#crossed.clear();
    this.#entered.clear();
    this.#told.clear();
  }

  /** The store could not write, or takes so long. */
  storeStalled(forMs: Millis): void {
    this.#troubleAt = Math.max(this.#troubleAt, this.#world.queue.now + forMs);
  }

  /** The trader hears of a trade, by the account's events. */
  tradeTold(clientOrderId: string, tradeId: string): void {
    if (!this.#entered.has(clientOrderId)) return;
    this.#told.add({ clientOrderId, tradeId, at: this.#world.queue.now });
  }

  /** The store itself does not take what was decided. */
  storeRefused(error: unknown): void {
    const words = String(error);
    const broken = CONSTRAINTS.find(([table]) => words.includes(table));
    this.object(`${broken?.[1] ?? '23 what is stored is sound'} (SQL)`, words);
  }

  /** Entries of one commit. */
  committed(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.seq !== this.#lastSeq + 1) {
        this.object('20 one writer', `entry ${entry.seq} after ${this.#lastSeq}`);
      }
      this.#lastSeq = entry.seq;
      for (const [invariant, detail] of this.model.take(entry)) this.object(invariant, detail);
      this.#judge(entry);
    }
    const { marked, day } = this.model;
    const { maxDailyLoss } = this.#world.settings.risk;
    if (marked !== undefined && !(marked > -maxDailyLoss - 1e-9) && day?.isLatched === false) {
      this.object('17 daily loss', `a day at ${marked} without a latch`);
    }
  }

  happened(event: ExchangeEvent): void {
    if (event.type !== 'order' || event.what !== 'NEW') return;
    const { clientOrderId } = event.order;
    const known = this.model.orders.get(clientOrderId);
    if (known === undefined) return;
    const { orders } = this.#world.exchange;
    if (orders.filter((one) => one.clientOrderId === clientOrderId).length > 1) {
      this.object('2 one order per id', `${clientOrderId} is at the exchange twice`);
    }
    if (known.end !== undefined) {
      this.object('26 absent means absent', `${clientOrderId} ended ${known.end} and lives`);
    }
  }

  /** An order leaves the trader for the exchange. */
  orderLeaves(wanted: Wanted): void {
    const { clientOrderId } = wanted;
    const count = (this.#left.get(clientOrderId) ?? 0) + 1;
    this.#left.set(clientOrderId, count);
    this.#world.trace.write(this.#world.queue.now, `${clientOrderId} leaves`);
    const known = this.model.orders.get(clientOrderId);
    if (known === undefined) {
      this.object('1 no order without intent', `${clientOrderId} was never committed`);
      return;
    }
    const { order } = known;
    if (count > 1 + known.resent) {
      this.object('2 one order per id', `${clientOrderId} was sent ${count} times`);
    }
    const isSame =
      wanted.pair === order.pair &&
      wanted.side.toLowerCase() === order.side &&
      wanted.quantity.eq(order.quantity) &&
      (wanted.price?.eq(order.limitPrice ?? 0) ?? order.limitPrice === null);
    if (!isSame) this.object('24 what was decided is what is sent', clientOrderId);
    if (order.purpose !== 'entry') return;
    this.#entered.add(clientOrderId);
    this.#enters(known.order.signalId, clientOrderId);
  }

  candle({ stream, candle }: ClosedCandle): void {
    const { markets, queue, fate } = this.#world;
    const key = streamKey(stream);
    const length = timeframeMs(stream.timeframe);
    const before = this.#candles.get(key);
    this.#candles.set(key, candle.openTime);
    const where = `${key} ${candle.openTime}`;
    if (before !== undefined && candle.openTime !== before + length) {
      this.object('candles in order, each once, none missing', `${where} after ${before}`);
    }
    if (candle.openTime + length > queue.now) this.object('candles have closed', where);
    const truth = markets.get(stream.pair)?.candle(candle.openTime, length);
    const isTrue =
      truth !== undefined &&
      truth.open === candle.open &&
      truth.high === candle.high &&
      truth.low === candle.low &&
      truth.close === candle.close &&
      (Math.abs(truth.volume - candle.volume) < 1e-6 || fate.rate('candleCorrected') > 0);
    if (!isTrue) this.object("candles are the market's", `${where} ${JSON.stringify(candle)}`);
  }

  price({ pair, price, at }: PriceUpdate): void {
    const { queue } = this.#world;
    if (!(price > 0) || at > queue.now + graceMs)
      this.object("prices are the market's", `${pair} ${price}`);
    for (const { configId, stop, isLeaving, ...position } of this.model.positions.values()) {
      if (position.pair !== pair || isLeaving || !(price <= stop)) continue;
      if (!this.#crossed.has(configId)) this.#crossed.set(configId, queue.now);
    }
  }

  #lookAtStops(): void {
    const { now } = this.#world.queue;
    for (const [configId, since] of this.#crossed) {
      const position = this.model.positions.get(configId);
      if (position === undefined || position.isLeaving) this.#crossed.delete(configId);
      else if (now - Math.max(since, this.#troubleAt) > lackMsMax) {
        this.object('15 protection', `${configId} crossed its stop at ${since} and was not sold`);
        this.#crossed.delete(configId);
      }
    }
  }

  #lookAtBook(): void {
    const book = this.#world.engine?.book();
    if (book === undefined) return;
    const missing = this.#told.missing(book, this.#world.queue.now - lackMsMax);
    if (missing !== undefined) this.object('6 each trade that is told is booked', missing);
    const isSame = book.orders === this.#book?.orders && book.balances === this.#book.balances;
    if (isSame) return;
    this.#book = book;
    this.#decisions.look(book, this.#world.queue.now);
    const wrong = wrongFree(book);
    if (wrong !== undefined) this.object('13 reservation', wrong);
  }

  /** An entry goes out: the last moment at which it may still be stopped. */
  #enters(signalId: string, clientOrderId: string): void {
    const { isHalted, queue, settings } = this.#world;
    if (isHalted) this.object('19 halted', `${clientOrderId} left while HALT stood`);
    if (this.model.trading !== 'active') {
      this.object('19 halted', `${clientOrderId} left while the portfolio was reduced`);
    }
    const decidedMs = this.#decisions.age(clientOrderId, queue.now);
    if (!(decidedMs <= decisionMsMax)) {
      this.object('22 signals are fresh', `${clientOrderId} was decided ${decidedMs} ms ago`);
    }
    const closedAt = Number(signalId.split('@').at(-1));
    const ageMax = settings.execution.maxSignalAge * 60_000 + graceMs;
    if (!(queue.now - closedAt <= ageMax)) {
      this.object('22 signals are fresh', `${clientOrderId} is ${queue.now - closedAt} ms old`);
    }
  }

  #judge(entry: Entry): void {
    if (entry.type === 'signal.approved') this.#approved(entry.data.order.signalId, entry.at);
    if (entry.type === 'exit.ordered' || entry.type === 'protection.ordered') {
      this.#offers(entry.data.order.pair);
    }
    if (entry.type === 'order.resent') {
      const pair = this.model.orders.get(entry.data.clientOrderId)?.order.pair;
      if (pair !== undefined) this.#offers(pair);
    }
    if (entry.type === 'order.ended') this.#ended(entry.data.clientOrderId, entry.data.state);
    if (entry.type === 'fill.recorded') this.#filled(entry.data.fill.clientOrderId);
  }

  /** Caps and reserve, judged with the book after the trade. */
  #approved(signalId: string, at: Millis): void {
    const { queue } = this.#world;
    if (Number(signalId.split('@').at(-1)) > queue.now) {
      this.object('candles have closed', `${signalId} was decided before its close`);
    }
    if (this.model.day?.isLatched === true && at >= 86_400_000 * this.model.day.number) {
      this.object('17 daily loss', `${signalId} was approved on a latched day`);
    }
    if (this.model.trading !== 'active') {
      this.object('19 halted', `${signalId} was approved while reduced`);
    }
    for (const [what, used, cap] of this.#uses()) {
      if (!(used <= cap)) {
        this.object('14 exposure', `${signalId}: ${what} ${used.toFixed(4)} above ${cap}`);
      }
    }
  }

  /** Shares of equity in use, and their caps with room for prices that moved. */
  #uses(): readonly (readonly [string, number, number])[] {
    const { risk } = this.#world.settings;
    const { cash, equity, byPair } = this.#standing();
    const shares = [...byPair].map(([pair, value]) => [pair, value / equity] as const);
    const total = shares.reduce((sum, [, share]) => sum + share, 0);
    const entering = this.model.out().filter(({ order }) => order.purpose === 'entry');
    const holders = new Set([
      ...this.model.positions.keys(),
      ...entering.map(({ order }) => order.configId),
    ]);
    return [
      ['total exposure', total, risk.maxTotalExposure + tolerance],
      ['positions', holders.size, risk.maxPositions],
      ['cash that must stay', risk.cashReserve - cash / equity, tolerance],
      ...shares.map(
        ([pair, share]) =>
          [`exposure in ${pair}`, share, risk.maxAssetExposure + tolerance] as const,
      ),
    ];
  }

  #standing(): { cash: number; equity: number; byPair: ReadonlyMap<string, number> } {
    const byPair = new Map<string, number>();
    const add = (pair: string, value: number): void => {
      byPair.set(pair, (byPair.get(pair) ?? 0) + value);
    };
    const cash = this.model.balance('cash', 'USDT').toNumber();
    let held = 0;
    for (const { pair, quantity } of this.model.positions.values()) {
      const value = quantity.toNumber() * this.#mark(pair);
      held += value;
      add(pair, value);
    }
    let reserved = 0;
    for (const one of this.model.out()) {
      const { order, filled } = one;
      if (order.purpose !== 'entry') continue;
      reserved += this.model.reserved(one).toNumber();
      const rest = Math.max(0, Number(order.quantity) - filled.toNumber());
      add(order.pair, rest * Number(order.limitPrice ?? this.#mark(order.pair)));
    }
    return { cash: cash - reserved, equity: cash + held, byPair };
  }

  #mark(pair: string): number {
    return this.#world.markets.get(pair)?.price(this.#world.queue.now) ?? Number.NaN;
  }

  /** Nobody offers more than is held. */
  #offers(pair: string): void {
    let offered: Amount = zero;
    for (const { order, filled } of this.model.out()) {
      if (order.side !== 'sell' || order.pair !== pair) continue;
      const rest = exact(order.quantity).minus(filled);
      if (rest.gt(0)) offered = offered.plus(rest);
    }
    let held: Amount = zero;
    for (const position of this.model.positions.values()) {
      if (position.pair === pair) held = held.plus(position.quantity);
    }
    if (offered.gt(held)) {
      this.object('16 exits only reduce', `${pair}: ${offered} offered of ${held} held`);
    }
  }

  /** What ended without a trace must have left none. */
  #ended(clientOrderId: string, state: string): void {
    if (state !== 'absent' && state !== 'rejected') return;
    const { orders } = this.#world.exchange;
    if (orders.some((one) => one.clientOrderId === clientOrderId)) {
      this.object(
        '26 absent means absent',
        `${clientOrderId} ended ${state} and is at the exchange`,
      );
    }
  }

  #filled(clientOrderId: string): void {
    const known = this.model.orders.get(clientOrderId);
    if (known === undefined || known.isOverfilled) return;
    if (known.filled.gt(known.order.quantity)) {
      this.object('5 filled within quantity', `${clientOrderId}: ${known.filled} filled`);
    }
    const executed = this.#world.exchange.orders
      .filter((one) => one.clientOrderId === clientOrderId)
      .reduce((sum, one) => sum.plus(one.executed), zero);
    if (known.filled.gt(executed)) {
      this.object('4 each trade once', `${clientOrderId}: ${known.filled} booked of ${executed}`);
    }
  }

  /** With nothing under way, what the engine believes to be free is what the journal says. */
  checkFree(): void {
    const { engine } = this.#world;
    if (engine === undefined) return;
    const reserved = this.model
      .out()
      .reduce((sum, one) => sum.plus(this.model.reserved(one)), zero);
    const foreign = this.model.balance('foreign', 'USDT');
    const cash = this.model.balance('cash', 'USDT').plus(foreign.lt(0) ? foreign : 0);
    const ours = cash.minus(reserved);
    const theirs = exact(available(engine.book()).toFixed());
    if (ours.minus(theirs).abs().gt('0.01')) {
      this.object('13 reservation', `${theirs} is believed to be free, ${ours} is`);
    }
  }
}
