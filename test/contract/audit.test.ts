// The auditor's own arithmetic, checked by hand and by law, and its judgement on hand-made statements:
// a clean pair passes, and every single thing that is changed is found.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { examine } from '../support/audit/audit.ts';
import {
  add,
  divide,
  equal,
  exact,
  multiply,
  near,
  negative,
  type Rational,
  show,
  subtract,
} from '../support/audit/rational.ts';
import { flat, type Replayed, replay } from '../support/audit/replay.ts';
import type { BookFill, BookStatement, VenueStatement } from '../support/audit/statement.ts';

describe('exact numbers', () => {
  const decimals = fc
    .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 20 }))
    .map(([digits, scale]) => {
      const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
      const whole = text.slice(0, text.length - scale);
      const fraction = scale === 0 ? '' : `.${text.slice(-scale)}`;
      return `${digits < 0n ? '-' : ''}${whole}${fraction}`;
    });

  test('show what was read, without trailing zeros', () => {
    expect(show(exact('61837.63000000'))).toBe('61837.63');
    expect(show(exact('-0.00000001'))).toBe('-0.00000001');
    expect(show(exact('1e-7'))).toBe('0.0000001');
    expect(show(exact('2.5e3'))).toBe('2500');
    expect(show(divide(exact('2'), exact('3')))).toBe('0.666666666666666666666666…');
    fc.assert(
      fc.property(decimals, (text) => {
        expect(equal(exact(show(exact(text))), exact(text))).toBe(true);
      }),
    );
  });

  test('add where floats and twenty digits do not', () => {
    expect(show(add(exact('0.1'), exact('0.2')))).toBe('0.3');
    const product = multiply(exact('123456.12345678'), exact('67234.12345678'));
    expect(show(product)).toBe('8300464245.9886197765279684');
  });

  test('keep the laws of arithmetic', () => {
    fc.assert(
      fc.property(decimals, decimals, decimals, (a, b, c) => {
        const [x, y, z] = [exact(a), exact(b), exact(c)];
        expect(equal(multiply(x, add(y, z)), add(multiply(x, y), multiply(x, z)))).toBe(true);
        expect(equal(subtract(add(x, y), y), x)).toBe(true);
        if (y.numerator !== 0n) expect(equal(multiply(divide(x, y), y), x)).toBe(true);
        expect(near(x, y, exact('0'))).toBe(equal(x, y));
      }),
    );
  });

  test.each(['', '.5', '1.', 'NaN', 'Infinity', '0x1', '1,000', ' 1', '1e9999'])(
    'refuse %j',
    (text) => {
      expect(() => exact(text)).toThrow('expected decimal text');
    },
  );
});

const pair = { symbol: 'BTCUSDT', base: 'BTC', quote: 'USDT' };
const buy: BookFill = {
  ...pair,
  tradeId: '1',
  clientOrderId: 'entry',
  side: 'BUY',
  price: exact('60000'),
  quantity: exact('0.1'),
  fee: exact('0.0001'),
  feeAsset: 'BTC',
  seq: 3,
  position: 'p',
  config: 'c',
  feeValue: exact('6'),
  realised: exact('0'),
};
const sale: BookFill = {
  ...buy,
  tradeId: '2',
  clientOrderId: 'exit',
  side: 'SELL',
  price: exact('61000'),
  quantity: exact('0.0999'),
  fee: exact('6.0939'),
  feeAsset: 'USDT',
  seq: 6,
  feeValue: exact('6.0939'),
  realised: exact('99.9'),
};

interface Step {
  readonly price: bigint;
  readonly lots: bigint;
  readonly sells: boolean;
  readonly percent: bigint;
}

const percentOf = (numerator: bigint): Rational => divide(exact(String(numerator)), exact('100'));

/** A buy of some lots, or a sale of a share of what is held. */
function nextFill(state: Replayed, { price, lots, sells, percent }: Step): BookFill {
  const share = multiply(state.quantity, percentOf(percent));
  const closes = sells && share.numerator > 0n;
  const quantity = closes ? share : divide(exact(String(lots)), exact('100000'));
  const paid = percentOf(price);
  const charged = closes ? multiply(paid, quantity) : quantity;
  const fee = multiply(charged, exact('0.001'));
  return { ...(closes ? sale : buy), price: paid, quantity, fee };
}

function cashOf(fill: BookFill): Rational {
  const value = multiply(fill.price, fill.quantity);
  return fill.side === 'SELL' ? subtract(value, fill.fee) : negative(value);
}

describe('a position replayed', () => {
  test('a fee in base leaves the quantity and the cost at the price of the fill', () => {
    const held = replay(flat, buy);
    expect([show(held.quantity), show(held.cost), show(held.fees)]).toEqual([
      '0.0999',
      '5994',
      '6',
    ]);
  });

  test('a sale realises proceeds less its share of the cost, a fee in quote apart', () => {
    const sold = replay(replay(flat, buy), { ...sale, quantity: exact('0.0333') });
    expect(show(sold.realised)).toBe('33.3');
    expect([show(sold.quantity), show(sold.cost)]).toEqual(['0.0666', '3996']);
    expect(show(sold.fees)).toBe('12.0939');
  });

  test('a fee in a third asset touches neither quantity nor cost', () => {
    const held = replay(flat, {
      ...buy,
      feeAsset: 'BNB',
      fee: exact('0.02'),
      feeValue: exact('5'),
    });
    expect([show(held.quantity), show(held.cost), show(held.fees)]).toEqual(['0.1', '6000', '5']);
  });

  test('selling more than is held is refused', () => {
    expect(() => replay(replay(flat, buy), { ...sale, quantity: exact('0.1') })).toThrow(
      RangeError,
    );
  });

  test('whatever the fills, cash and cost move by what was realised less fees', () => {
    const steps = fc.array(
      fc.record({
        price: fc.bigInt({ min: 1n, max: 10_000_000n }),
        lots: fc.bigInt({ min: 1n, max: 10_000n }),
        sells: fc.boolean(),
        percent: fc.bigInt({ min: 1n, max: 100n }),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(steps, (script) => {
        let state = flat;
        let cash = exact('0');
        for (const step of script) {
          const fill = nextFill(state, step);
          state = replay(state, fill);
          cash = add(cash, cashOf(fill));
        }
        expect(equal(add(cash, state.cost), subtract(state.realised, state.fees))).toBe(true);
      }),
    );
  });
});

const posting = (seq: number, account: string, asset: string, amount: string) => ({
  seq,
  account,
  asset,
  amount: exact(amount),
});

/** One position bought for 6,000 and sold whole for 6,093.90: everything worked out by hand. */
const book: BookStatement = {
  opening: {
    ...{ quote: 'USDT', engine: '', capital: exact('10000') },
    foreign: new Map([['BNB', exact('1.5')]]),
  },
  others: { trades: [], moves: [], shrunk: [] },
  fills: [buy, sale],
  journalled: [buy, sale],
  orders: [
    { clientOrderId: 'entry', filled: exact('0.1') },
    { clientOrderId: 'exit', filled: exact('0.0999') },
    { clientOrderId: 'never-filled', filled: exact('0') },
  ],
  open: [],
  closed: [{ position: 'p', fees: exact('12.0939'), profit: exact('87.8061') }],
  lastMark: { seq: 8, cash: exact('10087.8061'), realised: exact('99.9'), fees: exact('12.0939') },
  postings: [
    posting(1, 'cash', 'USDT', '10000'),
    posting(1, 'capital', 'USDT', '-10000'),
    posting(1, 'foreign', 'BNB', '1.5'),
    posting(1, 'venue', 'BNB', '-1.5'),
    posting(3, 'cash', 'USDT', '-6000'),
    posting(3, 'cost:p', 'USDT', '5994'),
    posting(3, 'fees', 'USDT', '6'),
    posting(6, 'cash', 'USDT', '6087.8061'),
    posting(6, 'cost:p', 'USDT', '-5994'),
    posting(6, 'fees', 'USDT', '6.0939'),
    posting(6, 'realised', 'USDT', '-99.9'),
  ],
  intents: [
    { seq: 2, clientOrderId: 'entry', ...pair, side: 'BUY', quantity: exact('0.1') },
    { seq: 5, clientOrderId: 'exit', ...pair, side: 'SELL', quantity: exact('0.0999') },
    { seq: 9, clientOrderId: 'never-filled', ...pair, side: 'BUY', quantity: exact('0.2') },
  ],
  consequences: [
    { seq: 3, type: 'fill.recorded', clientOrderId: 'entry' },
    { seq: 6, type: 'fill.recorded', clientOrderId: 'exit' },
  ],
};

const venue: VenueStatement = {
  balances: new Map([
    ['USDT', exact('10087.8061')],
    ['BNB', exact('1.5')],
  ]),
  trades: [
    { ...buy, orderId: '28', quoteQuantity: exact('6000') },
    { ...sale, orderId: '29', quoteQuantity: exact('6093.9') },
  ],
  orders: [
    { ...pair, orderId: '28', clientOrderId: 'entry', side: 'BUY', executed: exact('0.1') },
    { ...pair, orderId: '29', clientOrderId: 'exit', side: 'SELL', executed: exact('0.0999') },
  ],
};

const codes = (
  venueChange: Partial<VenueStatement>,
  bookChange: Partial<BookStatement>,
): string[] =>
  examine({ ...venue, ...venueChange }, { ...book, ...bookChange }).findings.map(
    ({ code }) => code,
  );

const [bought, sold] = venue.trades;
const [entryOrder, exitOrder] = venue.orders;
const [entryIntent, exitIntent, ...otherIntents] = book.intents;
if (!bought || !sold || !entryOrder || !exitOrder || !entryIntent || !exitIntent) {
  throw new Error('expected two trades and two orders');
}
const dust = exact('0.00000001');

describe('two statements', () => {
  test('that agree have no findings, and the numbers are told', () => {
    const { findings, comparisons } = examine(venue, book);
    expect(findings).toEqual([]);
    expect(comparisons).toContainEqual({
      name: 'cash + positions at cost = initial + realised − fees',
      expected: '10087.8061',
      actual: '10087.8061',
      agrees: true,
    });
  });

  test.each<[string, Partial<VenueStatement>]>([
    ['fill-missing', { trades: [bought, sold, { ...sold, tradeId: '3' }] }],
    ['fill-unknown', { trades: [bought] }],
    ['fill-differs', { trades: [bought, { ...sold, fee: add(sold.fee, dust) }] }],
    ['venue-value-rounded', { trades: [bought, { ...sold, quoteQuantity: exact('6093.91') }] }],
    ['venue-balance', { balances: new Map([...venue.balances, ['BTC', dust]]) }],
    ['units', { balances: new Map([...venue.balances, ['BTC', dust]]) }],
    ['cash', { balances: new Map([...venue.balances, ['USDT', exact('10087.80610001')]]) }],
    ['units', { balances: new Map([...venue.balances, ['BNB', exact('1.4')]]) }],
    ['order-sent-twice', { orders: [...venue.orders, { ...exitOrder, orderId: '30' }] }],
    ['order-without-intent', { orders: [...venue.orders, { ...exitOrder, clientOrderId: 'x' }] }],
    ['order-unbooked', { orders: [...venue.orders, { ...exitOrder, clientOrderId: 'x' }] }],
    ['order-unknown', { orders: [entryOrder] }],
    ['order-overfilled', { orders: [entryOrder, { ...exitOrder, executed: exact('0.1') }] }],
    ['order-not-as-meant', { orders: [entryOrder, { ...exitOrder, side: 'BUY' }] }],
  ])('a changed venue is found as %s', (code, change) => {
    expect(codes(change, {})).toContain(code);
  });

  test.each<[string, Partial<BookStatement>]>([
    ['fill-twice', { fills: [buy, sale, sale] }],
    ['journal-fill-differs', { journalled: [buy, { ...sale, price: exact('61000.01') }] }],
    ['journal-fill-missing', { journalled: [buy] }],
    ['order-without-intent', { intents: [entryIntent, ...otherIntents] }],
    ['order-meant-twice', { intents: [...book.intents, { ...exitIntent, seq: 7 }] }],
    ['order-before-intent', { intents: [entryIntent, { ...exitIntent, seq: 6 }] }],
    ['order-filled-differs', { orders: [{ clientOrderId: 'entry', filled: exact('0.09') }] }],
    ['oversold', { fills: [sale, { ...buy, seq: 7 }] }],
    ['trade-fees', { closed: [{ position: 'p', fees: exact('12'), profit: exact('87.8061') }] }],
    [
      'trade-profit',
      { closed: [{ position: 'p', fees: exact('12.0939'), profit: exact('99.9') }] },
    ],
    [
      'position-quantity',
      { open: [{ position: 'p', asset: 'BTC', quantity: dust, cost: exact('0') }] },
    ],
    [
      'position-cost',
      { open: [{ position: 'p', asset: 'BTC', quantity: exact('0'), cost: exact('1') }] },
    ],
    ['identity', { fills: [buy, { ...sale, realised: exact('99.90000001') }] }],
    ['identity', { postings: [...book.postings, posting(9, 'cost:dust', 'USDT', '0.01')] }],
    ['ledger-cash', { postings: book.postings.slice(0, -4) }],
    ['ledger-unbalanced', { postings: book.postings.slice(0, -1) }],
    ['dust', { postings: [...book.postings, posting(9, 'units:dust', 'BTC', '0.00000001')] }],
    [
      'mark-cash',
      { lastMark: { seq: 5, cash: exact('4000.01'), realised: exact('0'), fees: exact('6') } },
    ],
    [
      'mark-fees',
      { lastMark: { seq: 5, cash: exact('4000'), realised: exact('0'), fees: exact('5') } },
    ],
    [
      'mark-realised',
      { lastMark: { seq: 5, cash: exact('4000'), realised: exact('1'), fees: exact('6') } },
    ],
  ])('changed books are found as %s', (code, change) => {
    expect(codes({}, change)).toContain(code);
  });

  /** A person sells a coin of their own for 60,000, and takes 1,000 of it away. */
  const theirs = { ...sold, ...{ tradeId: '3', clientOrderId: 'web_1', fee: exact('0') } };
  const besides = {
    venue: {
      balances: new Map([...venue.balances, ['USDT', exact('69087.8061')], ['BTC', exact('-1')]]),
      trades: [
        ...venue.trades,
        {
          ...theirs,
          ...{ quantity: exact('1'), price: exact('60000'), quoteQuantity: exact('60000') },
        },
      ],
    },
    book: {
      others: {
        trades: [{ symbol: sold.symbol, tradeId: '3' }],
        moves: [posting(8, 'foreign', 'USDT', '-1000'), posting(8, 'venue', 'USDT', '1000')],
        shrunk: [],
      },
      postings: [
        ...book.postings,
        ...[posting(7, 'foreign', 'BTC', '-1'), posting(7, 'venue', 'BTC', '1')],
        ...[posting(7, 'foreign', 'USDT', '60000'), posting(7, 'venue', 'USDT', '-60000')],
        ...[posting(8, 'foreign', 'USDT', '-1000'), posting(8, 'venue', 'USDT', '1000')],
      ],
    },
  };

  test('what others traded and took is foreign, and no finding', () => {
    expect(codes(besides.venue, besides.book)).toEqual([]);
  });

  test.each<[string, Partial<VenueStatement>, Partial<BookStatement>]>([
    ['fill-missing', {}, { others: { ...besides.book.others, trades: [] } }],
    ['foreign-unknown', { trades: venue.trades }, {}],
    ['venue-balance', {}, { others: { ...besides.book.others, moves: [] } }],
    ['foreign', {}, { postings: besides.book.postings.slice(0, -2) }],
    ['cash', { balances: venue.balances }, {}],
  ])('what of it is wrong is found as %s', (code, venueChange, bookChange) => {
    const found = codes({ ...besides.venue, ...venueChange }, { ...besides.book, ...bookChange });
    expect(found).toContain(code);
  });

  test('an equity row is judged by the fills before it alone', () => {
    const lastMark = { seq: 5, cash: exact('4000'), realised: exact('0'), fees: exact('6') };
    expect(codes({}, { lastMark })).toEqual([]);
  });
});
