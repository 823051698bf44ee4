// What an answer to an order proves, read as text (RELIABILITY §3.3): only an echo of our own id is an
// acceptance, only a coded refusal on the list is one, and all the rest is unknown.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outcomeOf } from '../../src/venue/outcome.ts';
import { entry, filledAnswer } from './sample.ts';

const attempt = (status: number, body: string) => ({
  written: true,
  answer: { status, body },
  failure: undefined,
});
const pairOf = (symbol: string) => (symbol === 'BTCUSDT' ? 'BTC/USDT' : undefined);

test('nothing but an echo of our own id is an acceptance', () => {
  const part = fc.oneof(fc.jsonValue(), fc.constant(undefined));
  const keys = fc.constantFrom(
    ...['clientOrderId', 'orderId', 'symbol', 'status', 'executedQty', 'fills', 'transactTime'],
  );
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 599 }), keys, part, (status, key, value) => {
      const body = JSON.stringify({ ...filledAnswer, [key]: value });
      const outcome = outcomeOf(entry, attempt(status, body), pairOf);
      if (outcome.kind !== 'accepted') return;
      expect(status).toBeGreaterThanOrEqual(200);
      expect(status).toBeLessThan(300);
      expect(outcome.report.clientOrderId).toBe(entry.clientOrderId);
      expect(outcome.report.venueOrderId).toMatch(/^\d+$/);
      expect(outcome.fills).toHaveLength(2);
    }),
  );
});

test('an answer that is not understood is unknown, whatever it is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 599 }), fc.string(), (status, body) => {
      fc.pre(status !== 418 && status !== 429);
      expect(outcomeOf(entry, attempt(status, body), pairOf).kind).toBe('unknown');
    }),
  );
});

test('what was never written is not sent, even when something answered', () => {
  const unwritten = { ...attempt(200, JSON.stringify(filledAnswer)), written: false };
  expect(outcomeOf(entry, unwritten, pairOf).kind).toBe('not-sent');
});

const outcome = (status: number, body: string) => outcomeOf(entry, attempt(status, body), pairOf);
const coded = (status: number, code: unknown, msg: unknown = 'No.') =>
  outcome(status, JSON.stringify({ code, msg }));
const filled = (change: object, status = 200) =>
  outcome(status, JSON.stringify({ ...filledAnswer, ...change }));

describe('a coded refusal', () => {
  test.each([
    ...[-1002, -1003, -1013, -1014, -1015, -1020, -1021, -1022, -1100, -1101, -1107, -1108],
    ...[-1111, -1114, -1115, -1117, -1118, -1121, -2010, -2014, -2015],
  ])('%d is believed', (code) => {
    expect(coded(400, code)).toEqual({ kind: 'rejected', code: `${code}`, message: 'No.' });
  });

  test.each([
    ...[0, 1, 1100, -1000, -1001, -1004, -1006, -1007, -1008, -1016, -1099, -1109, -1112, -1113],
    ...[-1119, -1120, -2011, -2013, -2021, '-1013', null],
  ])('%s is not', (code) => {
    expect(coded(400, code)).toMatchObject({
      kind: 'unknown',
      reason: expect.stringMatching(/^HTTP 400: \{/),
    });
  });

  test.each([400, 401, 403])('is believed with status %d', (status) => {
    expect(coded(status, -1013).kind).toBe('rejected');
  });

  test.each([199, 300, 302, 402, 404, 408, 409, 451, 500, 503])('is not with %d', (status) => {
    expect(coded(status, -1013).kind).toBe('unknown');
  });

  test('without words says its status, with too many is cut', () => {
    expect(coded(400, -1013, 7)).toEqual({
      kind: 'rejected',
      code: '-1013',
      message: 'HTTP 400',
    });
    const long = coded(400, -1013, 'x'.repeat(500));
    expect(long).toMatchObject({ message: 'x'.repeat(200) });
  });
});

test.each([418, 429])('%d is refused at the door, with or without a code', (status) => {
  expect(coded(status, -1003, 'Slow.')).toEqual({
    kind: 'rejected',
    code: '-1003',
    message: 'Slow.',
  });
  for (const body of ['', 'null', '[]', '"no"', '{"code":"-1003"}']) {
    expect(outcome(status, body)).toEqual({
      kind: 'rejected',
      code: `http-${status}`,
      message: `HTTP ${status}`,
    });
  }
});

test.each([
  [400, -2010, 'Duplicate order sent.', 'exists'],
  [400, -2010, 'DUPLICATE ORDER', 'exists'],
  [400, -2010, 'Insufficient balance.', 'rejected'],
  [400, -1013, 'Duplicate order sent.', 'rejected'],
  [500, -2010, 'Duplicate order sent.', 'unknown'],
])('%d %d “%s”: %s', (status, code, words, kind) => {
  expect(coded(status, code, words).kind).toBe(kind);
});

describe('an acceptance', () => {
  test('is told whole: the order as it stands, and its trades', () => {
    const common = { clientOrderId: entry.clientOrderId, pair: 'BTC/USDT', at: 1_700_000_000_000 };
    const trade = { ...common, side: 'buy', feeAsset: 'BTC' };
    expect(filled({})).toEqual({
      kind: 'accepted',
      report: { ...common, venueOrderId: '28', state: 'filled', filled: '0.5' },
      fills: [
        { ...trade, tradeId: '56', price: '100000', quantity: '0.3', fee: '0.0003' },
        { ...trade, tradeId: '57', price: '100250', quantity: '0.2', fee: '0.0002' },
      ],
    });
  });

  test.each([200, 201, 299])('comes with status %d', (status) => {
    expect(filled({}, status).kind).toBe('accepted');
  });

  test.each([199, 300, 400])('does not come with %d', (status) => {
    expect(filled({}, status).kind).toBe('unknown');
  });

  test.each([
    ['another’s order', { clientOrderId: 'another' }],
    ['another pair', { symbol: 'ETHUSDT' }],
    ['trades that do not add up', { executedQty: '0.4' }],
    ['a trade without an id', { fills: [{ ...filledAnswer.fills[0], tradeId: -1 }] }],
    ['no order in it', { orderId: undefined }],
  ])('is not %s', (_, change) => {
    const both = (symbol: string) => pairOf(symbol) ?? 'ETH/USDT';
    const body = JSON.stringify({ ...filledAnswer, ...change });
    expect(outcomeOf(entry, attempt(200, body), both)).toEqual({
      kind: 'unknown',
      reason: `HTTP 200: ${body}`.slice(0, 200),
    });
  });
});

describe('without an answer', () => {
  const none = { answer: undefined, failure: undefined };

  test('what was written is unknown', () => {
    expect(outcomeOf(entry, { ...none, written: true }, pairOf)).toEqual({
      kind: 'unknown',
      reason: 'no answer',
    });
    const failed = { ...none, written: true, failure: 'r'.repeat(300) };
    expect(outcomeOf(entry, failed, pairOf)).toEqual({
      kind: 'unknown',
      reason: 'r'.repeat(200),
    });
  });

  test('what was not written was not sent', () => {
    const unsent = { kind: 'not-sent', code: 'not-sent' };
    expect(outcomeOf(entry, { ...none, written: false }, pairOf)).toEqual({
      ...unsent,
      message: 'nothing was written',
    });
    const failed = { ...none, written: false, failure: 'no line' };
    expect(outcomeOf(entry, failed, pairOf)).toEqual({ ...unsent, message: 'no line' });
  });
});
