// What a venue trades, as instruments with exact decimals. Quantities obey both of the venue's lot
// filters, since an order may be a market or a limit order: the coarser step, the narrower range.
import type { Exchange, MarketInterface } from 'ccxt';
import type { Instrument } from '../domain/instrument.ts';
import { type Decimal, money, parseDecimal, quantity } from '../domain/money.ts';
import { type After, withDeadline } from '../exchange/deadline.ts';
import { VenueFault, wordsOf } from '../exchange/fault.ts';
import { isWords } from './wire.ts';

const deadlineMs = 30_000;
/** Where a venue names no upper bound. */
const UNBOUNDED = '1e30';

/**
 * The venue's spot instruments by pair. Loads anew each time; what was listed before and is not any more
 * stays, as not traded: who holds it must be able to ask for an exit. Throws `VenueFault`.
 */
export async function loadInstruments(
  client: Exchange,
  after: After,
): Promise<Map<string, Instrument>> {
  const before = { ...client.markets };
  try {
    // `true`: a failed first load is otherwise remembered for ever.
    await withDeadline(client.loadMarkets(true), deadlineMs, 'the rules of trading', after);
  } catch (error) {
    throw new VenueFault(`expected the rules of trading, was ${wordsOf(error)}`, {
      retryable: true,
      cause: error,
    });
  }
  const listed = Object.keys(client.markets ?? {}).length;
  // An empty list is a slip of the venue, not the end of all markets.
  if (listed === 0) {
    if (Object.keys(before).length > 0) client.setMarkets(before);
    throw new VenueFault('expected the rules of trading, was none', { retryable: true });
  }
  keepUnlisted(client, before);
  return instrumentsOf(client);
}

function keepUnlisted(client: Exchange, before: NonNullable<Exchange['markets']>): void {
  const markets = client.markets ?? {};
  for (const market of Object.values(before)) {
    if (market === undefined || markets[market.symbol] !== undefined) continue;
    const kept = { ...market, active: false };
    markets[market.symbol] = kept;
    if (client.markets_by_id !== undefined) client.markets_by_id[String(market.id)] ??= [kept];
  }
}

/** Instruments of the markets a client has loaded; those without a step, a tick or a minimum are left out. */
export function instrumentsOf(client: Exchange): Map<string, Instrument> {
  const instruments = new Map<string, Instrument>();
  for (const market of Object.values(client.markets ?? {})) {
    const instrument = market?.spot === true ? instrumentOf(market) : undefined;
    if (instrument !== undefined) instruments.set(instrument.pair, instrument);
  }
  return instruments;
}

function instrumentOf(market: MarketInterface): Instrument | undefined {
  const { limits, precision, symbol: pair, base, quote } = market;
  const steps = [precision.amount, marketLot(market.info, 'stepSize')].map(above0);
  const lows = [limits.amount?.min, marketLot(market.info, 'minQty')].map(above0);
  const highs = [limits.amount?.max, marketLot(market.info, 'maxQty')].map(above0);
  const stepSize = extreme(steps, 'greatest');
  const tickSize = above0(precision.price);
  if (stepSize === undefined || tickSize === undefined) return undefined;
  return {
    pair,
    base,
    quote,
    active: market.active === true,
    tickSize,
    stepSize,
    quantityMin: quantity(extreme(lows, 'greatest') ?? stepSize),
    quantityMax: quantity(extreme(highs, 'least') ?? UNBOUNDED),
    notionalMin: money(above0(limits.cost?.min) ?? 0),
  };
}

/** A value above zero; venues write 0 for a filter that is off. */
function above0(value: unknown): Decimal | undefined {
  const parsed = parseDecimal(value);
  return parsed?.gt(0) === true ? parsed : undefined;
}

function extreme(
  values: readonly (Decimal | undefined)[],
  which: 'greatest' | 'least',
): Decimal | undefined {
  let best: Decimal | undefined;
  for (const value of values) {
    if (value === undefined) continue;
    const better = best === undefined || (which === 'greatest' ? value.gt(best) : value.lt(best));
    if (better) best = value;
  }
  return best;
}

/** Binance's filter for market orders; ccxt passes its range on but not its step. */
function marketLot(info: unknown, name: string): unknown {
  const filters = isWords(info) ? info['filters'] : undefined;
  if (!Array.isArray(filters)) return undefined;
  const filter = filters.find(
    (part: unknown) => isWords(part) && part['filterType'] === 'MARKET_LOT_SIZE',
  );
  return isWords(filter) ? filter[name] : undefined;
}
