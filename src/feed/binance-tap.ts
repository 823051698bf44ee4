// Binance without loss: a subclass of the genuine client hands over every kline and trade at the
// moment its frame is parsed, closed flag included. Its watch promises never resolve; they only
// reject, which is how a lost connection is heard of.
import type { pro } from 'ccxt';
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
}

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
      else super.handleMessage(client, message);
    }
  };
}

/** Hands frames to `listener` as the feed's own values; unknown symbols and intervals are left out. */
export function createTapHandlers(
  pairOf: (symbol: string) => string | undefined,
  listener: SourceListener,
): TapHandlers {
  return {
    onKline({ k, E }) {
      const pair = pairOf(String(k?.s));
      const timeframe = String(k?.i);
      if (k == null || pair === undefined || !isTimeframe(timeframe)) return;
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
      const pair = pairOf(String(s));
      if (pair !== undefined) listener.onPrice(pair, numberOf(p), eventTime(E));
    },
  };
}

/** 0, which turns no clock and passes no gate, for what is not a time. */
const eventTime = (at: unknown): Millis =>
  typeof at === 'number' && Number.isSafeInteger(at) ? at : 0;

const retryMs = { first: 100, max: 5000 };
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
      await pause(wait);
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

  return {
    stamped: true,
    lists: (pair) => client.markets?.[pair] !== undefined,
    subscribe(streams) {
      generation += 1;
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
    cut: () => cutSockets(client),
    stop() {
      stopped = true;
      return closeClient(client);
    },
  };
}
