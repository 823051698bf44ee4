// The books' statement: read from the trader's SQLite file by SQL written here, on a handle that cannot
// write, in one snapshot.
import Database from 'libsql';
import { type Fields, fieldsOf } from './payload.ts';
import { negative, sum } from './rational.ts';
import type {
  BookFill,
  BookStatement,
  Mark,
  Opening,
  Others,
  Posting,
  Shrunk,
  Trade,
} from './statement.ts';

type Rows = (query: string) => Fields[];

const sideOf = (text: string): 'BUY' | 'SELL' => {
  if (text === 'buy' || text === 'sell') return text === 'buy' ? 'BUY' : 'SELL';
  throw new Error(`side: expected buy or sell, was ${text}`);
};

function symbolOf(pair: string): { symbol: string; base: string; quote: string } {
  const [base, quote, ...more] = pair.split('/');
  if (base === undefined || quote === undefined || more.length > 0) {
    throw new Error(`pair: expected BASE/QUOTE, was ${pair}`);
  }
  return { symbol: `${base}${quote}`, base, quote };
}

const numbersOf = (row: Fields) => ({
  side: sideOf(row.text('side')),
  price: row.amount('price'),
  quantity: row.amount('quantity'),
  fee: row.amount('fee'),
});

const fillOf = (row: Fields): BookFill => ({
  ...symbolOf(row.text('pair')),
  ...numbersOf(row),
  tradeId: row.text('trade_id'),
  clientOrderId: row.text('client_order_id'),
  feeAsset: row.text('fee_asset'),
  seq: row.whole('seq'),
  position: row.text('signal_id'),
  config: row.text('config_id'),
  feeValue: row.amount('fee_value'),
  realised: row.amount('realised'),
});

const journalledOf = (fill: Fields): Trade => ({
  ...symbolOf(fill.text('pair')),
  ...numbersOf(fill),
  tradeId: fill.text('tradeId'),
  clientOrderId: fill.text('clientOrderId'),
  feeAsset: fill.text('feeAsset'),
});

function openingOf(data: Fields | undefined): Opening {
  if (data === undefined) throw new Error('expected an opening in the journal, was none');
  const foreign = data.inside('foreign');
  return {
    quote: data.text('quote'),
    engine: data.text('engine'),
    capital: data.amount('capital'),
    foreign: new Map(foreign.names().map((asset) => [asset, foreign.amount(asset)])),
  };
}

const dataOf = (row: Fields): Fields => fieldsOf(JSON.parse(row.text('data')));

const postingOf =
  (seq: number) =>
  (line: Fields): Posting => ({
    seq,
    account: line.text('account'),
    asset: line.text('asset'),
    amount: line.amount('amount'),
  });

function shrunkOf(seq: number, part: Fields, postings: readonly Posting[]): Shrunk {
  const config = part.text('configId');
  const units = postings.filter(({ account }) => account === `units:${config}`);
  const isSold = part.text('sold') !== '0';
  return {
    ...{ seq, config, gone: negative(sum(units.map(({ amount }) => amount))) },
    received: isSold ? part.amount('received') : undefined,
  };
}

/** What the journal says of others on the account. */
function readOthers(rows: Rows): Others {
  const found = rows(`SELECT data FROM journal WHERE type = 'foreign.found' ORDER BY seq`);
  const moved = rows(
    `SELECT seq, data FROM journal WHERE type IN ('transfer.recorded', 'foreign.adopted')
     ORDER BY seq`,
  ).map((row) => ({ seq: row.whole('seq'), data: dataOf(row) }));
  return {
    trades: found
      .map(dataOf)
      .filter((data) => data.has('tradeId'))
      .map((data) => ({
        symbol: symbolOf(data.text('pair')).symbol,
        tradeId: data.text('tradeId'),
      })),
    moves: moved.flatMap(({ seq, data }) => data.list('postings').map(postingOf(seq))),
    shrunk: moved.flatMap(({ seq, data }) => {
      const postings = data.list('postings').map(postingOf(seq));
      return data.has('shrunk')
        ? data.list('shrunk').map((part) => shrunkOf(seq, part, postings))
        : [];
    }),
  };
}

/** What the journal says, apart from every table made of it. */
function readJournal(
  rows: Rows,
): Pick<BookStatement, 'opening' | 'others' | 'journalled' | 'intents' | 'consequences'> {
  const [opening] = rows(`SELECT data FROM journal WHERE type = 'portfolio.opened' ORDER BY seq`);
  const fills = rows(`SELECT data FROM journal WHERE type = 'fill.recorded' ORDER BY seq`);
  const meant = rows(
    `SELECT seq, data FROM journal WHERE json_extract(data, '$.order.clientOrderId') IS NOT NULL
     ORDER BY seq`,
  );
  const became = rows(
    `SELECT seq, type, key FROM journal WHERE type LIKE 'order.%' OR type LIKE 'fill.%' ORDER BY seq`,
  );
  return {
    opening: openingOf(opening && dataOf(opening)),
    others: readOthers(rows),
    journalled: fills.map((row) => journalledOf(dataOf(row).inside('fill'))),
    intents: meant.map((row) => {
      const order = dataOf(row).inside('order');
      return {
        seq: row.whole('seq'),
        clientOrderId: order.text('clientOrderId'),
        symbol: symbolOf(order.text('pair')).symbol,
        side: sideOf(order.text('side')),
        quantity: order.amount('quantity'),
      };
    }),
    consequences: became.map((row) => ({
      seq: row.whole('seq'),
      type: row.text('type'),
      clientOrderId: row.text('key'),
    })),
  };
}

function lastMarkOf(row: Fields | undefined): Mark | undefined {
  return row === undefined
    ? undefined
    : {
        seq: row.whole('seq'),
        cash: row.amount('cash'),
        realised: row.amount('realised'),
        fees: row.amount('fees'),
      };
}

/** What the tables say; paper trades never touched the venue and are left out. */
function readTables(rows: Rows): Omit<BookStatement, keyof ReturnType<typeof readJournal>> {
  const ours = 'is_paper_trade = 0';
  return {
    fills: rows(
      `SELECT fills.* FROM fills LEFT JOIN orders USING (client_order_id)
       WHERE coalesce(is_paper_trade, 0) = 0 ORDER BY seq`,
    ).map(fillOf),
    orders: rows(`SELECT client_order_id, filled FROM orders WHERE ${ours}`).map((row) => ({
      clientOrderId: row.text('client_order_id'),
      filled: row.amount('filled'),
    })),
    open: rows(`SELECT signal_id, asset, quantity, cost FROM active_trades WHERE ${ours}`).map(
      (row) => ({
        position: row.text('signal_id'),
        asset: row.text('asset'),
        quantity: row.amount('quantity'),
        cost: row.amount('cost'),
      }),
    ),
    closed: rows(`SELECT signal_id, fees, profit FROM trades WHERE ${ours} ORDER BY id`).map(
      (row) => ({
        position: row.text('signal_id'),
        fees: row.amount('fees'),
        profit: row.amount('profit'),
      }),
    ),
    lastMark: lastMarkOf(rows('SELECT * FROM equity ORDER BY seq DESC LIMIT 1')[0]),
    postings: rows('SELECT seq, account, asset, amount FROM ledger ORDER BY seq, line').map(
      (row) => ({
        seq: row.whole('seq'),
        account: row.text('account'),
        asset: row.text('asset'),
        amount: row.amount('amount'),
      }),
    ),
  };
}

/** Reads the books from a SQLite file, which may be in use. */
export function readStore(file: string): BookStatement {
  const database = new Database(`file:${file}?mode=ro`);
  try {
    const rows: Rows = (query) => database.prepare(query).all().map(fieldsOf);
    database.exec('BEGIN');
    return { ...readJournal(rows), ...readTables(rows) };
  } finally {
    database.close();
  }
}
