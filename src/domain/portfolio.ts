// The book the supervisor decides on, and what can be read from it. It is made by `fold.ts` from facts
// and nothing else, so that a restart that reads the same facts holds the same book, hash for hash.
import { type Account, NEW_ACCOUNT } from './account.ts';
import type { EquityMark, PositionOpening } from './fact.ts';
import type { EngineId } from './identity.ts';
import { type Balances, balanceOf } from './ledger.ts';
import {
  add,
  ceilMoney,
  type Decimal,
  type DecimalText,
  type Money,
  money,
  notional,
  type Price,
  type Quantity,
  quantity,
  scale,
  subtract,
  sum,
  text,
  ZERO_MONEY,
} from './money.ts';
import type { OpenBreaker } from './open-breaker.ts';
import type { ExitReason, Order, OrderState } from './order.ts';
import type { Millis } from './time.ts';
import type { TradingRecord } from './trading-record.ts';

/** An open position of one configuration. Money in quote currency, quantities in base units. */
export interface Position {
  readonly opening: PositionOpening;
  /** Held, net of fees taken in the base. */
  readonly quantity: Quantity;
  readonly cost: Money;
  readonly bought: Quantity;
  readonly paid: Money;
  readonly sold: Quantity;
  readonly received: Money;
  /** Received − cost shares sold so far, before fees. */
  readonly realised: Money;
  readonly fees: Money;
  /** Why it is on its way out; null while it is held. */
  readonly exiting: ExitReason | null;
  /** Its exit waits for the stop at the venue to let go of its coins; with the price that asked for it. */
  readonly awaiting: { readonly price: DecimalText | null } | null;
  /** Exit orders made so far: the leg of the next one. */
  readonly exits: number;
}

/** An order the engine made, with what it knows of it. */
export interface LiveOrder {
  readonly order: Order;
  readonly state: OrderState;
  readonly filled: Quantity;
  readonly trades: readonly string[];
  readonly asset: string;
  /** The price that asked for it, which its slippage is measured against; null where none did. */
  readonly reference: DecimalText | null;
  /** Price × quantity of its fills. */
  readonly value: Money;
  /** Prices to arm when an entry's first fill arrives. */
  readonly opening: PositionOpening | null;
}

export const RUNGS = [
  'drawdown-scale',
  'drawdown-halt',
  'drawdown-reduce',
  'drawdown-flatten',
] as const;
export type Rung = (typeof RUNGS)[number];

/** What the loss breakers measure against. */
export interface History {
  /**
   * Highest equity there was, for each rung of the drawdown ladder its own: whoever resets one begins that
   * one anew and leaves the others where they stand. Empty before the first mark.
   */
  readonly peaks: ReadonlyMap<Rung, Money>;
  /** Equity at the starts of the last days, oldest first. */
  readonly days: readonly { readonly at: Millis; readonly equity: Money }[];
}

export interface Day {
  readonly number: number;
  readonly startEquity: Money;
  readonly latched: boolean;
}

export type Trading = 'active' | 'reducing' | 'flattening';

export interface Portfolio {
  readonly quote: string;
  readonly engine: EngineId;
  readonly balances: Balances;
  /** What is known of the venue's account besides. */
  readonly account: Account;
  /** Open positions by configuration. */
  readonly positions: ReadonlyMap<string, Position>;
  /** Orders that have not ended, and the most recent that have, by client id. */
  readonly orders: ReadonlyMap<string, LiveOrder>;
  /** Close time of the last candle each configuration's entry was spent on. */
  readonly decided: ReadonlyMap<string, Millis>;
  readonly day: Day | null;
  readonly trading: Trading;
  /** Circuit breakers that are not closed, by id and what they are about. */
  readonly breakers: ReadonlyMap<string, OpenBreaker>;
  readonly history: History;
  /** What the breakers know of each configuration's trading. */
  readonly records: ReadonlyMap<string, TradingRecord>;
  /** Slippage of the last orders of each asset, oldest first, as shares; above zero is worse. */
  readonly slips: ReadonlyMap<string, readonly number[]>;
}

export const EMPTY_PORTFOLIO: Portfolio = {
  quote: '',
  engine: '',
  balances: new Map(),
  account: NEW_ACCOUNT,
  positions: new Map(),
  orders: new Map(),
  decided: new Map(),
  day: null,
  trading: 'active',
  breakers: new Map(),
  history: { peaks: new Map(), days: [] },
  records: new Map(),
  slips: new Map(),
};

/** Marks: the last price of each pair. */
export type Marks = ReadonlyMap<string, Price>;

const ended: ReadonlySet<OrderState> = new Set(['filled', 'rejected', 'canceled', 'absent']);
export const hasEnded = ({ state }: LiveOrder): boolean => ended.has(state);

/** How much worse than its reference an order was filled, as a share of it; undefined where nothing says. */
export function slipOf({ order, reference, filled, value }: LiveOrder): number | undefined {
  if (reference === null || !filled.gt(0)) return undefined;
  const paid = value.div(filled).div(reference).minus(1).toNumber();
  return order.side === 'buy' ? paid : -paid;
}

/** Ledger cash in quote currency. */
export const cash = (book: Portfolio): Money => money(balanceOf(book.balances, 'cash', book.quote));

/** What an order still sets aside: the unfilled part of its reservation, never rounded down. */
export function reservation(live: LiveOrder): Money {
  if (hasEnded(live)) return ZERO_MONEY;
  const whole = quantity(live.order.quantity);
  const rest = whole.minus(live.filled).div(whole);
  return rest.gt(0) ? ceilMoney(scale(money(live.order.reserved), rest)) : ZERO_MONEY;
}

/** What the account holds of an asset that is not the engine's; below zero where its owner took what was. */
export const foreignOf = ({ balances }: Portfolio, asset: string): Decimal =>
  balanceOf(balances, 'foreign', asset);

/** Ledger cash that is there, less reservations of orders in flight (DOMAIN §1). */
export function available(book: Portfolio): Money {
  const taken = money(foreignOf(book, book.quote));
  const there = taken.lt(0) ? add(cash(book), taken) : cash(book);
  return subtract(there, sum([...book.orders.values()].map(reservation)));
}

/** Marked value of a position; its own average cost until a first price is known. */
export function marked(position: Position, marks: Marks): Money {
  const mark = marks.get(position.opening.pair);
  return mark === undefined ? position.cost : notional(mark, position.quantity);
}

/** Pairs in which a position is open. */
export const heldPairs = (book: Portfolio): ReadonlySet<string> =>
  new Set([...book.positions.values()].map(({ opening }) => opening.pair));

/** Every open position has a price. After a start it takes a moment until the last one has. */
export const isMarked = (book: Portfolio, marks: Marks): boolean =>
  [...book.positions.values()].every(({ opening }) => marks.has(opening.pair));

/** Cash plus marked positions (DOMAIN §1). Dust counts at cost. */
export function equity(book: Portfolio, marks: Marks): Money {
  const held = sum([...book.positions.values()].map((position) => marked(position, marks)));
  return add(add(cash(book), held), money(balanceOf(book.balances, 'cost:dust', book.quote)));
}

/** Marked positions plus reserved entries of those that `counts` (DOMAIN §1: exposure of anything). */
export function exposure(
  book: Portfolio,
  marks: Marks,
  counts: (what: { stage: string; asset: string }) => boolean = () => true,
): Money {
  const positions = [...book.positions.values()].filter(({ opening }) => counts(opening));
  const entries = [...book.orders.values()].filter(
    (live) =>
      live.order.purpose === 'entry' && counts({ stage: live.order.stage, asset: live.asset }),
  );
  return add(
    sum(positions.map((position) => marked(position, marks))),
    sum(entries.map(reservation)),
  );
}

/** The live entry or exit order of a configuration, if one is out. */
export function liveOrder(
  book: Portfolio,
  configId: string,
  purpose: Order['purpose'],
): LiveOrder | undefined {
  for (const live of book.orders.values()) {
    if (live.order.configId === configId && live.order.purpose === purpose && !hasEnded(live)) {
      return live;
    }
  }
  return undefined;
}

/** Configurations that hold or are entering a position. */
export function occupied(book: Portfolio): ReadonlySet<string> {
  const ids = new Set(book.positions.keys());
  for (const live of book.orders.values()) {
    if (live.order.purpose === 'entry' && !hasEnded(live)) ids.add(live.order.configId);
  }
  return ids;
}

/** The day's return, realised and not, as a share of its start; 0 before the first day opened. */
export function dayReturn(book: Portfolio, worth: Money): number {
  if (book.day === null || !book.day.startEquity.gt(0)) return 0;
  return worth.minus(book.day.startEquity).div(book.day.startEquity).toNumber();
}

/** The whole book at `marks`, as it stands in the equity curve. */
export function equityMark(book: Portfolio, marks: Marks): EquityMark {
  const worth = equity(book, marks);
  return {
    equity: text(worth),
    cash: text(cash(book)),
    exposure: text(exposure(book, marks)),
    realised: text(balanceOf(book.balances, 'realised', book.quote).negated()),
    fees: text(balanceOf(book.balances, 'fees', book.quote)),
    dayReturn: dayReturn(book, worth),
  };
}
