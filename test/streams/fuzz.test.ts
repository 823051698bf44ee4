// Hundreds of thousands of mutated frames through the genuine client's own message path, its tap and a live feed:
// nothing throws, what is no frame is counted, and no candle or price gets through that is none.
import type { Exchange } from 'ccxt';
import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { candleDefect, emptyCandle } from '../../src/domain/candle.ts';
import { createClient, loadExchange } from '../../src/exchange/client.ts';
import { createTapHandlers, tapped } from '../../src/feed/binance-tap.ts';
import { LiveFeed } from '../../src/feed/live-feed.ts';
import { chanceOf } from '../../src/sandbox/chance.ts';
import { ownBudget } from '../support/budget.ts';
import { minuteOf } from '../support/feed-bench.ts';
import { minuteMs, plainCandle } from '../support/scripted-market.ts';

const frames = Number(process.env['FUZZ_FRAMES'] ?? 200_000);
const stream = { pair: 'BTC/USDT', timeframe: '1m' } as const;
const chance = chanceOf(11, 'fuzz');
const below = (count: number): number => Math.floor(chance() * count);
const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;

/** What no field should hold; text is put in as it stands, so that it need not be JSON. */
const hostile = [
  ...[
    'null',
    'true',
    '-1',
    '0',
    '1e999',
    '-0',
    '5e-324',
    '1e308',
    '"NaN"',
    '"Infinity"',
    '""',
    '" "',
  ],
  ...[
    '"1e400"',
    '"-5"',
    '"0x10"',
    '"1,5"',
    '[]',
    '{}',
    '[1]',
    '{"toString":1,"valueOf":1}',
    '"<b>"',
  ],
  ...[
    '9007199254740993',
    '99999999999999999999',
    '"\\u0000"',
    '{"__proto__":{"s":"BTCUSDT"}}',
    '',
    'NaN',
  ],
];

function mutated(text: string): string {
  const at = below(text.length);
  switch (below(7)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + String.fromCharCode(below(256)) + text.slice(at + 1);
    case 2:
      return text.slice(0, at) + text.slice(at + 1 + below(12));
    case 3:
      return text.slice(0, at) + text.slice(below(text.length)) + text.slice(at);
    case 4: {
      // One field's value is another.
      const fields = [...text.matchAll(/"(\w+)":("[^"]*"|[^,{}[\]]+)/g)];
      const field = fields.length === 0 ? undefined : pick(fields);
      if (field === undefined) return text;
      const [whole, key] = field;
      return text.replace(whole, `"${key}":${pick(hostile)}`);
    }
    case 5:
      return mutated(mutated(text));
    default:
      return pick([
        text,
        `[${text}]`,
        `{"stream":"x","data":${text}}`,
        `{"data":{"data":${text}}}`,
        '<html>',
      ]);
  }
}

test('no mutated frame throws, is believed, or goes uncounted', async () => {
  let now = minuteOf(0) + 500;
  const clock = createClock(1, () => now - minuteOf(0), 10_000);
  const rest = {
    has: {},
    fetchOHLCV: async (_pair: string, _timeframe: string, since: number) => {
      const rows: unknown[] = [];
      for (let at = since; at + minuteMs <= now; at += minuteMs) {
        const { open, high, low, close, volume } = plainCandle(stream.pair, at);
        rows.push([at, open, high, low, close, volume]);
      }
      return [...rows, [Math.floor(now / minuteMs) * minuteMs, 100, 100, 100, 100, 0]];
    },
    fetchTicker: async () => ({ last: plainCandle(stream.pair, now).close }),
  } as unknown as Exchange;
  const checks: (() => void)[] = [];
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  let receive = (_text: string): void => {};
  let [thrown, rejected, redialled] = [0, 0, 0];

  const feed = new LiveFeed({
    ...{ clock, log },
    timers: {
      after: (_, run) => {
        setImmediate(run);
        return () => {};
      },
      every: (_, run) => {
        checks.push(run);
        return () => {};
      },
    },
    async connect(listener) {
      const handlers = createTapHandlers(
        (symbol) => (symbol === 'BTCUSDT' ? stream.pair : undefined),
        listener,
      );
      const settings = {
        name: 'binance',
        endpoint: null,
        credentials: null,
        recvWindowMs: 5000,
        budget: ownBudget(),
      };
      const client = await createClient(tapped(await loadExchange('binance'), handlers), settings);
      const handle = client.handleMessage.bind(client);
      client.handleMessage = (...message) => {
        try {
          handle(...message);
        } catch (error) {
          thrown += 1;
          throw error;
        }
      };
      const socket = client.client('wss://127.0.0.1/stream/ws/0');
      socket.future('ohlcv::BTC/USDT::1m').catch(() => {
        rejected += 1;
      });
      receive = (data) => socket.onMessage({ data });
      const nothing = (): void => {};
      const cut = (): void => {
        redialled += 1;
        listener.onLost('cut');
      };
      const source = { stamped: true, lists: () => true, subscribe: nothing, renew: nothing, cut };
      return { client: rest, source: { ...source, stop: async () => {} } };
    },
  });

  const released: number[] = [];
  let [badCandles, badPrices] = [0, 0];
  const told: Record<string, number> = {};
  feed.candles.subscribe(({ candle }) => {
    released.push(candle.openTime);
    if (candleDefect(candle, '1m') !== undefined || !(candle.close > 10 && candle.close < 3000)) {
      badCandles += 1;
    }
  });
  feed.prices.subscribe(({ price, at }) => {
    if (!(price > 10 && price < 3000 && at > 0 && Number.isFinite(at))) badPrices += 1;
  });
  feed.news.subscribe(({ type }) => {
    told[type] = (told[type] ?? 0) + 1;
  });

  const texts = (): readonly string[] => {
    const openTime = Math.floor(now / minuteMs) * minuteMs;
    const k = (of: ReturnType<typeof plainCandle>, x: boolean): string => {
      const [o, h, l, c, v] = [of.open, of.high, of.low, of.close, of.volume].map(String);
      const kline = { t: of.openTime, s: 'BTCUSDT', i: '1m', o, h, l, c, v, x };
      return JSON.stringify({ e: 'kline', E: now, s: 'BTCUSDT', k: kline });
    };
    const { open, close } = plainCandle(stream.pair, openTime);
    return [
      k(plainCandle(stream.pair, openTime - minuteMs), true),
      k(emptyCandle(openTime, open), false),
      JSON.stringify({ e: 'trade', E: now, s: 'BTCUSDT', p: `${close}`, q: '1' }),
      JSON.stringify({ result: null, id: 1 }),
    ];
  };

  let isStarted = false;
  const started = feed.start([{ stream, bars: 20 }]).then(() => {
    isStarted = true;
  });
  while (!isStarted) {
    await new Promise((resolve) => setImmediate(resolve));
    receive(texts()[1] ?? '');
  }
  await started;
  for (let sent = 0; sent < frames; sent += 1) {
    // A second of the market every fifty frames, a true one among them.
    receive(sent % 50 === 0 ? pick(texts()) : mutated(pick(texts())));
    if (sent % 50 !== 0) continue;
    now += 1000;
    for (const check of checks) check();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await feed.stop();

  expect({ thrown, rejected, badCandles, badPrices }).toEqual({
    ...{ thrown: 0, rejected: 0, badCandles: 0, badPrices: 0 },
  });
  expect(released).toEqual(released.map((_, index) => (released[0] ?? 0) + index * minuteMs));
  expect(released.length).toBeGreaterThan(frames / 50 / 60 / 2);
  expect(told['frame.malformed']).toBeGreaterThan(frames / 20);
  expect(told['candle.rejected']).toBeGreaterThan(frames / 100);
  expect(redialled).toBeGreaterThan(0);
}, 120_000);
