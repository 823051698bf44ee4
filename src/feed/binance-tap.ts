// Binance without loss: a subclass of the genuine client hands over every kline and trade at the
// moment its frame is parsed, closed flag included. Its watch promises never resolve; they only
// reject, which is how a lost connection is heard of.
import type { pro } from 'ccxt';
import type { Stream } from '../domain/candle.ts';
import { isTimeframe, type Millis } from '../domain/time.ts';
import type { ExchangeClass } from '../exchange/client.ts';
import { wordsOf } from '../exchange/fault.ts';
import type { Timers } from '../ports.ts';
import { numberOf } from './row.ts';
import { closeClient, cutSockets } from './socket.ts';
import type { Source, SourceListener } from './source.ts';

type Binance = InstanceType<typeof pro.binance>;

/** The frames the tap reads: what the protocol promises, believed of no frame before it is looked at. */
interface Frame {
  readonly e?: unknown;
  readonly E?: unknown;
  readonly s?: unknown;
  readonly p?: unknown;
  readonly k?: Readonly<
    Record<'s' | 't' | 'i' | 'x' | 'o' | 'h' | 'l' | 'c' | 'v', unknown>
  > | null;
}

export interface TapHandlers {
  onKline(frame: Frame): void;
  onTrade(frame: Frame): void;
  /** The venue has said that it will end the connection. */
  onShutdown(): void;
  /** What came is no frame of the protocol. */
  onMalformed(reason: string): void;
}

/** Characters of a frame that are shown where it is not understood. */
const SHOWN_MAX = 80;

/** The client class with the tap in place; `handlers` must not throw. */
export function tapped(type: ExchangeClass, handlers: TapHandlers): ExchangeClass<Binance> {
  const Base = type as ExchangeClass<Binance>;
  return class extends Base {
    // Before the client looks up whose message it is: that costs as much as all the rest.
    override handleMessage(
      client: Parameters<Binance['handleMessage']>[0],
      message: Frame | null,
    ): void {
      if (message?.e === 'kline') handlers.onKline(message);
      else if (message?.e === 'trade') handlers.onTrade(message);
      else if (message?.e === 'serverShutdown') handlers.onShutdown();
      else this.#handleRest(client, message);
    }

    /** What the client throws over one bad frame would reject every subscription of the connection. */
    #handleRest(client: Parameters<Binance['handleMessage']>[0], message: Frame | null): void {
      if (message === null || typeof message !== 'object') {
        handlers.onMalformed(`expected an object, was ${String(message).slice(0, SHOWN_MAX)}`);
        return;
      }
      try {
        super.handleMessage(client, message);
      } catch (error) {
        handlers.onMalformed(wordsOf(error));
      }
    }
  };
}

/** Hands frames to `listener` as the feed's own values; of unknown symbols and intervals only their number. */
export function createTapHandlers(
  pairOf: (symbol: string) => string | undefined,
  listener: SourceListener,
): TapHandlers {
  return {
    onKline({ k, E }) {
      const pair = pairOf(textOf(k?.s));
      const timeframe = textOf(k?.i);
      if (k == null || pair === undefined || !isTimeframe(timeframe)) {
        const what = `${textOf(k?.s)} ${timeframe}`.slice(0, SHOWN_MAX);
        listener.onMalformed(`expected a candle of a listed pair, was ${what}`);
        return;
      }
      const candle = {
        openTime: numberOf(k.t),
        open: numberOf(k.o),
        high: numberOf(k.h),
        low: numberOf(k.l),
        close: numberOf(k.c),
        volume: numberOf(k.v),
      };
      listener.onKline({ pair, timeframe }, { candle, closed: k.x === true }, eventTime(E));
    },
    onTrade({ s, p, E }) {
      const pair = pairOf(textOf(s));
      if (pair !== undefined) listener.onPrice(pair, numberOf(p), eventTime(E));
      else
        listener.onMalformed(
          `expected a trade of a listed pair, was ${textOf(s).slice(0, SHOWN_MAX)}`,
        );
    },
    onShutdown: () => listener.onNotice(),
    onMalformed: (reason) => listener.onMalformed(reason),
  };
}

/** Text alone: what JSON can hold besides may not even be turned into text. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** 0, which turns no clock and passes no gate, for what is not a time. */
const eventTime = (at: unknown): Millis =>
  typeof at === 'number' && Number.isSafeInteger(at) ? at : 0;

const retryMs = { first: 100, max: 5000 };
/** From 0.8 to 1.2 times as long, by the clock's own digits: engines cut at once do not dial at once. */
const jittered = (waitMs: Millis, now: Millis): Millis =>
  waitMs * (0.8 + (Math.floor(now) % 1000) / 2500);
/** A subscription that held this long begins anew with the shortest pause. */
const heldMs = 10_000;
/** The client takes no more pairs of trades in one call. */
const PAIRS_A_CALL = 200;

/** Keeps the subscriptions of a connected, tapped client alive. */
export function createBinanceSource(
  client: Binance,
  { timers, monotonic }: { timers: Timers; monotonic(): Millis },
  listener: SourceListener,
): Source {
  // Each new list of streams begins a generation; loops of older ones end at their next rejection.
  let generation = 0;
  let stopped = false;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      timers.after(ms, resolve);
    });

  async function keep(watch: () => Promise<unknown>, onLost: (reason: string) => void) {
    const mine = generation;
    const isMine = (): boolean => !stopped && mine === generation;
    let wait = retryMs.first;
    while (isMine()) {
      const since = monotonic();
      // It resolves only if the tap is not in place; the pause below then keeps the loop from spinning.
      const reason = await watch().then(() => 'expected no answer, was one', wordsOf);
      if (!isMine()) return;
      if (monotonic() - since > heldMs) wait = retryMs.first;
      onLost(reason);
      forgetSubscriptions();
      await pause(jittered(wait, monotonic()));
      wait = Math.min(retryMs.max, wait * 2);
    }
  }

  /** A refused subscription stays registered and is never sent again: forget it, so that it is. */
  function forgetSubscriptions(): void {
    for (const { url, subscriptions } of Object.values(client.clients)) {
      if (!url.includes('/stream')) continue;
      for (const name of Object.keys(subscriptions)) delete subscriptions[name];
    }
  }

  let subscribed: readonly Stream[] = [];

  const source: Source = {
    stamped: true,
    lists: (pair) => client.markets?.[pair] !== undefined,
    subscribe(streams) {
      generation += 1;
      subscribed = streams;
      const list = streams.map(({ pair, timeframe }) => [pair, timeframe]);
      void keep(
        () => client.watchOHLCVForSymbols(list),
        (reason) => listener.onLost(reason),
      );
      const pairs = [...new Set(streams.map(({ pair }) => pair))];
      for (let from = 0; from < pairs.length; from += PAIRS_A_CALL) {
        const some = pairs.slice(from, from + PAIRS_A_CALL);
        // Klines carry prices too: without trades the streams are not lost. Nor is a dead connection
        // missed, which the klines' own loop hears of.
        void keep(
          () => client.watchTradesForSymbols(some),
          () => {},
        );
      }
    },
    renew() {
      forgetSubscriptions();
      source.subscribe(subscribed);
    },
    cut: () => cutSockets(client),
    stop() {
      stopped = true;
      return closeClient(client, timers.after);
    },
  };
  return source;
}
