// The genuine ccxt.pro client, made safe: loaded without the hundred other exchanges, pointed at a
// loopback endpoint where one is given, its hosts pinned, its secrets kept out of every printout.
import { inspect } from 'node:util';
import type { Exchange } from 'ccxt';
import { VenueFault } from './fault.ts';
import { polite, type UrgencyOf } from './polite.ts';
import type { RateBudget } from './rate-budget.ts';
import { hearSendings } from './sending.ts';

export interface Endpoint {
  /** Loopback URL of a server that speaks the venue's own paths. */
  readonly rest: string;
  readonly stream: string;
}

export interface Credentials {
  readonly key: string;
  readonly secret: string;
}

export interface ExchangeSettings {
  /** ccxt's name of the exchange. */
  readonly name: string;
  readonly endpoint: Endpoint | null;
  readonly credentials: Credentials | null;
  /** How long a signed request stays valid: it bounds how late a lost one can still be accepted. */
  readonly recvWindowMs: number;
  /** What may be sent from this address: one for all clients of the venue. */
  readonly budget: RateBudget;
}

/** Any ccxt.pro exchange class. */
export type ExchangeClass<E extends Exchange = Exchange> = new (options: object) => E;

/** Names are ccxt's own module names; anything else never reaches an import. */
const NAME = /^[a-z][a-z0-9]{1,31}$/;

/** The exchange's ccxt.pro class. Throws `VenueFault` for a name ccxt does not have. */
export async function loadExchange(name: string): Promise<ExchangeClass> {
  const fail = (cause?: unknown): never => {
    throw new VenueFault(`expected an exchange ccxt.pro knows, was ${name}`, {
      retryable: false,
      cause,
    });
  };
  if (!NAME.test(name)) return fail();
  try {
    // A deep import: the package's entry loads every exchange and takes a second and 50 MB.
    const module = await import(new URL(`./src/pro/${name}.js`, import.meta.resolve('ccxt')).href);
    return module.default;
  } catch (error) {
    return fail(error);
  }
}

const isLoopback = (host: string): boolean => /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(host);

/** Binance's own paths under one origin; ccxt appends a stream number to the market-data URL. */
const binanceUrls = ({ rest, stream }: Endpoint): object => ({
  public: `${rest}/api/v3`,
  private: `${rest}/api/v3`,
  v1: `${rest}/api/v1`,
  sapi: `${rest}/sapi/v1`,
  ws: { spot: `${stream}/stream/ws`, 'ws-api': { spot: `${stream}/ws-api/v3` } },
});

/** Constructor options; amounts stay the exact text of the wire wherever ccxt lets them. */
const optionsOf = ({ credentials, recvWindowMs }: ExchangeSettings): object => ({
  ...(credentials === null ? {} : { apiKey: credentials.key, secret: credentials.secret }),
  number: String,
  newUpdates: true,
  // For frames of sockets only: the default limiter would send one after its socket was cut.
  rateLimiterAlgorithm: 'rollingWindow',
  rollingWindowSize: 60_000,
  // A server that answers no pings is noticed in seconds, not in Binance's nine minutes.
  streaming: { keepAlive: 10_000, maxPingPongMisses: 2 },
  options: {
    recvWindow: recvWindowMs,
    fetchMarkets: { types: ['spot'] },
    fetchCurrencies: false,
    fetchMargins: false,
    // Every market stream on one connection: one death to notice, one subscription to renew.
    streamLimits: { spot: 1 },
    subscriptionLimitByStream: { spot: 1000 },
    ws: { cost: 1, backoff: { base: 500, factor: 2, max: 15_000, stableAfter: 10_000 } },
  },
});

/**
 * Builds a client of `type` within its budget, pins its hosts and hides its secrets. What a request is for
 * says `urgencyOf`; market data, unless told otherwise. Throws `VenueFault`.
 */
export async function createClient<E extends Exchange>(
  type: ExchangeClass<E>,
  settings: ExchangeSettings,
  urgencyOf: UrgencyOf = () => 'data',
): Promise<E> {
  const own = hostsOf(new type({}).urls['api']);
  const client = new (polite(type, settings.budget, urgencyOf))(optionsOf(settings));
  if (settings.endpoint !== null) {
    // Whole, not merged: what has no loopback address must not be reachable at all.
    client.urls = { ...client.urls, api: binanceUrls(settings.endpoint) };
    await client.loadHttpProxyAgent();
  }
  pinHosts(client, own);
  widenErrors(client);
  // Never a second createOrder behind our back.
  client.options['maxRetriesOnFailure'] = 0;
  client.verbose = false;
  client.log = () => {};
  hearSendings(client);
  hideSecrets(client);
  return client;
}

/** Off Binance's own host ccxt forgets the spot error table; it is needed on loopback as well. */
function widenErrors(client: Exchange): void {
  const spot: unknown = client.exceptions?.['spot']?.exact;
  if (spot === undefined) return;
  client.exceptions['exact'] = { ...client.exceptions['exact'], ...Object(spot) };
}

/** Every URL the client may use belongs to the venue itself or to this machine. */
function pinHosts(client: Exchange, own: ReadonlySet<string>): void {
  for (const host of hostsOf(client.urls['api'])) {
    if (own.has(host) || isLoopback(host)) continue;
    throw new VenueFault(`expected the venue's own host or loopback, was ${host}`, {
      retryable: false,
    });
  }
}

function hostsOf(urls: unknown): Set<string> {
  if (typeof urls === 'string') {
    return new Set(URL.canParse(urls) ? [new URL(urls).hostname] : []);
  }
  if (urls === null || typeof urls !== 'object') return new Set();
  return new Set(Object.values(urls).flatMap((part) => [...hostsOf(part)]));
}

/** A printed or serialised client says its name and nothing else. */
function hideSecrets(client: Exchange): void {
  const plain = (): string => `[exchange ${client.id}]`;
  Object.defineProperty(client, 'toJSON', { value: plain });
  Object.defineProperty(client, inspect.custom, { value: plain });
}
