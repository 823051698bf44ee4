// A live feed for an exchange by its name: the lossless tap for Binance, watch loops for any other.
import type { Exchange } from 'ccxt';
import { createClient, type ExchangeSettings, loadExchange } from '../exchange/client.ts';
import { type After, withDeadline } from '../exchange/deadline.ts';
import { VenueFault, wordsOf } from '../exchange/fault.ts';
import type { Clock, Feed, Log, Timers } from '../ports.ts';
import { createBinanceSource, createTapHandlers, tapped } from './binance-tap.ts';
import { createLoopSource } from './generic-loop.ts';
import { LiveFeed } from './live-feed.ts';
import type { Source, SourceListener } from './source.ts';

const marketsMs = 20_000;

export interface Bench {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

/** The feed of an exchange. It dials when it is started. */
export function connectFeed(settings: ExchangeSettings, bench: Bench): Feed {
  return new LiveFeed({
    ...bench,
    connect: (listener) =>
      settings.name === 'binance'
        ? connectBinance(settings, bench, listener)
        : connectOther(settings, bench, listener),
  });
}

type Connected = Promise<{ client: Exchange; source: Source }>;

async function connectBinance(
  settings: ExchangeSettings,
  { timers, clock }: Bench,
  listener: SourceListener,
): Connected {
  const pairs = new Map<string, string>();
  const handlers = createTapHandlers((symbol) => pairs.get(symbol), listener);
  const client = await createClient(tapped(await loadExchange('binance'), handlers), settings);
  dialOurselves(client);
  await loadMarkets(client, timers.after);
  for (const market of Object.values(client.markets ?? {})) {
    if (market?.spot === true) pairs.set(String(market.id), market.symbol);
  }
  return {
    client,
    source: createBinanceSource(client, { timers, monotonic: clock.monotonic }, listener),
  };
}

async function connectOther(
  settings: ExchangeSettings,
  { timers }: Bench,
  listener: SourceListener,
): Connected {
  const client = await createClient(await loadExchange(settings.name), settings);
  if (client.has['watchOHLCV'] !== true) {
    throw new VenueFault(`expected an exchange with live candles, was ${settings.name}`, {
      retryable: false,
    });
  }
  await loadMarkets(client, timers.after);
  return { client, source: createLoopSource(client, timers, listener) };
}

/**
 * The source pauses before it dials again, on the feed's own timers: the client need not wait as well. A peer
 * that answers no pings is noticed whether its market trades or not: two missed ones, in 12 s at most.
 */
function dialOurselves(client: Exchange): void {
  client.options['ws'] = { ...client.options['ws'], backoff: { base: 0 } };
  client.streaming = { ...client.streaming, keepAlive: 4000, maxPingPongMisses: 1.9 };
}

/** A failed first load would poison the client for ever: each try reloads. */
async function loadMarkets(client: Exchange, after: After): Promise<void> {
  try {
    await withDeadline(client.loadMarkets(true), marketsMs, 'the list of markets', after);
  } catch (error) {
    await client.close();
    throw new VenueFault(`markets could not be loaded: ${wordsOf(error)}`, {
      retryable: true,
      cause: error,
    });
  }
}
