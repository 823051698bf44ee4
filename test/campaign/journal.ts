// What the journal and tables of a round say by themselves: what may never stand there, and how often what
// happened.
import type { FaultPlan, FaultRule } from '../../src/sandbox/fault-plan.ts';
import { type Fields, fieldsOf } from '../support/audit/payload.ts';
import { queryStore } from '../support/store-query.ts';
import type { Counts } from './count.ts';

const rows = (store: string, sql: string): readonly Fields[] =>
  queryStore(store, sql).map(fieldsOf);

const say = (store: string, sql: string): readonly string[] =>
  rows(store, sql).map((row) => row.text('what'));

/** What is wrong in it, whatever happened. */
export const journalProblems = (store: string): readonly string[] => [
  // What the portfolio does by its own clock; news of an order carry the venue's time, and may come late.
  ...say(
    store,
    `SELECT 'time goes back at entry ' || seq || ', ' || type AS what FROM
       (SELECT seq, type, at, lag(at) OVER (ORDER BY seq) AS before FROM journal WHERE type IN
         ('equity.marked', 'day.opened', 'signal.approved', 'signal.refused', 'engine.stopped'))
     WHERE at < before`,
  ),
  ...say(
    store,
    `SELECT 'the clock of the machine goes back at entry ' || seq AS what FROM
       (SELECT seq, json_extract(data, '$.wall') AS wall,
          lag(json_extract(data, '$.wall')) OVER (ORDER BY seq) AS before
        FROM journal WHERE type = 'engine.started') WHERE wall < before`,
  ),
  ...say(
    store,
    `SELECT 'the day goes back at entry ' || seq AS what FROM
       (SELECT seq, json_extract(data, '$.day') AS day,
          lag(json_extract(data, '$.day')) OVER (ORDER BY seq) AS before
        FROM journal WHERE type = 'day.opened') WHERE day <= before`,
  ),
  ...say(
    store,
    `SELECT key || ' was approved ' || count(*) || ' times' AS what FROM journal
     WHERE type = 'signal.approved' GROUP BY json_extract(data, '$.signal.id') HAVING count(*) > 1`,
  ),
  ...say(
    store,
    `SELECT config || ': ' || type || ' twice, at entry ' || seq AS what FROM
       (SELECT seq, type, config, lag(type) OVER (PARTITION BY config ORDER BY seq) AS before FROM
         (SELECT seq, type, coalesce(json_extract(data, '$.configId'),
            json_extract(data, '$.trade.configId')) AS config
          FROM journal WHERE type IN ('position.opened', 'position.closed')))
     WHERE type = before`,
  ),
  ...say(
    store,
    `SELECT type || ' ' || key || ': ' || data AS what FROM journal
     WHERE type IN ('configuration.faulted', 'configuration.quarantined', 'order.overfilled')`,
  ),
  ...say(
    store,
    `SELECT 'order ' || client_order_id || ' is ' || filled || ' filled of ' || quantity AS what
     FROM orders WHERE CAST(filled AS REAL) > CAST(quantity AS REAL) * 1.0000001`,
  ),
  // Prices may be kept from it for seconds by what is done to it; its own book of triggers is its own.
  ...say(
    store,
    `SELECT 'the stop of ' || key || ' was watched by nobody at entry ' || seq AS what
     FROM journal WHERE type = 'protection.lost' AND json_extract(data, '$.lack') = 'trigger'`,
  ),
];

/**
 * Orders that were believed never to be, without being sent once more, and were filled all the same: believed too
 * early. Where the venue itself says no to what it does, nobody can know better.
 */
export const believedTooEarly = (store: string, { rules }: FaultPlan): readonly string[] =>
  say(
    store,
    `SELECT DISTINCT ended.key || ' was believed ' || json_extract(ended.data, '$.state') || ' at entry '
       || ended.seq || ', and filled at ' || fill.seq AS what
     FROM journal ended JOIN journal fill ON fill.type = 'fill.recorded' AND fill.seq > ended.seq
       AND json_extract(fill.data, '$.fill.clientOrderId') = ended.key
     WHERE ended.type = 'order.ended' AND json_extract(ended.data, '$.state') IN (${rules.some(isLie) ? '' : "'rejected', "}'absent')
       AND NOT EXISTS (SELECT 1 FROM journal again WHERE again.type = 'order.resent'
         AND again.key = ended.key AND again.seq BETWEEN ended.seq AND fill.seq)`,
  );

const isLie = ({ do: fault }: FaultRule): boolean =>
  fault.kind === 'answer' && fault.carriedOut && fault.status >= 400 && fault.status < 500;

/** Orders whose fate nobody knows, whatever the uncertainty is called meanwhile. */
export const undecided = (store: string): readonly string[] =>
  say(
    store,
    `SELECT purpose || ' ' || client_order_id AS what FROM orders
     WHERE state IN ('sending', 'unknown', 'canceling', 'quarantined')`,
  );

/** Whether somebody else traded, and a person has to look. */
export const waitsForPerson = (store: string): boolean =>
  rows(
    store,
    `SELECT seq FROM journal WHERE seq > coalesce(
       (SELECT max(seq) FROM journal WHERE type = 'foreign.adopted'), 0)
     AND (type = 'foreign.found' AND json_extract(data, '$.freezes')
       OR type = 'difference.found' AND json_extract(data, '$.missing') <> '{}')`,
  ).length > 0;

/** Protection lost and not regained, by positions that are still held. */
export const unprotected = (store: string): readonly string[] =>
  say(
    store,
    `SELECT key || ' is not protected' AS what FROM
       (SELECT key, type, row_number() OVER (PARTITION BY key ORDER BY seq DESC) AS back FROM journal
        WHERE type IN ('protection.lost', 'protection.regained', 'position.closed', 'engine.started'))
     WHERE back = 1 AND type = 'protection.lost'`,
  );

/** Why nothing new is taken, where it is not: an empty reason is none. */
export function latchedWithoutReason(store: string): readonly string[] {
  const [word] = rows(
    store,
    `SELECT type, json_extract(data, '$.reason') AS reason FROM journal
     WHERE type IN ('trading.reduced', 'trading.flattened', 'trading.resumed') ORDER BY seq DESC LIMIT 1`,
  );
  if (word === undefined || word.text('type') === 'trading.resumed') return [];
  return word.text('reason') === '' ? ['trading is latched for no stated reason'] : [];
}

/** Whether the engine itself takes nothing new: after one crash upon another a person has to look. */
export const isReduced = (store: string): boolean =>
  rows(
    store,
    `SELECT type FROM journal WHERE type IN ('trading.reduced', 'trading.resumed')
     ORDER BY seq DESC LIMIT 1`,
  ).some((row) => row.text('type') === 'trading.reduced');

const counting: Readonly<Record<string, string>> = {
  orders: `SELECT purpose AS name, count(*) AS count FROM orders GROUP BY 1`,
  'orders ended': `SELECT purpose || ' ' || state AS name, count(*) AS count FROM orders GROUP BY 1`,
  fills: `SELECT json_extract(data, '$.purpose') AS name, count(*) AS count FROM journal
    WHERE type = 'fill.recorded' GROUP BY 1`,
  exits: `SELECT exit_reason AS name, count(*) AS count FROM trades WHERE is_paper_trade = 0 GROUP BY 1`,
  breakers: `SELECT json_extract(data, '$.id') AS name, count(*) AS count FROM journal
    WHERE type = 'breaker.tripped' GROUP BY 1`,
  latches: `SELECT substr(json_extract(data, '$.reason'), 1, 10) AS name, count(*) AS count FROM journal
    WHERE type = 'trading.reduced' GROUP BY 1`,
  'protection lost': `SELECT json_extract(data, '$.lack') AS name, count(*) AS count FROM journal
    WHERE type = 'protection.lost' GROUP BY 1`,
  refusals: `SELECT json_extract(data, '$.refusal.code') AS name, count(*) AS count FROM journal
    WHERE type = 'signal.refused' GROUP BY 1`,
};

/** Facts that are situations by themselves. */
const facts: Readonly<Record<string, string>> = {
  'order.unresolved': 'unknown outcome',
  'order.resent': 'sent once more under its id',
  'order.quarantined': 'order quarantined',
  'cancel.ordered': 'stop taken back',
  'exit.decided': 'exit waited for a stop',
  'position.closed': 'position closed',
  'foreign.found': 'others on the account',
  'foreign.adopted': 'adopted',
  'difference.found': 'difference found',
  'account.lost': 'account events lost',
  'stream.gapped': 'gap in a stream',
};

/** Counts all that is worth counting in the store of a round that is over. */
export function countJournal(store: string, counts: Counts): void {
  for (const [section, sql] of Object.entries(counting)) {
    for (const row of rows(store, sql)) {
      counts.add(section, row.has('name') ? row.text('name') : 'none', row.whole('count'));
    }
  }
  for (const [type, name] of Object.entries(facts)) {
    const found = rows(store, `SELECT seq FROM journal WHERE type = '${type}'`);
    counts.add('situations', name, found.length);
  }
  for (const [name, sql] of Object.entries(situations)) {
    counts.add('situations', name, rows(store, sql).length);
  }
}

const situations: Readonly<Record<string, string>> = {
  'order filled in pieces': `SELECT client_order_id FROM fills GROUP BY 1 HAVING count(DISTINCT trade_id) > 1`,
  'entry filled in part': `SELECT client_order_id FROM orders WHERE purpose = 'entry' AND state = 'canceled'
    AND CAST(filled AS REAL) > 0`,
  'unknown outcome that was filled': `SELECT client_order_id FROM orders WHERE CAST(filled AS REAL) > 0
    AND client_order_id IN (SELECT key FROM journal WHERE type = 'order.unresolved')`,
  'unknown outcome that never was': `SELECT client_order_id FROM orders WHERE state = 'absent'`,
  "the venue's stop sold": `SELECT client_order_id FROM orders WHERE purpose = 'protection'
    AND CAST(filled AS REAL) > 0`,
  'one stop for several': `SELECT DISTINCT client_order_id FROM fills WHERE trade_id LIKE '%.%'`,
};
