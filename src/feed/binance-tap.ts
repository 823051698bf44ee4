// Binance without loss: a subclass of the genuine client hands over every kline and trade at the
// moment its frame is parsed, closed flag included. Its watch promises never resolve; they only
// reject, which is how a lost connection is heard of.
import type { pro } from 'ccxt';
import { isTimeframe, type Millis } from '../domain/time.ts';
import type { ExchangeClass } from '../exchange/client.ts';
import { wordsOf } from '../exchange/fault.ts';
import type { Timers } from '../ports.ts';
import type { Source, SourceListener } from './source.ts';

type Binance = InstanceType<typeof pro.binance>;

/** The frames the tap reads; nothing in them is trusted before it is looked at. */
interface Frame {
  readonly E?: number;
  readonly s?: string;
  readonly p?: string;
  readonly k?: Readonly<Record<'o' | 'h' | 'l' | 'c' | 'v', string>> & {
    readonly s: string;
    readonly t: number;
    readonly i: string;
    readonly x: boolean;
  };
}

export interface TapHandlers {
  onKline(frame: Frame): void;
  onTrade(frame: Frame): void;
}

/** The client class with the tap in place; `handlers` must not throw. */
export function tapped(type: ExchangeClass, handlers: TapHandlers): ExchangeClass<Binance> {
  const Base = type as ExchangeClass<Binance>;
  return class extends Base {
    override handleOHLCV(_client: unknown, message: Frame): void {
      handlers.onKline(message);
    }
    override handleTrade(_client: unknown, message: Frame): void {
      handlers.onTrade(message);
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
      const pair = k === undefined ? undefined : pairOf(k.s);
      if (k === undefined || pair === undefined || !isTimeframe(k.i)) return;
      const candle = {
        openTime: k.t,
        open: Number(k.o),
        high: Number(k.h),
        low: Number(k.l),
        close: Number(k.c),
        volume: Number(k.v),
      };
      listener.onKline({ pair, timeframe: k.i }, { candle, closed: k.x === true }, eventTime(E));
    },
    onTrade({ s, p, E }) {
      const pair = s === undefined ? undefined : pairOf(s);
      if (pair !== undefined) listener.onPrice(pair, Number(p), eventTime(E));
    },
  };
}

const eventTime = (at: unknown): Millis | undefined =>
  typeof at === 'number' && Number.isSafeInteger(at) ? at : undefined;

const retryMs = { first: 100, max: 5000 };

/** Keeps the subscriptions of a connected, tapped client alive. */
export function createBinanceSource(
  client: Binance,
  timers: Timers,
  listener: SourceListener,
): Source {
  // Each new list of streams begins a generation; loops of older ones end at their next rejection.
  let generation = 0;
  let stopped = false;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      timers.after(ms, resolve);
    });

  async function keep(watch: () => Promise<unknown>, mine: number): Promise<void> {
    let wait = retryMs.first;
    while (!stopped && mine === generation) {
      try {
        await watch();
        wait = retryMs.first;
      } catch (error) {
        if (stopped || mine !== generation) return;
        listener.onLost(wordsOf(error));
        forgetSubscriptions();
        await pause(wait);
        wait = Math.min(retryMs.max, wait * 2);
      }
    }
  }

  /** A refused subscription stays registered and is never sent again: forget it, so that it is. */
  function forgetSubscriptions(): void {
    for (const socket of sockets()) {
      for (const name of Object.keys(socket.subscriptions)) delete socket.subscriptions[name];
    }
  }

  const sockets = () => Object.values(client.clients).filter(({ url }) => url.includes('/stream'));

  return {
    subscribe(streams) {
      generation += 1;
      const mine = generation;
      const list = streams.map(({ pair, timeframe }) => [pair, timeframe]);
      const pairs = [...new Set(streams.map(({ pair }) => pair))];
      void keep(() => client.watchOHLCVForSymbols(list), mine);
      void keep(() => client.watchTradesForSymbols(pairs), mine);
    },
    cut() {
      for (const socket of sockets()) socket.connection?.terminate();
    },
    async stop() {
      stopped = true;
      await client.close();
    },
  };
}
