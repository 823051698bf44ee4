// Any other exchange of ccxt.pro that has watchOHLCV: one loop per stream, rows copied at once, since
// the client overwrites them. No closed flag survives here; the assembly proves candles by REST.
import type { Exchange } from 'ccxt';
import type { Stream } from '../domain/candle.ts';
import { streamKey } from '../domain/candle.ts';
import { wordsOf } from '../exchange/fault.ts';
import type { Timers } from '../ports.ts';
import type { Source, SourceListener } from './source.ts';

const retryMs = { first: 250, max: 10_000 };

/** One watch loop per stream over a client whose markets are loaded. */
export function createLoopSource(
  client: Exchange,
  timers: Timers,
  listener: SourceListener,
): Source {
  const running = new Set<string>();
  let stopped = false;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      timers.after(ms, resolve);
    });

  async function loop(stream: Stream): Promise<void> {
    let wait = retryMs.first;
    while (!stopped) {
      try {
        const rows = await client.watchOHLCV(stream.pair, stream.timeframe);
        wait = retryMs.first;
        for (const row of rows) take(stream, row);
      } catch (error) {
        if (stopped) return;
        listener.onLost(wordsOf(error));
        await pause(wait);
        wait = Math.min(retryMs.max, wait * 2);
      }
    }
  }

  function take(stream: Stream, row: readonly unknown[]): void {
    const [openTime, open, high, low, close, volume] = row.map(Number);
    const candle = {
      openTime: openTime ?? Number.NaN,
      open: open ?? Number.NaN,
      high: high ?? Number.NaN,
      low: low ?? Number.NaN,
      close: close ?? Number.NaN,
      volume: volume ?? Number.NaN,
    };
    // Rows carry no event time: the machine's clock is the best there is.
    listener.onKline(stream, { candle, closed: undefined }, undefined);
    listener.onPrice(stream.pair, candle.close, undefined);
  }

  return {
    subscribe(streams) {
      for (const stream of streams) {
        if (running.has(streamKey(stream))) continue;
        running.add(streamKey(stream));
        void loop(stream);
      }
    },
    cut() {
      for (const socket of Object.values(client.clients)) socket.connection?.terminate();
    },
    async stop() {
      stopped = true;
      await client.close();
    },
  };
}
