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
const placeMsMax = 1500;
/** The account's own events are late by this where the answer is to come first. */
const lateMs = 250;
const patience = { timeout: 20_000, interval: 25 };
const testMs = 25_000;

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
  '403 with -2015': [coded(403, -2015, 'Invalid API-key, IP, or permissions.'), 'rejected'],
  '404 text': [answered(404, 'not found'), 'unknown'],
  '408 empty': [answered(408), 'unknown'],
  '451': [answered(451, '{"code":0,"msg":"Restricted location."}'), 'unknown'],
};

const late: FaultRule = {
  ...{ on: 'user-stream', when: {}, do: { kind: 'delay', ms: lateMs } },
};
/** What happens to the `from`th order. */
const onOrder = (fault: RequestFault, from = 1): FaultRule => ({
  ...{ on: 'POST /api/v3/order', when: { from, times: 1 }, do: fault },
});

async function staged(
  rules: readonly FaultRule[],
  tell: (stage: OrderStage) => Promise<void>,
  moving = false,
): Promise<void> {
  const stage = await startOrderStage(rules, placeMsMax, moving);
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
  // Nobody believed for a moment that it was not there.
  const ends = stage.entries.flatMap(({ type, data }) =>
    type === 'order.ended' ? data.state : [],
  );
  expect(ends.includes('absent')).toBe(!taken && !ends.includes('rejected'));
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

const refused = rows.filter(({ kind }) => kind === 'rejected');
const deaf: FaultRule = { ...late, do: { kind: 'silent' } };

describe.concurrent('an order that is taken although it was refused, and never told of', () => {
  test.each(refused)(
    '$name: found by the next round of questions',
    ({ answer }) =>
      staged([onOrder(answer(true)), deaf], async (stage) => {
        expect((await stage.enter()).outcome.kind).toBe('rejected');
        afterAnswer(stage, 'rejected');
        const isFound = (): boolean => {
          stage.tick();
          return stage.live().state === 'filled';
        };
        await vi.waitUntil(isFound, patience);
        await inTheEnd(stage, true);
      }),
    testMs,
  );
});

/** The entry's position is sold, asked again and again as the engine does each second. */
async function sold(stage: OrderStage): Promise<void> {
  await stage.enter();
  await vi.waitUntil(() => stage.live().state === 'filled', patience);
  stage.leave();
  const isFlat = (): boolean => {
    stage.tick();
    return stage.book().positions.size === 0;
  };
  await vi.waitUntil(isFlat, patience);
  const isDone = (): boolean => [...stage.book().orders.values()].every(hasEnded);
  await vi.waitUntil(isDone, patience);
  await stage.settled();
}

/** Each lot was sold once, and the book knows of every trade there was. */
async function soldOnce({ client, ...stage }: OrderStage): Promise<void> {
  const trades = await client.trades();
  const total = (isBuyer: boolean) =>
    trades
      .filter((trade) => trade.isBuyer === isBuyer)
      .reduce((sum, { qty }) => sum.plus(qty), decimal(0));
  const fee = trades
    .filter(({ isBuyer }) => isBuyer)
    .reduce((sum, { commission }) => sum.plus(commission), decimal(0));
  const rest = total(true).minus(fee).minus(total(false));
  // Less than a lot is left.
  expect(rest.gte(0) && rest.lt('0.00001'), rest.toFixed()).toBe(true);
  const sales = (await client.orders()).filter(({ side }) => side === 'SELL');
  expect(sales.map(({ status }) => status)).toEqual(['FILLED']);
  const known = stage.entries.flatMap(({ type, data }) =>
    type === 'fill.recorded' ? [Number(data.fill.tradeId)] : [],
  );
  expect(known.sort()).toEqual(trades.map(({ id }) => id).sort());
  expect(await stage.differences()).toEqual({});
}

/** One of each shape: no answer, no sense, a failure, a refusal that can be wrong, an order that is there. */
const exits = rows.filter(({ name }) =>
  [
    ...['no answer until the deadline', 'connection reset', '200 truncated json'],
    ...['503 with -1007', '429 with Retry-After', '400 -1021', '400 -2010 duplicate'],
  ].includes(name),
);

describe.concurrent('an exit', () => {
  test.each(exits)(
    '$name, not taken: asked again, and sold once',
    ({ answer }) =>
      staged([onOrder(answer(false), 2)], async (stage) => {
        await sold(stage);
        await soldOnce(stage);
      }),
    testMs,
  );

  test.each(exits)(
    '$name, taken: sold once, although its events are late',
    ({ answer }) =>
      staged([onOrder(answer(true), 2), late], async (stage) => {
        await sold(stage);
        await soldOnce(stage);
      }),
    testMs,
  );
});

describe.concurrent('an order', () => {
  test(
    'that arrives after its sender gave up is waited for, and found',
    () =>
      staged([onOrder({ kind: 'late', ms: placeMsMax + 150 })], async (stage) => {
        expect((await stage.enter()).outcome.kind).toBe('unknown');
        await inTheEnd(stage, true);
      }),
    testMs,
  );

  const odd: readonly FaultRule[] = [
    { on: 'user-stream', when: { from: 1, times: 2 }, do: { kind: 'swap' } },
    { on: 'user-stream', when: {}, do: { kind: 'duplicate' } },
  ];
  test(
    'whose events come twice and out of order counts once',
    () =>
      staged(odd, async (stage) => {
        expect((await stage.enter()).outcome.kind).toBe('accepted');
        await inTheEnd(stage, true);
      }),
    testMs,
  );

  test.each<readonly [string, readonly FaultRule[]]>([
    ['as it should be', []],
    ['its answer lost', [onOrder({ kind: 'reset', carriedOut: true })]],
    [
      'the stream dead after the first piece',
      [{ on: 'user-stream', when: { from: 3, times: 1 }, do: { kind: 'close' } }],
    ],
    ['nothing told by the stream', [{ on: 'user-stream', when: {}, do: { kind: 'silent' } }]],
  ])(
    'filled in pieces, %s: all of them are found',
    (_, rules) => {
      const pieces: FaultRule = { on: 'orders', when: {}, do: { kind: 'pieces', pieces: 4 } };
      const tell = async (stage: OrderStage): Promise<void> => {
        await stage.enter();
        await inTheEnd(stage, true);
      };
      return staged([pieces, ...rules], tell, true);
    },
    testMs,
  );
});
