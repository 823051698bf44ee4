// The tables say what the fold says, on any life of a book: two readings of the same facts must agree.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fact } from '../../src/domain/fact.ts';
import { decimal, text } from '../../src/domain/money.ts';
import { type LiveOrder, liveOrder } from '../../src/domain/portfolio.ts';
import { rowsOf, storeAt, tablesOf, temporaryDirectory } from './directory.ts';
import { configuration, Story } from './story.ts';

const IDS = ['a', 'b', 'c'] as const;
const STEPS = [
  'propose',
  'accept',
  'lose',
  'fill',
  'rest',
  'cancel',
  'exit',
  'trip',
  'mark',
] as const;
type Step = {
  readonly what: (typeof STEPS)[number];
  readonly id: (typeof IDS)[number];
  price: number;
};

/** Takes a step where the book allows it, as the engine would. */
function take(story: Story, { what, id, price }: Step): void {
  if (what === 'propose') story.propose(configuration(id), 0.3);
  else if (what === 'mark') story.mark();
  else if (what === 'exit') story.exit(id);
  else if (what === 'trip') {
    for (const part of ['propose', 'rest', 'exit', 'rest'] as const) {
      take(story, { what: part, id, price });
    }
  } else {
    const live = liveOrder(story.draft, id, 'exit') ?? liveOrder(story.draft, id, 'entry');
    if (live !== undefined) hear(story, what, live, String(price));
  }
}

/** News of an order that has not ended. */
function hear(story: Story, what: Step['what'], { order, filled }: LiveOrder, price: string): void {
  if (what === 'accept') story.accept(order);
  if (what === 'lose') story.lose(order);
  if (what === 'cancel') story.end('canceled', order);
  if (what === 'fill') story.fill('0.25', price, order);
  const rest = decimal(1).minus(decimal(text(filled)).div(order.quantity));
  if (what === 'rest' && rest.gt(0)) story.fill(rest.toFixed(), price, order);
}

const steps = fc.array(
  fc.record({
    what: fc.constantFrom(...STEPS),
    id: fc.constantFrom(...IDS),
    price: fc.integer({ min: 60_000, max: 70_000 }),
  }),
  { minLength: 5, maxLength: 40 },
);

/** The book in the shape of the tables. */
function expectedOf({ draft }: Story) {
  const positions = [...draft.positions.values()]
    .map(({ opening, quantity, cost, bought, paid, realised, fees, exiting }) => ({
      config_id: opening.configId,
      quantity: text(quantity),
      cost: text(cost),
      bought: text(bought),
      paid: text(paid),
      realised: text(realised),
      fees: text(fees),
      exit_reason: exiting,
    }))
    .sort((left, right) => (left.config_id < right.config_id ? -1 : 1));
  const orders = [...draft.orders.values()]
    .map(({ order, state, filled }) => ({ id: order.clientOrderId, state, filled: text(filled) }))
    .sort((left, right) => (left.id < right.id ? -1 : 1));
  const balances = [...draft.balances].map(([slot, amount]) => [slot, text(amount)]).sort();
  return { positions, orders, balances };
}

function foundIn(directory: string) {
  const totals = new Map<string, ReturnType<typeof decimal>>();
  for (const { account, asset, amount } of rowsOf(directory, 'SELECT * FROM ledger')) {
    const slot = `${account} ${asset}`;
    totals.set(slot, (totals.get(slot) ?? decimal(0)).plus(String(amount)));
  }
  return {
    positions: rowsOf(
      directory,
      `SELECT config_id, quantity, cost, bought, paid, realised, fees, exit_reason
       FROM active_trades ORDER BY config_id`,
    ),
    orders: rowsOf(
      directory,
      'SELECT client_order_id AS id, state, filled FROM orders ORDER BY id',
    ),
    balances: [...totals]
      .filter(([, total]) => !total.isZero())
      .map(([slot, total]) => [slot, text(total)])
      .sort(),
  };
}

test('tables agree with the folded book after any life of it, and are made again from the journal', async () => {
  let closed = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (life) => {
      const directory = temporaryDirectory();
      const store = await storeAt(directory);
      const story = new Story().open(...IDS.map((id) => configuration(id)));
      for (const step of life) take(story, step);
      await store.journal.append(story.facts);
      expect(foundIn(directory)).toEqual(expectedOf(story));
      const tables = tablesOf(directory);
      store.rebuildProjections();
      expect(tablesOf(directory)).toEqual(tables);
      closed += story.facts.filter(({ type }) => type === 'position.closed').length;
      await store.close();
    }),
    { numRuns: 25 },
  );
  expect(closed).toBeGreaterThan(0);
}, 30_000);

test('a trade has the card’s columns, readable by a person and by ->>', async () => {
  const directory = temporaryDirectory();
  const store = await storeAt(directory, { isPaper: true });
  const story = new Story().open(configuration('a')).propose(configuration('a'));
  await store.journal.append(story.fill('1', '67000').exit('a', 'target').fill('1', '68000').facts);
  const [trade] = rowsOf(
    directory,
    `SELECT user_id, config_id, symbol, direction, entry_price, stop_loss, take_profit, entry_at,
     entry_timestamp, strategy_name, is_paper_trade, exit_price, exit_reason FROM trades`,
  );
  expect(trade).toEqual({
    user_id: 'user_1',
    config_id: 'a',
    symbol: 'BTC/USDT',
    direction: 'BUY',
    entry_price: '67000',
    stop_loss: '66000',
    take_profit: '69000',
    entry_at: expect.any(Number),
    entry_timestamp: new Date(Number(trade?.['entry_at'])).toISOString(),
    strategy_name: 'liquidity-sweep',
    is_paper_trade: 1,
    exit_price: '68000',
    exit_reason: 'target',
  });
  const active = rowsOf(
    directory,
    `SELECT validation->>'sharpe_ratio' AS sharpe, performance->>'gross_win_rate' AS rate,
     parameters->>'lookback' AS lookback FROM trained_configurations WHERE is_active = true`,
  );
  expect(active).toEqual([{ sharpe: 2.1, rate: 68, lookback: 100 }]);
});

test('a fill after its order’s end counts, and leaves the end standing', async () => {
  const directory = temporaryDirectory();
  const store = await storeAt(directory);
  const story = new Story().open(configuration('a')).propose(configuration('a'));
  const { order } = story;
  story.fill('0.25', '67000').end('canceled').fill('0.25', '67001', order);
  await store.journal.append(story.facts);
  const accepted = { clientOrderId: order.clientOrderId, venueOrderId: '77' };
  await store.journal.append([
    fact('order.accepted', { at: story.at, key: order.clientOrderId }, accepted),
  ]);
  expect(rowsOf(directory, 'SELECT state, filled, venue_order_id FROM orders')).toEqual([
    { state: 'canceled', filled: text(decimal(order.quantity).div(2)), venue_order_id: '77' },
  ]);
  expect(foundIn(directory).positions).toEqual(expectedOf(story).positions);
});

test('amounts in any notation become plain decimal text', async () => {
  const directory = temporaryDirectory();
  const store = await storeAt(directory);
  const mark = {
    equity: '1e5',
    cash: '1E-8',
    exposure: '0.10',
    realised: '-0',
    fees: '00.5',
    dayReturn: 0,
  };
  await store.journal.append([fact('equity.marked', { at: 1, key: 'portfolio' }, mark)]);
  const columns = 'equity, cash, exposure, realised, fees';
  expect(rowsOf(directory, `SELECT ${columns} FROM equity`)).toEqual([
    { equity: '100000', cash: '0.00000001', exposure: '0.1', realised: '0', fees: '0.5' },
  ]);
});
