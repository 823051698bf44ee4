// What must hold once nothing fails and nothing is under way: every order has ended or stands where it is wanted, the
// portfolio trades or says why not, the books agree to the last decimal with the exchange's, and reading the journal
// from its beginning makes the same book.
import { encodeBook } from '../../src/domain/checkpoint.ts';
import type { Entry } from '../../src/domain/fact.ts';
import { fold } from '../../src/domain/fold.ts';
import type { Order, OrderState } from '../../src/domain/order.ts';
import { EMPTY_PORTFOLIO, type Portfolio } from '../../src/domain/portfolio.ts';
import { examine } from '../support/audit/audit.ts';
import { exact as rational } from '../support/audit/rational.ts';
import type { VenueStatement } from '../support/audit/statement.ts';
import { readStore } from '../support/audit/store-reading.ts';
import type { Auditor } from './auditor.ts';
import type { SimulatedExchange } from './exchange.ts';
import { symbolOf } from './order-wire.ts';
import type { World } from './world.ts';

export async function checkAtRest(world: World, auditor: Auditor): Promise<void> {
  const { engine } = world;
  for (const what of restless(world)) auditor.object('31 liveness', what);
  if (engine === undefined) return;
  checkStanding(world, auditor);
  for (const { code, detail } of examine(statementOf(world.exchange), readStore(world.database))
    .findings) {
    auditor.object(`10 the books agree (${code})`, detail);
  }
  auditor.checkFree();
  const entries: Entry[] = [];
  for await (const entry of world.journal().read(0)) entries.push(entry);
  const [read, live] = [fold(EMPTY_PORTFOLIO, entries), engine.book()].map(sortedText);
  if (read !== live) {
    auditor.object('28 replay', `the journal makes another book: ${differenceOf(read, live)}`);
  }
}

/** A book as text, its maps by key: an exit may be committed before what was decided before it. */
const sortedText = (book: Portfolio): string =>
  JSON.stringify(JSON.parse(encodeBook(book)), (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || !('$map' in value)) return value;
    const { $map } = value as { $map: readonly (readonly [string, unknown])[] };
    return [...$map].sort(([a], [b]) => (a < b ? -1 : 1));
  });

/** Where two texts part. */
function differenceOf(read = '', live = ''): string {
  let at = 0;
  while (at < read.length && read[at] === live[at]) at += 1;
  const from = Math.max(0, at - 60);
  return `${read.slice(from, at + 60)} was ${live.slice(from, at + 60)}`;
}

/** What is not at rest, in words; none once everything has ended or stands where it is wanted. */
export function restless({ engine }: World): readonly string[] {
  if (engine === undefined) return ['the trader does not run'];
  const book = engine.book();
  const { trading, streams, quarantined } = engine.status();
  const found: string[] = [];
  if (trading !== 'active') found.push(`the portfolio is ${trading}`);
  if (streams.stale > 0) found.push(`${streams.stale} streams are stale`);
  if (quarantined > 0) found.push(`${quarantined} configurations are quarantined`);
  if (book.account.lost !== null) found.push(`the account is lost: ${book.account.lost}`);
  for (const pair of book.account.frozen.keys()) found.push(`${pair} is frozen`);
  for (const { order, state } of book.orders.values()) {
    if (!isDone(order, state)) found.push(`${order.purpose} ${order.clientOrderId} is ${state}`);
  }
  for (const [configId, { exiting }] of book.positions) {
    if (exiting !== null) found.push(`${configId} is still on its way out`);
  }
  return found;
}

/** No order of ours stands for nobody. */
function checkStanding({ engine, exchange }: World, auditor: Auditor): void {
  const book = engine?.book();
  const held = new Set([...(book?.positions.values() ?? [])].map(({ opening }) => opening.pair));
  for (const order of exchange.open()) {
    if (!auditor.model.orders.has(order.clientOrderId) || held.has(order.pair)) continue;
    auditor.object('16 exits only reduce', `${order.clientOrderId} stands for nobody`);
  }
}

const over: ReadonlySet<OrderState> = new Set(['filled', 'rejected', 'canceled', 'absent']);
const isDone = ({ purpose }: Order, state: OrderState): boolean =>
  over.has(state) || (purpose === 'protection' && (state === 'open' || state === 'partial'));

function statementOf(exchange: SimulatedExchange): VenueStatement {
  const balances = exchange
    .assets()
    .map((asset) => [asset, exchange.free(asset).plus(exchange.locked(asset))] as const)
    .filter(([, amount]) => !amount.isZero())
    .map(([asset, amount]) => [asset, rational(amount.toFixed())] as const);
  return {
    balances: new Map(balances),
    orders: exchange.orders.map(({ id, clientOrderId, pair, side, executed }) => ({
      ...{ symbol: symbolOf(pair), orderId: `${id}`, clientOrderId, side },
      executed: rational(executed.toFixed()),
    })),
    trades: exchange.trades.map(({ id, order, price, quantity, fee, feeAsset }) => {
      const [base = '', quote = ''] = order.pair.split('/');
      return {
        ...{ symbol: symbolOf(order.pair), base, quote, tradeId: `${id}`, orderId: `${order.id}` },
        ...{ clientOrderId: order.clientOrderId, side: order.side, feeAsset },
        ...{ price: rational(price.toFixed()), quantity: rational(quantity.toFixed()) },
        quoteQuantity: rational(price.times(quantity).toFixed()),
        fee: rational(fee.toFixed()),
      };
    }),
  };
}
