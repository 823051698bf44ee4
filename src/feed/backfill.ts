// Closed candles by REST, in pages; the client gives each call its deadline once it may be sent. The candle in the making is
// never among them: what was open when the question was asked may be half a candle in the answer.
import type { Exchange } from 'ccxt';
import type { Candle, Stream } from '../domain/candle.ts';
import { type Millis, timeframeMs } from '../domain/time.ts';
import { candleOf } from './row.ts';

const PAGE_BARS = 1000;

export interface History {
  /** Oldest first. */
  readonly closed: readonly Candle[];
  /** The candle in the making, if the venue showed it. */
  readonly forming: Candle | undefined;
}

/**
 * Candles that opened from `since` on. One has closed if the venue itself said so: its time was over at
 * `provenAt`, a market time the venue has reached, or the answer holds its successor. An estimated time
 * would not do: a venue that stood still would have half candles taken for whole ones. Throws what the
 * client throws, or a retryable `VenueFault`.
 */
export async function fetchHistory(
  client: Exchange,
  { pair, timeframe }: Stream,
  since: Millis,
  provenAt: () => Millis,
  onPage: (bars: number) => void = () => {},
): Promise<History> {
  const length = timeframeMs(timeframe);
  const closed: Candle[] = [];
  for (let from = since; ; ) {
    // Before the question: what closes while it is on its way may be half a candle in the answer.
    const proven = provenAt();
    const rows = (await client.fetchOHLCV(pair, timeframe, from, PAGE_BARS)).map(candleOf);
    const asked = rows.filter(({ openTime }) => openTime >= from);
    const last = asked.at(-1);
    if (last === undefined) return { closed, forming: undefined };
    const whole = last.openTime + length <= proven;
    const page = whole ? asked : asked.slice(0, -1);
    closed.push(...page);
    onPage(page.length);
    if (!whole) return { closed, forming: last };
    from = last.openTime + length;
    if (from + length > proven) return { closed, forming: undefined };
  }
}
