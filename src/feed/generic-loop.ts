// Any other exchange of ccxt.pro that has watchOHLCV: one loop per stream, rows copied at once, since
// the client overwrites them. No closed flag survives here; the assembly proves candles by REST.
import type { Exchange } from 'ccxt';
import type { Stream } from '../domain/candle.ts';
import { streamKey } from '../domain/candle.ts';
import { wordsOf } from '../exchange/fault.ts';
import type { Timers } from '../ports.ts';
import { candleOf } from './row.ts';
import { closeClient, cutSockets } from './socket.ts';
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
        for (const row of rows) {
          listener.onKline(stream, { candle: candleOf(row), closed: undefined }, undefined);
        }
      } catch (error) {
        if (stopped) return;
        listener.onLost(wordsOf(error), stream);
        await pause(wait);
        wait = Math.min(retryMs.max, wait * 2);
      }
    }
  }

  return {
    stamped: false,
    lists: (pair) => client.markets?.[pair] !== undefined,
    subscribe(streams) {
      for (const stream of streams) {
        if (running.has(streamKey(stream))) continue;
        running.add(streamKey(stream));
        void loop(stream);
      }
    },
    // Its client has no word for asking again: a new connection does.
    renew: () => cutSockets(client),
    cut: () => cutSockets(client),
    stop() {
      stopped = true;
      return closeClient(client, timers.after);
    },
  };
}
