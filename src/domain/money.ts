// Money, prices and quantities are decimals; this is the only place where they are minted or rounded.
// Precision 60: the library's default of 20 makes 123456.12345678 × 67234.12345678 inexact.
import { Decimal as Base } from 'decimal.js';
import { assert } from './assert.ts';

const Exact = Base.clone({
  precision: 60,
  rounding: Base.ROUND_HALF_EVEN,
  toExpNeg: -40,
  toExpPos: 40,
});

export type Decimal = Base;
declare const unit: unique symbol;
/** An amount of the quote currency. */
export type Money = Decimal & { readonly [unit]: 'Money' };
/** Quote currency per one unit of the base. */
export type Price = Decimal & { readonly [unit]: 'Price' };
/** An amount of a base asset. */
export type Quantity = Decimal & { readonly [unit]: 'Quantity' };
type Amount = Money | Price | Quantity;

/** Decimal digits as text: how every amount travels in facts, files and on the wire. */
export type DecimalText = string;
type Numeric = DecimalText | number | Decimal;

/** A finite decimal without a unit: rates, shares, factors. A value that is not finite is a bug here. */
export function decimal(value: Numeric): Decimal {
  const minted = new Exact(value);
  assert(minted.isFinite(), `expected a finite decimal, was ${value}`);
  return minted;
}

export const money = (value: Numeric): Money => decimal(value) as Money;
export const quantity = (value: Numeric): Quantity => decimal(value) as Quantity;

/** A price is finite and above zero; anything else is a bug by the time it is minted. */
export function price(value: Numeric): Price {
  const minted = decimal(value);
  assert(minted.gt(0), `expected a price above zero, was ${value}`);
  return minted as Price;
}

/** Digits, as people and venues write them: no sign but a minus, no space, no exponent beyond reason. */
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d{1,3})?$/i;

/** Reads untrusted text or a number; undefined unless it is a finite decimal. */
export function parseDecimal(value: unknown): Decimal | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  return NUMBER.test(`${value}`) ? new Exact(value) : undefined;
}

export const ZERO_MONEY: Money = money(0);
export const ZERO_QUANTITY: Quantity = quantity(0);

/** Price × quantity = money. */
export const notional = (at: Price, amount: Quantity): Money => at.times(amount) as Money;

export const add = <A extends Amount>(a: A, b: A): A => a.plus(b) as A;
export const subtract = <A extends Amount>(a: A, b: A): A => a.minus(b) as A;
/** An amount times a factor without unit. */
export const scale = <A extends Amount>(a: A, factor: Numeric): A => a.times(factor) as A;
export const least = <A extends Amount>(a: A, b: A): A => (a.lte(b) ? a : b);
export const sum = (amounts: Iterable<Money>): Money => {
  let total: Decimal = ZERO_MONEY;
  for (const amount of amounts) total = total.plus(amount);
  return total as Money;
};

/** Decimals of the quote currency that sizes and reservations are cut to (DOMAIN §3). */
const MONEY_PLACES = 8;

/** Money cut down to 8 decimals: sizes and headroom are never rounded up. */
export const floorMoney = (amount: Money): Money =>
  amount.toDecimalPlaces(MONEY_PLACES, Base.ROUND_FLOOR) as Money;

/** Money raised to 8 decimals: what a reservation must cover. */
export const ceilMoney = (amount: Money): Money =>
  amount.toDecimalPlaces(MONEY_PLACES, Base.ROUND_CEIL) as Money;

/** The largest multiple of `step` not above `amount`. */
export function floorToStep(amount: Quantity, step: Decimal): Quantity {
  assert(step.gt(0), `expected a lot step above zero, was ${step}`);
  return amount.divToInt(step).times(step) as Quantity;
}

/** The price on the venue's tick at or below (`down`), or at or above (`up`). */
export function roundToTick(at: Price, tick: Decimal, way: 'down' | 'up'): Price {
  assert(tick.gt(0), `expected a price tick above zero, was ${tick}`);
  const mode = way === 'down' ? Base.ROUND_FLOOR : Base.ROUND_CEIL;
  return at.div(tick).toDecimalPlaces(0, mode).times(tick) as Price;
}

/** The part of `cost` that belongs to `part` of `whole`, cut to 12 decimals; the rest stays behind. */
export function share(cost: Money, part: Quantity, whole: Quantity): Money {
  if (part.eq(whole)) return cost;
  assert(whole.gt(0) && part.lt(whole), `expected a part of ${whole}, was ${part}`);
  return cost.times(part).div(whole).toDecimalPlaces(12, Base.ROUND_DOWN) as Money;
}

/** Decimal text of an amount: the form in which it leaves the engine. */
export const text = (value: Decimal): DecimalText => value.toFixed();

export const isDecimal = (value: unknown): value is Decimal => Base.isDecimal(value);
