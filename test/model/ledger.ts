// The ledger as DOMAIN §1 and §4 have it, in whole numbers of 1e-12 and in one page: what cash, positions,
// dust, fees and what is foreign must be after fills, transfers and trades of others. Nothing is rounded but
// the cost that leaves with a sale.
import type { Fill } from '../../src/domain/fill.ts';

/** Decimal text in units of 1e-12; more decimals than that are a mistake of the test. */
export function exact(text: string): bigint {
  const [, sign = '', whole = '', part = ''] = /^(-?)(\d+)(?:\.(\d{1,12}))?$/.exec(text) ?? [];
  if (whole === '') throw new Error(`expected a number of at most 12 decimals, was ${text}`);
  const digits = BigInt(whole + part.padEnd(12, '0'));
  return sign === '-' ? -digits : digits;
}

const ONE = exact('1');
/** Price × quantity; inexact is a mistake of the test. */
export function times(a: bigint, b: bigint): bigint {
  const product = a * b;
  if (product % ONE !== 0n) throw new Error('expected an exact product');
  return product / ONE;
}

interface Held {
  readonly asset: string;
  units: bigint;
  cost: bigint;
  /** Proceeds less cost shares, and fees at their value: what a round trip brought is their difference. */
  realised: bigint;
  fees: bigint;
}

export class LedgerModel {
  /** By `account asset`; `venue` is left out: it is whatever makes each asset sum to zero. */
  readonly balances = new Map<string, bigint>();
  readonly held = new Map<string, Held>();
  readonly #seen = new Set<string>();
  readonly #quote: string;

  constructor(quote: string, capital: string) {
    this.#quote = quote;
    this.#putIn(exact(capital));
  }

  of(account: string, asset = this.#quote): bigint {
    return this.balances.get(`${account} ${asset}`) ?? 0n;
  }

  #move(account: string, asset: string, by: bigint): void {
    const total = this.of(account, asset) + by;
    if (total === 0n) this.balances.delete(`${account} ${asset}`);
    else this.balances.set(`${account} ${asset}`, total);
  }

  #putIn(amount: bigint): void {
    this.#move('cash', this.#quote, amount);
    this.#move('capital', this.#quote, -amount);
  }

  /** A fill of an order of `configId`'s; `feePrice`: of a fee in a third asset. */
  fill(fill: Fill, configId: string, feePrice: string): void {
    if (this.#seen.has(fill.tradeId)) return;
    this.#seen.add(fill.tradeId);
    const [base = '', quote = ''] = fill.pair.split('/');
    const mine = this.held.get(configId);
    // What sells a position that is gone sold somebody else's coins.
    if (fill.side === 'sell' && mine === undefined) {
      this.stray(fill);
      return;
    }
    const held = mine ?? { asset: base, units: 0n, cost: 0n, realised: 0n, fees: 0n };
    this.held.set(configId, held);
    const [price, amount, fee] = [exact(fill.price), exact(fill.quantity), exact(fill.fee)];
    const inBase = fill.feeAsset === base ? fee : 0n;
    const value = times(price, amount);
    const units = fill.side === 'buy' ? amount - inBase : -(amount + inBase);
    const cost = fill.side === 'buy' ? times(price, units) : -costOf(held, -units);
    const feeValue = this.#fee(fill, fee, price, feePrice);
    const cash = fill.side === 'buy' ? -value : value;
    this.#move('cash', quote, cash - (fill.feeAsset === quote ? fee : 0n));
    // A fee in the base is no cost of the coins it was taken from: it is paid at the price of the fill.
    const paidInCoins = times(price, inBase);
    const realised = cash + cost + paidInCoins;
    this.#move('realised', quote, -realised);
    this.#hold(configId, held, units, cost);
    held.realised += realised;
    held.fees += feeValue;
  }

  #fee({ feeAsset, pair }: Fill, fee: bigint, price: bigint, feePrice: string): bigint {
    const [base = '', quote = ''] = pair.split('/');
    const isThird = feeAsset !== base && feeAsset !== quote;
    const each = isThird ? exact(feePrice) : feeAsset === base ? price : ONE;
    const value = times(each, fee);
    if (feeAsset !== quote) this.#move('fees', feeAsset, fee);
    this.#move('fees', quote, value);
    // Its owner pays it for the engine, and has put in as much.
    if (isThird) this.#move('foreign', feeAsset, -fee);
    if (isThird) this.#move('capital', quote, -value);
    return value;
  }

  #hold(configId: string, held: Held, units: bigint, cost: bigint): void {
    held.units += units;
    held.cost += cost;
    this.#move(`units:${configId}`, held.asset, units);
    this.#move(`cost:${configId}`, this.#quote, cost);
  }

  /** The position ends: what is too small to sell is dust, with its cost. What the round trip brought. */
  close(configId: string): { readonly profit: bigint; readonly left: bigint } {
    const held = this.held.get(configId);
    if (held === undefined) throw new Error(`expected a position of ${configId}`);
    const { asset, units, cost, realised, fees } = held;
    this.#hold(configId, held, -units, -cost);
    this.#move('units:dust', asset, units);
    this.#move('cost:dust', this.#quote, cost);
    this.held.delete(configId);
    return { profit: realised - fees, left: units };
  }

  /** A trade that is none of the book's. */
  stray({ pair, side, price, quantity, fee, feeAsset }: Fill): void {
    const [base = '', quote = ''] = pair.split('/');
    const units = side === 'buy' ? exact(quantity) : -exact(quantity);
    this.#move('foreign', base, units);
    this.#move('foreign', quote, -times(exact(price), units));
    this.#move('foreign', feeAsset, -exact(fee));
  }

  /** A deposit is the engine's up to its ceiling; a withdrawal is its owner's own money first. */
  transfer(asset: string, amount: string, ceiling: string): void {
    const moved = exact(amount);
    const room = exact(ceiling) + this.of('capital');
    const own = this.of('foreign', asset);
    let ours = 0n;
    if (asset === this.#quote && moved > 0n) ours = least(moved, most(0n, room));
    if (asset === this.#quote && moved < 0n) ours = least(0n, moved + most(0n, own));
    this.#putIn(ours);
    this.#move('foreign', asset, moved - ours);
  }
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Cost that leaves with `amount`: its share, cut down; all of it with the last unit. */
const costOf = ({ units, cost }: Held, amount: bigint): bigint =>
  amount >= units ? cost : (cost * amount) / units;
