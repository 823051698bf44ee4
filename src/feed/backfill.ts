// Closed candles by REST, in pages, each call with a deadline of its own. The candle in the making is
// never among them: what was open when the question was asked may be half a candle in the answer.
import type { Exchange } from 'ccxt';
import type { Candle, Stream } from '../domain/candle.ts';
import { type Millis, timeframeMs } from '../domain/time.ts';
import { withDeadline } from '../exchange/deadline.ts';

const PAGE_BARS = 1000;
const deadlineMs = 15_000;

/**
 * Candles that opened from `since` on and had closed at market time `now`, oldest first. Throws what
 * the client throws, or a retryable `VenueFault`.
 */
export async function fetchClosed(
  client: Exchange,
  { pair, timeframe }: Stream,
  since: Millis,
  now: Millis,
  onPage: (bars: number) => void = () => {},
): Promise<readonly Candle[]> {
  const length = timeframeMs(timeframe);
  const candles: Candle[] = [];
  let from = since;
  while (from + length <= now) {
    const call = client.fetchOHLCV(pair, timeframe, from, PAGE_BARS);
    const rows = (await withDeadline(call, deadlineMs, `candles of ${pair}`)).map(candleOf);
    const closed = rows.filter(({ openTime }) => openTime >= from && openTime + length <= now);
    candles.push(...closed);
    onPage(closed.length);
    const last = closed.at(-1);
    if (last === undefined || rows.length < PAGE_BARS) break;
    from = last.openTime + length;
  }
  return candles;
}

function candleOf(row: readonly unknown[]): Candle {
  const [openTime, open, high, low, close, volume] = row.map(Number);
  const or = (value: number | undefined): number => value ?? Number.NaN;
  return {
    openTime: or(openTime),
    open: or(open),
    high: or(high),
    low: or(low),
    close: or(close),
    volume: or(volume),
  };
}
