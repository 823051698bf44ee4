// The market as a trader gets it: frames over a connection that loses, doubles, delays and breaks them, and history
// by REST. The genuine feed, its assembly and its watchdogs stand on it.
import type { Exchange } from 'ccxt';
import { type Candle, type Stream, streamKey } from '../../src/domain/candle.ts';
import { type Millis, timeframeMs } from '../../src/domain/time.ts';
import type { Source, SourceListener } from '../../src/feed/source.ts';
import type { EventQueue } from './event-queue.ts';
import type { Life } from './life.ts';
import { type PairMarket, stepMs } from './market.ts';
import type { Fate } from './swarm.ts';
import type { Trace } from './trace.ts';

export interface MarketWorld {
  readonly queue: EventQueue;
  readonly fate: Fate;
  readonly trace: Trace;
  readonly markets: ReadonlyMap<string, PairMarket>;
}

/** When a subscription is silent, in true time: its own fate, so that streams come back in any order. */
interface Subscription {
  readonly stream: Stream;
  silentUntil: Millis;
}

/** What is no price. */
const BROKEN = [Number.NaN, 0, -1, Number.POSITIVE_INFINITY] as const;

const rowOf = ({ openTime, open, high, low, close, volume }: Candle): readonly number[] => [
  ...[openTime, open, high, low, close, volume],
];

/** Frames of one connection of one life. */
export class MarketWire {
  readonly #world: MarketWorld;
  readonly #life: Life;
  readonly #listener: SourceListener;
  #subscriptions: readonly Subscription[] = [];
  #isConnected = true;
  #isStopped = false;

  constructor(world: MarketWorld, life: Life, listener: SourceListener) {
    this.#world = world;
    this.#life = life;
    this.#listener = listener;
    this.#beat();
  }

  connected(): { client: Exchange; source: Source } {
    return { client: this.#client() as unknown as Exchange, source: this.#source() };
  }

  #source(): Source {
    return {
      stamped: true,
      lists: (pair) => this.#world.markets.has(pair),
      subscribe: (streams) => {
        const known = new Map(
          this.#subscriptions.map((one) => [streamKey(one.stream), one] as const),
        );
        this.#subscriptions = streams.map(
          (stream) => known.get(streamKey(stream)) ?? { stream, silentUntil: 0 },
        );
      },
      renew: () => {
        this.#world.trace.met('subscription renewed');
        // It may help, or not.
        for (const one of this.#subscriptions) {
          if (this.#world.fate.draw('renew') < 0.5) one.silentUntil = 0;
        }
      },
      cut: () => this.#lose('cut by ourselves'),
      stop: async () => {
        this.#isStopped = true;
      },
    };
  }

  #client() {
    const { queue, markets } = this.#world;
    const marketOf = (pair: string): PairMarket => {
      const market = markets.get(pair);
      if (market === undefined) throw new RangeError(`expected a pair of the market, was ${pair}`);
      return market;
    };
    return {
      has: { fetchTime: true },
      fetchTime: () => this.#answered(() => queue.now),
      fetchTicker: (pair: string) =>
        this.#answered(() => ({ last: marketOf(pair).price(queue.now) })),
      fetchOHLCV: (pair: string, timeframe: Stream['timeframe'], since: Millis, limit: number) =>
        this.#answered(() => {
          const [market, length] = [marketOf(pair), timeframeMs(timeframe)];
          const rows: (readonly number[])[] = [];
          for (let at = since; at <= queue.now && rows.length < limit; at += length) {
            const isWhole = at + length <= queue.now;
            rows.push(
              rowOf(isWhole ? market.candle(at, length) : market.forming(queue.now, length)),
            );
          }
          return rows;
        }),
    };
  }

  #answered<T>(value: () => T): Promise<T> {
    const { queue, fate, trace } = this.#world;
    return this.#life.survives(
      new Promise((resolve, reject) => {
        if (!this.#life.passes('question.leaves')) return;
        if (fate.strikes('requestLost') || fate.strikes('replyLost')) {
          trace.met('history question lost');
          queue.after(fate.skewed('lost', 20, 10_000), () => reject(new Error('connection reset')));
          return;
        }
        queue.after(fate.between('latency', 2, 80), () => {
          const answer = value();
          queue.after(fate.between('latency', 2, 80), () => {
            if (this.#life.passes('question.answered')) resolve(answer);
          });
        });
      }),
    );
  }

  /** Each step of the market is told, and the close of what closed with it. */
  #beat(): void {
    const { queue, fate, trace } = this.#world;
    if (this.#life.isOver || this.#isStopped) return;
    const next = (Math.floor(queue.now / stepMs) + 1) * stepMs;
    queue.at(next, () => this.#beat());
    if (!this.#isConnected) return;
    if (fate.strikes('marketCut')) {
      trace.met('market stream cut');
      this.#lose('the connection was lost');
      return;
    }
    const at = queue.now;
    const told = new Set<string>();
    for (const one of this.#subscriptions) {
      if (fate.strikes('streamSilent')) {
        trace.met('stream silent');
        one.silentUntil = at + fate.skewed('silence', 2000, 180_000);
      }
      if (at < one.silentUntil) continue;
      this.#klines(one.stream, at);
      const { pair } = one.stream;
      if (!told.has(pair)) this.#price(pair, at);
      told.add(pair);
    }
  }

  #klines(stream: Stream, at: Millis): void {
    const { markets, fate, trace } = this.#world;
    const market = markets.get(stream.pair);
    if (market === undefined) return;
    const length = timeframeMs(stream.timeframe);
    if (at % length === 0 && at > 0) {
      const candle = market.candle(at - length, length);
      this.#frame(() => this.#listener.onKline(stream, { candle, closed: true }, at));
      if (fate.strikes('candleCorrected')) {
        trace.met('candle corrected');
        const other = { ...candle, volume: candle.volume + 0.5 };
        this.#frame(() => this.#listener.onKline(stream, { candle: other, closed: true }, at + 1));
      }
    }
    const candle = market.forming(at, length);
    const close = this.#sound(candle.close);
    if (close !== candle.close) {
      this.#frame(() =>
        this.#listener.onKline(stream, { candle: { ...candle, close }, closed: true }, at),
      );
    }
    this.#frame(() => this.#listener.onKline(stream, { candle, closed: false }, at));
  }

  #price(pair: string, at: Millis): void {
    const price = this.#sound(this.#world.markets.get(pair)?.price(at));
    if (price !== undefined) this.#frame(() => this.#listener.onPrice(pair, price, at));
  }

  /** A number as it is, or as a venue gone wrong has it. */
  #sound<T extends number | undefined>(value: T): T | number {
    const { fate, trace } = this.#world;
    if (!fate.strikes('numberBroken')) return value;
    trace.met('number broken');
    return BROKEN[Math.floor(fate.draw('broken') * BROKEN.length)] ?? Number.NaN;
  }

  #frame(deliver: () => void): void {
    const { queue, fate, trace } = this.#world;
    if (fate.strikes('frameLost')) {
      trace.met('frame lost');
      return;
    }
    const give = (delayMs: Millis): void => {
      queue.after(delayMs, () => {
        if (!this.#isConnected || this.#isStopped || !this.#life.passes('frame.comes')) return;
        deliver();
      });
    };
    if (fate.strikes('frameBroken')) {
      trace.met('frame broken');
      queue.after(1, () => {
        if (this.#isConnected && this.#life.passes('frame.comes')) {
          this.#listener.onMalformed('a frame broken in its middle');
        }
      });
      return;
    }
    const late = fate.strikes('frameLate') ? fate.skewed('frame', 10, 8000) : 0;
    if (late > 0) trace.met('frame late');
    // In order, where nothing goes wrong.
    give(3 + late);
    if (fate.strikes('frameTwice')) {
      trace.met('frame twice');
      give(3 + late + fate.between('latency', 0, 50));
    }
  }

  #lose(reason: string): void {
    const { queue, fate } = this.#world;
    if (!this.#isConnected) return;
    this.#isConnected = false;
    this.#listener.onLost(reason);
    queue.after(fate.isAwake ? fate.skewed('redial', 100, 60_000) : 200, () => {
      this.#isConnected = true;
      for (const one of this.#subscriptions) one.silentUntil = 0;
    });
  }
}
