// Who hears what on the public streams: streams named in the address or asked for later, each request
// acknowledged, and what is no request told what is wrong with it.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { framesOf, klineFrame, tradeFrame } from '../support/sandbox/frame.ts';
import { type Frame, Listener } from '../support/sandbox/listener.ts';
import { patience, Stand } from '../support/sandbox/stand.ts';

let stand: Stand;
let listener: Listener;
beforeAll(async () => {
  stand = await Stand.open({ candles: [], speed: 600 });
});
afterEach(() => listener.close());
afterAll(() => stand.close());

const listen = async (path: string): Promise<void> => {
  listener = await Listener.open(stand.port, path);
};
const isTrade = ({ e }: Frame): boolean => e === 'trade';

test('a raw stream sends bare frames', async () => {
  await listen('/ws/ethusdt@trade');
  expect(await listener.first(isTrade)).toMatchObject({ s: 'ETHUSDT' });
});

test('combined streams say which one a frame is of', async () => {
  await listen('/stream?streams=ethusdt@trade/btcusdt@trade');
  for (const [stream, s] of [
    ['ethusdt@trade', 'ETHUSDT'],
    ['btcusdt@trade', 'BTCUSDT'],
  ]) {
    const frame = await listener.first((one) => one['stream'] === stream);
    expect(frame).toEqual({ stream, data: expect.objectContaining({ e: 'trade', s }) });
  }
});

test('streams are asked for, listed and given up on the same socket', async () => {
  await listen('/stream/ws/0');
  const names = ['btcusdt@trade', 'btcusdt@kline_1m'];
  expect(await listener.ask('SUBSCRIBE', names)).toEqual({ result: null, id: 1 });
  expect(await listener.ask('LIST_SUBSCRIPTIONS', [])).toEqual({ result: names, id: 2 });
  await listener.first(isTrade);
  expect(await listener.ask('UNSUBSCRIBE', ['btcusdt@trade'])).toEqual({ result: null, id: 3 });
  const left = { result: ['btcusdt@kline_1m'], id: 4 };
  expect(await listener.ask('LIST_SUBSCRIPTIONS', [])).toEqual(left);
  const heard = framesOf(listener, tradeFrame).length;
  const klines = framesOf(listener, klineFrame).length;
  // Each of these comes with a trade that is no longer told.
  await expect
    .poll(() => framesOf(listener, klineFrame).length, patience)
    .toBeGreaterThan(klines + 4);
  expect(framesOf(listener, tradeFrame).length).toBe(heard);
});

test('frames are wrapped or not as a property says', async () => {
  await listen('/ws/btcusdt@trade');
  expect(await listener.ask('GET_PROPERTY', ['combined'])).toEqual({ result: false, id: 1 });
  expect(await listener.ask('SET_PROPERTY', ['combined', true])).toEqual({ result: null, id: 2 });
  const frame = await listener.first(({ stream }) => stream !== undefined);
  expect(frame).toMatchObject({ stream: 'btcusdt@trade', data: { e: 'trade' } });
});

const methods = '`SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`';
const many = JSON.stringify(new Array(1025).fill('btcusdt@trade'));
const wrong: readonly [string, string, number, string, object][] = [
  ['half a request', '{"id":1', 3, 'Invalid JSON: expected value at line 1 column 1', {}],
  ['no method', '{"id":7}', 2, 'Invalid request: missing field `method`', { id: 7 }],
  [
    'an unknown method',
    '{"id":"a","method":"SING"}',
    ...[2, `Invalid request: unknown variant \`SING\`, expected one of ${methods}`, { id: 'a' }],
  ] as const,
  [
    'an id that is none',
    '{"id":{},"method":"SUBSCRIBE"}',
    ...[2, 'Invalid request: request ID must be an unsigned integer', {}],
  ] as const,
  [
    'more streams than there may be',
    `{"id":2,"method":"SUBSCRIBE","params":${many}}`,
    ...[2, 'Invalid request: too many parameters', { id: 2 }],
  ] as const,
  [
    'an unknown property',
    '{"id":3,"method":"GET_PROPERTY","params":["colour"]}',
    ...[0, 'Unknown property', { id: 3 }],
  ] as const,
  [
    'a property that is neither true nor false',
    '{"id":4,"method":"SET_PROPERTY","params":["combined","yes"]}',
    ...[1, 'Invalid value type: expected Boolean', { id: 4 }],
  ] as const,
];

test.each(wrong)('%s is told what is wrong', async (_name, text, code, msg, id) => {
  await listen('/ws');
  listener.send(text);
  expect(await listener.first(() => true)).toEqual({ error: { code, msg }, ...id });
  // The socket lives on.
  expect(await listener.ask('LIST_SUBSCRIPTIONS', [])).toMatchObject({ result: [] });
});
