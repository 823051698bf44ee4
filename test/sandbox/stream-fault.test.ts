// What a plan does to streams: frames twice, late, out of order, broken or not at all; sockets that are
// closed, and sockets that are dead without a word. A bare socket looks on, so that nothing is repaired.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { FaultRule, FaultTiming, StreamFault } from '../../src/sandbox/fault-plan.ts';
import { Client, queryOf, signatureOf } from '../support/sandbox/client.ts';
import { Listener } from '../support/sandbox/listener.ts';
import { keys, patience, Stand } from '../support/sandbox/stand.ts';

let stand: Stand;
let client: Client;
let texts: string[];
let closed: number | undefined;
let socket: WebSocket;
beforeEach(() => {
  texts = [];
  closed = undefined;
});
afterEach(async () => {
  socket.removeAllListeners('close').terminate();
  await stand.close();
});

const orders = { side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01' };

async function dial(path: string): Promise<void> {
  socket = new WebSocket(`ws://127.0.0.1:${stand.port}${path}`);
  socket.on('message', (data) => texts.push(String(data)));
  socket.on('close', (code) => {
    closed = code;
  });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('open', resolve));
}

/** A sandbox on whose streams `fault` happens, and a socket that listens to the account. */
async function open(fault: StreamFault, when: FaultTiming = {}): Promise<void> {
  const rules: readonly FaultRule[] = [{ on: 'user-stream', when, do: fault }];
  stand = await Stand.open({ faults: { seed: 5, rules } });
  client = new Client(stand);
  await listen();
}

async function listen(): Promise<void> {
  await dial('/ws-api/v3');
  const params = { apiKey: keys.key, timestamp: Date.now() };
  const signature = signatureOf(queryOf(params));
  const method = 'userDataStream.subscribe.signature';
  socket.send(JSON.stringify({ id: 1, method, params: { ...params, signature } }));
  await vi.waitUntil(() => texts.length > 0 || closed !== undefined, patience);
}

/** Names of the events so far: `NEW` of an order, or what the event is called. */
const names = (): readonly string[] =>
  texts.flatMap((text) => {
    const { event } = JSON.parse(text);
    return event === undefined ? [] : [`${event.x ?? event.e} ${event.i ?? ''}`.trim()];
  });
const place = async (price = '50000'): Promise<void> =>
  void (await client.place({ ...orders, price }));
const come = (count: number): Promise<unknown> =>
  vi.waitUntil(() => names().length >= count, patience);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const position = 'outboundAccountPosition';

describe('a frame', () => {
  test('comes twice', async () => {
    await open({ kind: 'duplicate' }, { times: 1 });
    await place();
    await come(3);
    expect(names()).toEqual(['NEW 1', 'NEW 1', position]);
    expect(stand.lines).toEqual(['fault: user-stream: duplicate']);
  });

  test('comes after the next', async () => {
    await open({ kind: 'swap' }, { times: 1 });
    await place();
    await come(2);
    expect(names()).toEqual([position, 'NEW 1']);
  });

  test('comes late', async () => {
    await open({ kind: 'delay', ms: 150 });
    await place();
    expect(names()).toEqual([]);
    await come(2);
    expect(names()).toEqual(['NEW 1', position]);
  });

  test('comes broken', async () => {
    await open({ kind: 'malformed' }, { times: 1 });
    await place();
    await vi.waitUntil(() => texts.length > 2, patience);
    expect(() => names()).toThrow(SyntaxError);
    expect(closed).toBeUndefined();
  });
});

test('a silent stream answers pings and says nothing, until it speaks again', async () => {
  await open({ kind: 'silent' }, { times: 4 });
  await place();
  await place();
  await pongs();
  expect(names()).toEqual([]);
  await place();
  await come(2);
  expect(names()).toEqual(['NEW 3', position]);
  // One line for a row of frames.
  expect(stand.lines).toEqual(['fault: user-stream: silent']);
});

test('a half-open socket is open, answers nothing, and a new one works', async () => {
  await open({ kind: 'half-open' }, { afterMs: 100, times: 1 });
  await vi.waitUntil(() => stand.lines.length > 0, patience);
  const dead = socket;
  let answered = 0;
  dead.on('pong', () => {
    answered += 1;
  });
  dead.ping();
  await place();
  await pause(200);
  expect([answered, names(), dead.readyState]).toEqual([0, [], WebSocket.OPEN]);
  texts.length = 0;
  await listen();
  await place();
  await come(2);
  expect(names()).toEqual(['NEW 2', position]);
  await pongs();
  dead.removeAllListeners('close').terminate();
});

describe('a socket is closed', () => {
  test('with a code, when its time comes', async () => {
    await open({ kind: 'close', code: 1012 }, { afterMs: 100, times: 1 });
    await vi.waitUntil(() => closed !== undefined, patience);
    expect(closed).toBe(1012);
  });

  test('without one, at a frame', async () => {
    await open({ kind: 'close' }, { from: 3 });
    await place();
    await come(2);
    expect(closed).toBeUndefined();
    await place();
    await vi.waitUntil(() => closed !== undefined, patience);
    expect(closed).toBe(1006);
  });
});

test('a subscription is refused, the next one is not', async () => {
  await open({ kind: 'refuse' }, { times: 1 });
  expect(JSON.parse(texts[0] ?? '')).toMatchObject({ id: 1, status: 400, error: { code: -1000 } });
  await place();
  expect(names()).toEqual([]);
  socket.removeAllListeners('close').terminate();
  texts.length = 0;
  await listen();
  await place();
  await come(2);
});

test('the market’s stream has its own rules', async () => {
  const rules: readonly FaultRule[] = [
    { on: 'market-stream', when: { times: 1 }, do: { kind: 'refuse' } },
    { on: 'market-stream', when: {}, do: { kind: 'duplicate' } },
  ];
  stand = await Stand.open({ faults: { seed: 5, rules }, candles: [], speed: 60 });
  await dial('/stream/ws/1');
  const subscribe = JSON.stringify({ id: 7, method: 'SUBSCRIBE', params: ['btcusdt@depth'] });
  socket.send(subscribe);
  await vi.waitUntil(() => texts.length > 0, patience);
  expect(JSON.parse(texts[0] ?? '')).toMatchObject({ id: 7, error: { code: 2 } });
  socket.send(subscribe);
  await vi.waitUntil(() => texts.length > 5, patience);
  expect(JSON.parse(texts[1] ?? '')).toMatchObject({ id: 7, result: null });
  expect(texts[2]).toBe(texts[3]);
  expect(texts[4]).not.toBe(texts[3]);
  const account = await Listener.toAccount(stand.port);
  account.close();
});

/** Resolves when the socket answers a ping. */
function pongs(): Promise<unknown> {
  const answer = new Promise((resolve) => socket.once('pong', resolve));
  socket.ping();
  return answer;
}
