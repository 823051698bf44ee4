// A journal that version 1 wrote must read for ever: the file is never made anew, only joined by others.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Database from 'libsql';
import { expect, test } from 'vitest';
import type { Entry, FactType } from '../../src/domain/fact.ts';
import { fold } from '../../src/domain/fold.ts';
import { text } from '../../src/domain/money.ts';
import { cash, EMPTY_PORTFOLIO } from '../../src/domain/portfolio.ts';
import { databaseOf, rowsOf, storeAt, temporaryDirectory } from './directory.ts';

/** Every type of the catalogue; the compiler says when one is missing here. */
const TYPES: Record<FactType, true> = {
  'engine.started': true,
  'engine.stopped': true,
  'portfolio.opened': true,
  'configuration.imported': true,
  'configuration.activated': true,
  'configuration.deactivated': true,
  'configuration.faulted': true,
  'configuration.quarantined': true,
  'configuration.released': true,
  'evidence.opened': true,
  'twin.opened': true,
  'twin.closed': true,
  'stage.judged': true,
  'stage.overridden': true,
  'signal.refused': true,
  'signal.approved': true,
  'exit.ordered': true,
  'exit.decided': true,
  'protection.ordered': true,
  'protection.lost': true,
  'protection.regained': true,
  'cancel.ordered': true,
  'order.resent': true,
  'order.quarantined': true,
  'order.overfilled': true,
  'order.accepted': true,
  'order.unresolved': true,
  'order.ended': true,
  'position.opened': true,
  'fill.recorded': true,
  'position.closed': true,
  'day.opened': true,
  'loss.latched': true,
  'equity.marked': true,
  'breaker.tripped': true,
  'breaker.half-opened': true,
  'breaker.closed': true,
  'trading.reduced': true,
  'trading.flattened': true,
  'trading.resumed': true,
  'command.acknowledged': true,
  'stream.gapped': true,
  'foreign.found': true,
  'transfer.recorded': true,
  'difference.found': true,
  'account.lost': true,
  'account.reconciled': true,
  'foreign.adopted': true,
};

/** Version 1 as it began, and the types that joined the catalogue since. */
const files = [
  'journal-v1.jsonl',
  'journal-v1-breakers.jsonl',
  'journal-v1-half-open.jsonl',
  'journal-v1-lifecycle.jsonl',
  'journal-v1-orders.jsonl',
  'journal-v1-fault.jsonl',
  'journal-v1-account.jsonl',
];
const lines = files.flatMap((name) =>
  readFileSync(fileURLToPath(new URL(`../golden/${name}`, import.meta.url)), 'utf8')
    .trim()
    .split('\n'),
);

/** What version 1 wrote of orders, in the words of today: none of them had a price that wakes it. */
function asOfToday(entry: Entry): Entry {
  if (entry.type !== 'signal.approved' && entry.type !== 'exit.ordered') return entry;
  const order = { ...entry.data.order, stopPrice: null };
  return { ...entry, v: 2, data: { ...entry.data, order } } as Entry;
}

test('a journal of version 1 reads as the facts of today, and makes the same book and tables', async () => {
  const directory = temporaryDirectory();
  const store = await storeAt(directory);
  const database = new Database(databaseOf(directory));
  for (const line of lines) {
    database
      .prepare(
        `INSERT INTO journal SELECT j->>'seq', j->>'at', j->>'type', j->>'v', j->>'key', j->>'cause',
         j->'data' FROM (SELECT ? AS j)`,
      )
      .run(line);
  }
  database.close();
  const entries: Entry[] = [];
  for await (const entry of store.journal.read(1)) entries.push(entry);
  const written: Entry[] = lines.map((line) => asOfToday(JSON.parse(line)));
  const isAsWritten = ({ seq, v }: Entry): boolean => v === written[seq - 1]?.v;
  const lifted = entries.filter((one) => !isAsWritten(one));
  const asWritten = (of: readonly Entry[]) =>
    of.filter(({ seq }) => !lifted.some((one) => one.seq === seq));
  expect(asWritten(entries)).toEqual(asWritten(written));
  expect(lifted.map(({ seq, type, data }) => ({ seq, type, data }))).toMatchInlineSnapshot(`
    [
      {
        "data": {
          "capital": "100000",
          "engine": "414d",
          "foreign": {
            "BNB": "1.5",
          },
          "postings": [
            {
              "account": "cash",
              "amount": "100000",
              "asset": "USDT",
            },
            {
              "account": "capital",
              "amount": "-100000",
              "asset": "USDT",
            },
            {
              "account": "foreign",
              "amount": "1.5",
              "asset": "BNB",
            },
            {
              "account": "venue",
              "amount": "-1.5",
              "asset": "BNB",
            },
          ],
          "quote": "USDT",
        },
        "seq": 2,
        "type": "portfolio.opened",
      },
      {
        "data": {
          "detail": "not ours",
          "freezes": false,
          "pair": "BTC/USDT",
          "postings": [],
          "sold": {
            "quantity": "0",
            "value": "0",
          },
          "tradeId": null,
          "what": "order",
        },
        "seq": 35,
        "type": "foreign.found",
      },
    ]
  `);
  expect(new Set(entries.map(({ type }) => type))).toEqual(new Set(Object.keys(TYPES)));
  const book = fold(EMPTY_PORTFOLIO, entries);
  const held = [...book.positions].map(([id, { quantity, cost }]) => [
    id,
    text(quantity),
    text(cost),
  ]);
  expect([...book.breakers.keys()]).toEqual(['weekly-loss ', 'reject-run ']);
  expect({ cash: text(cash(book)), held }).toMatchInlineSnapshot(`
    {
      "cash": "98307.2646084",
      "held": [
        [
          "b",
          "0.023141835",
          "1550.618654175",
        ],
      ],
    }
  `);
  store.rebuildProjections();
  expect(
    rowsOf(directory, 'SELECT config_id, state, filled FROM orders ORDER BY ordered_at'),
  ).toMatchInlineSnapshot(`
    [
      {
        "config_id": "a",
        "filled": "0.1208",
        "state": "filled",
      },
      {
        "config_id": "b",
        "filled": "0.023165",
        "state": "canceled",
      },
      {
        "config_id": "a",
        "filled": "0.12067",
        "state": "filled",
      },
      {
        "config_id": "BTC/USDT",
        "filled": "0",
        "state": "canceling",
      },
    ]
  `);
  expect(
    rowsOf(directory, 'SELECT config_id, profit, return_r FROM trades WHERE is_twin = 0'),
  ).toMatchInlineSnapshot(`
    [
      {
        "config_id": "a",
        "profit": "-139.94810496",
        "return_r": -1.1585108026490065,
      },
    ]
  `);
  expect(
    rowsOf(
      directory,
      `SELECT trained_configurations.lifecycle_stage, state->>'stage' AS stage, entered_seq, equity, position, return_r
       FROM trained_configurations JOIN careers ON careers.config_id = trained_configurations.id
       JOIN twins USING (config_id) JOIN trades USING (config_id) WHERE is_twin = 1`,
    ),
  ).toMatchInlineSnapshot(`
    [
      {
        "entered_seq": 46,
        "equity": "100043.25141929937445",
        "lifecycle_stage": "DISCOVERY",
        "position": null,
        "return_r": 1.785985995,
        "stage": "DISCOVERY",
      },
    ]
  `);
});
