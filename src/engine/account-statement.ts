// Book and venue side by side, for a person to compare: balances by asset with what they consist of, orders
// of both sides, positions and what protects them, and what waits for a person's word.

import { orderKey } from '../domain/account.ts';
import { type Maker, makerOf } from '../domain/identity.ts';
import { balanceOf, holdings } from '../domain/ledger.ts';
import { type DecimalText, text } from '../domain/money.ts';
import { foreignOf, hasEnded, type Portfolio } from '../domain/portfolio.ts';
import type { Balance, OrderReport } from '../ports.ts';
import { compareBalances } from './recover.ts';

export interface AssetLine {
  readonly asset: string;
  /** Cash of the quote currency, else positions. */
  readonly traded: DecimalText;
  readonly dust: DecimalText;
  readonly foreign: DecimalText;
  readonly book: DecimalText;
  readonly venue: DecimalText;
  readonly difference: DecimalText;
}

export interface OrderLine {
  readonly pair: string;
  readonly clientOrderId: string;
  readonly maker: Maker;
  /** Null where that side does not have it. */
  readonly book: string | null;
  readonly venue: string | null;
}

export interface AccountStatement {
  readonly assets: readonly AssetLine[];
  readonly orders: readonly OrderLine[];
  readonly positions: readonly {
    readonly configId: string;
    readonly pair: string;
    readonly quantity: DecimalText;
    readonly stopLoss: DecimalText;
    readonly exiting: string | null;
  }[];
  readonly frozen: readonly {
    readonly pair: string;
    readonly what: string;
    readonly detail: string;
  }[];
  /** Why the account's events are taken for lost; null while they are not. */
  readonly lost: string | null;
  /** Nothing is apart, and nothing waits for a person. */
  readonly isEqual: boolean;
}

export function statementOf(
  book: Portfolio,
  balances: ReadonlyMap<string, Balance>,
  open: readonly OrderReport[],
): AccountStatement {
  const held = holdings(book.balances);
  const assets = compareBalances(book, balances).map((line) => {
    const { asset } = line;
    const [dust, foreign] = [balanceOf(book.balances, 'units:dust', asset), foreignOf(book, asset)];
    const traded = held.get(asset)?.minus(dust).minus(foreign);
    return {
      ...line,
      ...{ traded: traded === undefined ? '0' : text(traded), dust: text(dust) },
      foreign: text(foreign),
    };
  });
  const orders = ordersOf(book, open);
  const frozen = [...book.account.frozen].map(([pair, one]) => ({ pair, ...one }));
  const strange = orders.some((one) => one.book === null && !isAccepted(book, open, one));
  return {
    assets,
    orders,
    positions: [...book.positions.values()].map(({ opening, quantity, exiting }) => ({
      ...{ configId: opening.configId, pair: opening.pair, stopLoss: opening.stopLoss },
      ...{ quantity: text(quantity), exiting },
    })),
    frozen,
    lost: book.account.lost,
    isEqual:
      assets.every(({ difference }) => difference === '0') && frozen.length === 0 && !strange,
  };
}

const isAccepted = (
  { account }: Portfolio,
  open: readonly OrderReport[],
  { clientOrderId }: OrderLine,
): boolean =>
  open.some(
    (one) => one.clientOrderId === clientOrderId && account.accepted.includes(orderKey(one)),
  );

/** Orders that have not ended by either side. */
function ordersOf(book: Portfolio, open: readonly OrderReport[]): readonly OrderLine[] {
  const atVenue = new Map(open.map((report) => [report.clientOrderId, report]));
  const ours = [...book.orders.values()].filter(
    (live) => !hasEnded(live) || atVenue.has(live.order.clientOrderId),
  );
  const known = new Set(ours.map(({ order }) => order.clientOrderId));
  const lines = ours.map(({ order: { pair, clientOrderId }, state }) => ({
    ...{ pair, clientOrderId, maker: makerOf(book.engine, clientOrderId), book: state },
    venue: atVenue.get(clientOrderId)?.state ?? null,
  }));
  const others = open
    .filter(({ clientOrderId }) => !known.has(clientOrderId))
    .map(({ pair, clientOrderId, state }) => ({
      ...{ pair, clientOrderId, maker: makerOf(book.engine, clientOrderId), book: null },
      venue: state,
    }));
  return [...lines, ...others];
}
