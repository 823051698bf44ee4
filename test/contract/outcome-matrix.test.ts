// Every way in which a venue can answer an order, the order taken or not: the answer's class, what stays
// reserved right after it, and the book, which in the end is the venue's, to the last decimal. The genuine
// client and the engine's own way of an order, on a sandbox that fails by plan.
import { describe, expect, test, vi } from 'vitest';
import { decimal } from '../../src/domain/money.ts';
import { available, hasEnded, reservation } from '../../src/domain/portfolio.ts';
import type { Outcome } from '../../src/ports.ts';
import type { FaultRule, RequestFault } from '../../src/sandbox/fault-plan.ts';
import { type OrderStage, startOrderStage } from '../support/order-stage.ts';

const capital = '100000';
const placeMsMax = 400;
/** The account's own events are late by this where the answer is to come first. */
const lateMs = 250;
const patience = { timeout: 12_000, interval: 25 };
const testMs = 15_000;

type Answer = (carriedOut: boolean) => RequestFault;

const answered =
  (status: number, body = '', headers: Record<string, string> = {}): Answer =>
  (carriedOut) => ({ kind: 'answer', carriedOut, status, body, headers });
const coded = (status: number, code: number, msg: string): Answer =>
  answered(status, JSON.stringify({ code, msg }));
const html = '<html><body>Bad gateway</body></html>';
const wait = { 'retry-after': '1' };

const answers: Readonly<Record<string, readonly [Answer, Outcome['kind']]>> = {
  'no answer until the deadline': [(carriedOut) => ({ kind: 'hang', carriedOut }), 'unknown'],
  'connection reset': [(carriedOut) => ({ kind: 'reset', carriedOut }), 'unknown'],
  '500 {}': [answered(500, '{}'), 'unknown'],
  '502 html': [answered(502, html), 'unknown'],
  '503 html': [answered(503, html), 'unknown'],
  '503 with -1007': [coded(503, -1007, 'Timeout waiting for response.'), 'unknown'],
  '200 truncated json': [(carriedOut) => ({ kind: 'truncated', carriedOut }), 'unknown'],
  '200 empty body': [answered(200), 'unknown'],
  '200 {}': [answered(200, '{}'), 'unknown'],
  '400 -1006': [coded(400, -1006, 'An unexpected response was received.'), 'unknown'],
  '400 -1001': [coded(400, -1001, 'Internal error.'), 'unknown'],
  '429 with Retry-After': [answered(429, '{"code":-1003,"msg":"Slow."}', wait), 'rejected'],
  '418 with Retry-After': [answered(418, '{"code":-1003,"msg":"Banned."}', wait), 'rejected'],
  '400 -1015': [coded(400, -1015, 'Too many new orders.'), 'rejected'],
  '400 -1021': [coded(400, -1021, 'Outside of the recvWindow.'), 'rejected'],
  '400 -2010 balance': [coded(400, -2010, 'Account has insufficient balance.'), 'rejected'],
  '400 -2010 duplicate': [coded(400, -2010, 'Duplicate order sent.'), 'exists'],
  '400 -1013 filter': [coded(400, -1013, 'Filter failure: LOT_SIZE'), 'rejected'],
  '401 -2015': [coded(401, -2015, 'Invalid API-key, IP, or permissions for action.'), 'rejected'],
  '403 html': [answered(403, html), 'unknown'],
  '404 text': [answered(404, 'not found'), 'unknown'],
  '408 empty': [answered(408), 'unknown'],
  '451': [answered(451, '{"code":0,"msg":"Restricted location."}'), 'unknown'],
};

const late: FaultRule = {
  ...{ on: 'user-stream', when: {}, do: { kind: 'delay', ms: lateMs } },
};
const onOrder = (fault: RequestFault): FaultRule => ({
  ...{ on: 'POST /api/v3/order', when: { times: 1 }, do: fault },
});

async function staged(
  rules: readonly FaultRule[],
  tell: (stage: OrderStage) => Promise<void>,
): Promise<void> {
  const stage = await startOrderStage(rules, placeMsMax);
  try {
    await tell(stage);
  } finally {
    await stage.close();
  }
}

/** The book says what the venue says: orders, fills, position and balances. */
async function agrees({ client, ...stage }: OrderStage, taken: boolean): Promise<void> {
  const { state, filled, order } = stage.live();
  const theirs = await client.orders();
  expect(theirs.map(({ clientOrderId }) => clientOrderId)).toEqual(
    taken ? [order.clientOrderId] : [],
  );
  expect(filled.toFixed(8)).toBe(taken ? theirs[0]?.executedQty : '0.00000000');
  expect(filled.gt(0)).toBe(taken);
  const trades = stage.entries.flatMap(({ type, data }) =>
    type === 'fill.recorded' ? [Number(data.fill.tradeId)] : [],
  );
  expect(trades.sort()).toEqual((await client.trades()).map(({ id }) => id).sort());
  const held = (await client.holding('BTC')).free;
  expect(stage.book().positions.get('one')?.quantity.toFixed(8) ?? '0.00000000').toBe(held);
  expect(reservation(stage.live()).toFixed()).toBe('0');
  expect(await stage.differences()).toEqual({});
  // Never sent again, whatever came of it.
  if (!taken) expect(available(stage.book()).toFixed()).toBe(capital);
  else expect(state).toBe('filled');
}

async function inTheEnd(stage: OrderStage, taken: boolean): Promise<void> {
  const isOver = (): boolean => hasEnded(stage.live()) && stage.live().filled.gt(0) === taken;
  await vi.waitUntil(isOver, patience);
  await stage.settled();
  await agrees(stage, taken);
}

/** What must be true once the answer is in and nothing else is. */
function afterAnswer(stage: OrderStage, kind: Outcome['kind']): void {
  const live = stage.live();
  const free = available(stage.book()).toFixed();
  if (kind === 'rejected') {
    expect(live.state).toBe('rejected');
    expect(free).toBe(capital);
    return;
  }
  // Nobody knows: all of it stays set aside.
  expect(live.state).toBe('unknown');
  expect(reservation(live).toFixed()).toBe(live.order.reserved);
  expect(free).toBe(decimal(capital).minus(live.order.reserved).toFixed());
}

const rows = Object.entries(answers).map(([name, [answer, kind]]) => ({ name, answer, kind }));

describe.concurrent('an order that is not taken', () => {
  test.each(rows)(
    '$name: $kind',
    ({ answer, kind }) =>
      staged([onOrder(answer(false))], async (stage) => {
        const { outcome } = await stage.enter();
        expect(outcome.kind).toBe(kind);
        afterAnswer(stage, kind);
        await inTheEnd(stage, false);
      }),
    testMs,
  );
});

describe.concurrent('an order that is taken', () => {
  test.each(rows)(
    '$name: $kind, and found when its events come',
    ({ answer, kind }) =>
      staged([onOrder(answer(true)), late], async (stage) => {
        const { outcome } = await stage.enter();
        expect(outcome.kind).toBe(kind);
        // Who waited for its deadline has heard the events by then.
        if (stage.book().positions.size === 0) afterAnswer(stage, kind);
        await inTheEnd(stage, true);
      }),
    testMs,
  );

  test.each(rows)(
    '$name: $kind, after its events',
    ({ answer, kind }) =>
      staged([onOrder(answer(true))], async (stage) => {
        expect((await stage.enter()).outcome.kind).toBe(kind);
        await inTheEnd(stage, true);
      }),
    testMs,
  );
});
