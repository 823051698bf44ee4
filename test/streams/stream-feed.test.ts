// One stream between frames and REST whose answers come when the test lets them: what is asked, when it
// is live, and that no order of answers leaves it stuck or live with a hole.
import { afterEach, describe, expect, test } from 'vitest';
import { type Candle, emptyCandle } from '../../src/domain/candle.ts';
import type { Timeframe } from '../../src/domain/time.ts';
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
  tell(closed: readonly Candle[], forming?: Candle): Promise<void>;
  fail(): Promise<void>;
}

/** Lets everything that waits for a promise go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The feed looks at its streams; none waits by itself. */
function expectNoWait(): never {
  throw new Error('expected no timer');
}

const opened: StreamFeed[] = [];
afterEach(() => {
  for (const feed of opened.splice(0)) feed.stop();
});

function bench(timeframe: Timeframe = '1m') {
  const questions: Question[] = [];
  const candles: ClosedCandle[] = [];
  const news: FeedNews[] = [];
  const polled: Candle[] = [];
  const at = { now: minuteOf(0) + 1000, wall: 0, mayAsk: true, price: Number.NaN };
  const remedies: string[] = [];
  const feed = new StreamFeed({
    stream: { pair, timeframe },
    bars: 3,
    timers: { after: expectNoWait, every: expectNoWait },
    monotonic: () => at.wall,
    mayAsk: () => at.mayAsk,
    lastPrice: async () => at.price,
    marketTime: () => at.now,
    provenTime: () => at.now,
    candlesSince: (since) =>
      new Promise<History>((resolve, reject) => {
        questions.push({
          since,
          async answer(from, to) {
            const length = to - from + 1;
            await this.tell(Array.from({ length }, (_, index) => candleAt(from + index)));
          },
          async tell(closed, forming) {
            resolve({ closed, forming });
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
    onSilent: (remedy) => remedies.push(remedy),
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
  return { feed, questions, at, polled, news, remedies, forming, closes, released, lives };
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

test('an overdue close is repaired; overdue twice without a frame, it is polled', async () => {
  const { feed, at, forming, questions, polled, remedies, lives } = await live();
  at.now = minuteOf(1) + 30_001;
  feed.check();
  await questions[1]?.answer(0, -1);
  expect(lives()).toEqual([true, false, true]);
  feed.check();
  expect(lives()).toEqual([true, false, true, false]);
  await questions[2]?.answer(0, 0);
  expect(polled).toEqual([candleAt(0)]);
  expect(lives().at(-1)).toBe(false);
  at.wall = 20_000;
  feed.check();
  expect(remedies).toEqual(['renew']);
  forming(1, false);
  await questions[3]?.answer(1, 0);
  expect(lives().at(-1)).toBe(true);
});

test('overdue closes of a market in which nobody trades are no silence', async () => {
  const { feed, at, questions, lives } = await live();
  for (const minute of [1, 2, 3, 4]) {
    at.now = minuteOf(minute) + 30_001;
    feed.check();
    await questions[minute]?.tell([emptyCandle(minuteOf(minute - 1), candleAt(-1).close)]);
  }
  expect(lives()).toEqual([true, false, true, false, true, false, true, false, true]);
});

describe('a stream that falls silent', () => {
  /** Live, last heard at 0 with this minute's candle. */
  async function silent() {
    const made = await live();
    made.forming(0, false);
    for (made.at.wall = 1000; made.at.wall <= 10_000; made.at.wall += 1000) made.feed.check();
    expect(made.questions).toHaveLength(1);
    made.feed.check();
    expect(made.questions).toHaveLength(2);
    return made;
  }
  const heard = emptyCandle(minuteOf(0), candleAt(0).open);

  test('with nothing missed: it stays live, and is looked into ever more rarely', async () => {
    const { feed, at, questions, lives } = await silent();
    await questions[1]?.tell([], { ...heard, volume: 0 });
    const looks: number[] = [];
    for (let second = 12; second < 200; second += 1) {
      at.wall = second * 1000;
      const before = questions.length;
      feed.check();
      if (questions.length === before) continue;
      looks.push(second);
      await questions.at(-1)?.tell([], heard);
    }
    expect(looks).toEqual([32, 73, 154]);
    expect(lives()).toEqual([true]);
  });

  test.each([
    { what: 'trading', closed: [], forming: { ...heard, volume: 3 } },
    { what: 'a close', closed: [candleAt(0)], forming: undefined },
    { what: 'a new price', closed: [], forming: { ...heard, volume: 1, close: 1 } },
  ])(
    'with $what missed: stale at once, polled, and subscribed anew',
    async ({ closed, forming }) => {
      const { feed, questions, news, remedies } = await silent();
      await questions[1]?.tell(closed, forming);
      expect(news.at(-1)).toMatchObject({ type: 'stream.stale', reason: 'stream.silent' });
      await questions[2]?.tell(closed, forming);
      feed.check();
      expect(remedies).toEqual(['renew']);
    },
  );

  test('of hours: as soon as one of minutes', async () => {
    const { feed, at, forming, questions, lives } = bench('1h');
    forming(0, false);
    await questions[0]?.tell([plainCandle(pair, minuteOf(-60))]);
    forming(0, false);
    at.wall = 11_000;
    feed.check();
    await questions[1]?.tell([], { ...heard, volume: 3 });
    expect(lives()).toEqual([true, false]);
  });

  test('with REST down or not answering: stale within 15 s', async () => {
    const failing = await silent();
    await failing.questions[1]?.fail();
    expect(failing.lives()).toEqual([true, false]);
    const hanging = await silent();
    for (const second of [12, 13, 14]) {
      expect(hanging.lives()).toEqual([true]);
      hanging.at.wall = second * 1000;
      hanging.feed.check();
    }
    expect(hanging.lives()).toEqual([true, false]);
  });

  test('heard again before the answer came: it stays live whatever the answer says', async () => {
    const { forming, questions, lives } = await silent();
    forming(0, false);
    await questions[1]?.tell([], { ...heard, volume: 3 });
    expect(lives()).toEqual([true]);
  });

  test('when REST has had its share of questions, it waits its turn', async () => {
    const made = await live();
    made.at.wall = 11_000;
    made.at.mayAsk = false;
    made.feed.check();
    expect(made.questions).toHaveLength(1);
    made.at.mayAsk = true;
    made.feed.check();
    expect(made.questions).toHaveLength(2);
  });

  test('cut and never back: candles and prices by REST, the remedies ever more rarely', async () => {
    const { feed, at, questions, polled, remedies } = await live();
    feed.lost();
    const asked: number[] = [];
    for (let second = 1; second <= 60; second += 1) {
      at.wall = second * 1000;
      const before = questions.length;
      feed.check();
      if (questions.length === before) continue;
      asked.push(second);
      await questions.at(-1)?.tell([], heard);
    }
    expect(asked.slice(0, 3)).toEqual([1, 6, 11]);
    expect(polled).toHaveLength(asked.length);
    expect(remedies).toEqual(['renew', 'renew', 'cut', 'cut', 'cut']);
  });
});

describe('a close out of all proportion', () => {
  const crashed = { ...candleAt(0), low: 0.01, close: 0.02 };

  test('is held until REST and the ticker say the same, the stream stale meanwhile', async () => {
    const { feed, at, questions, released, lives, news } = await live();
    at.now = minuteOf(1);
    at.price = 0.021;
    feed.offer({ candle: crashed, closed: true });
    expect(news.some(({ type }) => type === 'candle.rejected')).toBe(true);
    expect(lives()).toEqual([true, false]);
    await questions[1]?.tell([crashed]);
    expect(released().at(-1)).toEqual(crashed);
    expect(lives()).toEqual([true, false, true]);
  });

  test.each([Number.NaN, candleAt(0).close])(
    'is not believed of REST alone: the ticker says %d',
    async (price) => {
      const { feed, at, questions, released, lives } = await live();
      at.now = minuteOf(1);
      at.price = price;
      feed.offer({ candle: crashed, closed: true });
      await questions[1]?.tell([crashed]);
      expect(released()).toEqual(truth(-3, -1));
      expect(lives()).toEqual([true, false]);
      at.price = 0.02;
      feed.check();
      await questions[2]?.tell([crashed]);
      expect(released().at(-1)).toEqual(crashed);
      expect(lives().at(-1)).toBe(true);
    },
  );
});

test('a candle the stream told as open is not closed by a venue that dates events ahead', async () => {
  const { feed, at, forming, questions, released } = await live();
  forming(0, false);
  // An event of this venue said that the minute is over; it is not, and REST shows half a candle.
  at.now = minuteOf(1) + 5000;
  feed.lost();
  feed.check();
  await questions[1]?.tell([{ ...candleAt(0), volume: 1 }]);
  expect(released()).toEqual(truth(-3, -1));
});

test('a proof of one close compares the two before with REST: a late change is said', async () => {
  const { feed, at, forming, questions, released, news } = await live();
  forming(0);
  at.now = minuteOf(1);
  feed.check();
  expect(questions[1]?.since).toBe(minuteOf(-2));
  const changed = { ...candleAt(-1), volume: 999 };
  await questions[1]?.tell([candleAt(-2), changed, candleAt(0)]);
  expect(news.filter(({ type }) => type === 'candle.corrected')).toEqual([
    expect.objectContaining({ was: candleAt(-1), is: changed }),
  ]);
  expect(released()).toEqual(truth(-3, 0));
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
