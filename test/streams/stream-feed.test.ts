// One stream between frames and REST whose answers come when the test lets them: what is asked, when it
// is live, and that no order of answers leaves it stuck or live with a hole.
import { afterEach, expect, test } from 'vitest';
import { type Candle, emptyCandle } from '../../src/domain/candle.ts';
import type { History } from '../../src/feed/backfill.ts';
import { StreamFeed } from '../../src/feed/stream-feed.ts';
import type { ClosedCandle, FeedNews } from '../../src/ports.ts';
import { minuteOf } from '../support/feed-bench.ts';
import { plainCandle } from '../support/scripted-market.ts';

const pair = 'BTC/USDT';
const candleAt = (index: number): Candle => plainCandle(pair, minuteOf(index));

interface Question {
  readonly since: number;
  /** Answers with the candles from one minute to another, both included. */
  answer(from: number, to: number): Promise<void>;
  fail(): Promise<void>;
}

/** Lets everything that waits for a promise go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const opened: StreamFeed[] = [];
afterEach(() => {
  for (const feed of opened.splice(0)) feed.stop();
});

function bench() {
  const questions: Question[] = [];
  const candles: ClosedCandle[] = [];
  const news: FeedNews[] = [];
  const polled: Candle[] = [];
  const at = { now: minuteOf(0) + 1000, silent: 0 };
  const feed = new StreamFeed({
    stream: { pair, timeframe: '1m' },
    bars: 3,
    marketTime: () => at.now,
    provenTime: () => at.now,
    fetch: (since) =>
      new Promise<History>((resolve, reject) => {
        questions.push({
          since,
          async answer(from, to) {
            const length = to - from + 1;
            const closed = Array.from({ length }, (_, index) => candleAt(from + index));
            resolve({ closed, forming: undefined });
            await settle();
          },
          async fail() {
            reject(new Error('503'));
            await settle();
          },
        });
      }),
    onCandle: (candle) => candles.push(candle),
    onNews: (item) => news.push(item),
    onPolled: (candle) => polled.push(candle),
    onSilent: () => {
      at.silent += 1;
    },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  opened.push(feed);
  const forming = (index: number, closed?: false): void => {
    at.now = Math.max(at.now, minuteOf(index) + 1000);
    feed.offer({ candle: emptyCandle(minuteOf(index), candleAt(index).open), closed });
  };
  const closes = (index: number): void => {
    at.now = Math.max(at.now, minuteOf(index + 1));
    feed.offer({ candle: candleAt(index), closed: true });
  };
  const released = (): Candle[] => candles.map(({ candle }) => candle);
  const lives = (): boolean[] =>
    news.flatMap(({ type }) => (/live|stale/.test(type) ? [type === 'stream.live'] : []));
  return { feed, questions, at, polled, news, forming, closes, released, lives };
}

const truth = (from: number, to: number): Candle[] =>
  Array.from({ length: to - from + 1 }, (_, index) => candleAt(from + index));

async function live() {
  const made = bench();
  made.forming(0, false);
  await made.questions[0]?.answer(-3, -1);
  expect(made.lives()).toEqual([true]);
  return made;
}

test('the first frame asks for history, exactly as much as is wanted', async () => {
  const { feed, questions, released } = await live();
  await feed.opened;
  expect(questions.map(({ since }) => since)).toEqual([minuteOf(-3)]);
  expect(released()).toEqual(truth(-3, -1));
});

test('candles that close while history is on its way wait for it', async () => {
  const { closes, forming, questions, released, lives } = bench();
  forming(0, false);
  closes(0);
  closes(1);
  expect(released()).toEqual([]);
  await questions[0]?.answer(-3, -1);
  expect(released()).toEqual(truth(-3, 1));
  expect(lives()).toEqual([true]);
});

test('a repair that leaves a hole is a failure: not live, and asked again when it is due', async () => {
  const { feed, closes, questions, released, lives } = await live();
  closes(1);
  expect(lives()).toEqual([true, false]);
  await questions[1]?.answer(0, -1);
  expect(lives()).toEqual([true, false]);
  feed.check();
  await questions[2]?.answer(0, 0);
  expect(lives()).toEqual([true, false, true]);
  expect(released()).toEqual(truth(-3, 1));
});

test('a gap found while one close is being proven is repaired after it', async () => {
  const { forming, questions, released, lives } = await live();
  forming(1);
  forming(4);
  expect(questions).toHaveLength(2);
  await questions[1]?.answer(0, 0);
  expect(lives()).toEqual([true, false]);
  await questions[2]?.answer(1, 3);
  expect(released()).toEqual(truth(-3, 3));
  expect(lives()).toEqual([true, false, true]);
});

test('an answer older than the newest repair does not make the stream live', async () => {
  const { feed, forming, closes, questions, released, lives } = await live();
  closes(1);
  feed.lost();
  forming(5, false);
  await questions[1]?.answer(0, 0);
  expect(lives()).toEqual([true, false]);
  await questions[2]?.answer(2, 4);
  expect(lives()).toEqual([true, false, true]);
  expect(released()).toEqual(truth(-3, 4));
});

test('without a flag a close is asked for when its time is over, not before', async () => {
  const { feed, at, forming, questions, released } = await live();
  forming(0);
  at.now = minuteOf(1) - 1;
  feed.check();
  expect(questions).toHaveLength(1);
  at.now = minuteOf(1);
  feed.check();
  await questions[1]?.answer(0, 0);
  expect(released()).toEqual(truth(-3, 0));
});

test('an overdue close is repaired; silence twice cuts, silence thrice is polled', async () => {
  const { feed, at, forming, questions, polled, lives } = await live();
  for (const times of [1, 2]) {
    at.now = minuteOf(1) + 30_001;
    feed.check();
    await questions[times]?.answer(0, -1);
    expect(at.silent).toBe(times - 1);
  }
  feed.check();
  expect(lives()).toEqual([true, false, true, false, true, false]);
  await questions[3]?.answer(0, 0);
  expect(polled).toEqual([candleAt(0)]);
  expect(lives().at(-1)).toBe(false);
  forming(1, false);
  await questions[4]?.answer(1, 0);
  expect(lives().at(-1)).toBe(true);
});

test('failures make it wait longer, and do not hold up the start for ever', async () => {
  const { feed, questions, forming } = bench();
  let isOpen = false;
  void feed.opened.then(() => {
    isOpen = true;
  });
  forming(0, false);
  const askedAt: number[] = [];
  let failures = 0;
  for (let check = 0; check < 30; check += 1) {
    for (; failures < questions.length; failures += 1) await questions[failures]?.fail();
    expect(isOpen).toBe(failures >= 3);
    feed.check();
    if (questions.length > failures) askedAt.push(check);
  }
  expect(askedAt).toEqual([0, 2, 6, 14, 22]);
});

test('a candle from the future is refused, and hides nothing', async () => {
  const { feed, closes, news, released } = await live();
  feed.offer({ candle: candleAt(600), closed: true });
  feed.offer({ candle: candleAt(600), closed: undefined });
  closes(0);
  expect(released()).toEqual(truth(-3, 0));
  expect(news.filter(({ type }) => type === 'candle.rejected')).toHaveLength(2);
});

test('after its end it says nothing more', async () => {
  const { feed, questions, closes, released } = await live();
  closes(1);
  feed.stop();
  await questions[1]?.answer(0, 0);
  expect(released()).toEqual(truth(-3, -1));
});
