// Candles of one symbol at the base interval, and any longer interval folded from them on demand, so
// that the REST answer and the stream can never tell different stories.
import { larger, product, smaller } from './fixed-point.ts';

export interface Bar {
  readonly openTime: number;
  readonly open: bigint;
  readonly high: bigint;
  readonly low: bigint;
  readonly close: bigint;
  readonly volume: bigint;
  readonly quoteVolume: bigint;
  readonly firstTradeId: number;
  readonly tradeCount: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Binance's fixed-length intervals; weeks and months are calendar-bound and not served. */
export const intervalMs: ReadonlyMap<string, number> = new Map([
  ['1s', 1_000],
  ...[1, 3, 5, 15, 30].map((count): [string, number] => [`${count}m`, count * minuteMs]),
  ...[1, 2, 4, 6, 8, 12].map((count): [string, number] => [`${count}h`, count * hourMs]),
  ['1d', 24 * hourMs],
  ['3d', 72 * hourMs],
]);

/** A bar known only by its prices and volume; its quote volume is taken at the close. */
export function historicBar(
  prices: Pick<Bar, 'openTime' | 'open' | 'high' | 'low' | 'close' | 'volume'>,
): Bar {
  const quoteVolume = product(prices.volume, prices.close);
  return { ...prices, quoteVolume, firstTradeId: -1, tradeCount: 0 };
}

function join(left: Bar, right: Bar): Bar {
  return {
    ...left,
    high: larger(left.high, right.high),
    low: smaller(left.low, right.low),
    close: right.close,
    volume: left.volume + right.volume,
    quoteVolume: left.quoteVolume + right.quoteVolume,
    firstTradeId: left.firstTradeId === -1 ? right.firstTradeId : left.firstTradeId,
    tradeCount: left.tradeCount + right.tradeCount,
  };
}

/** All of the given bars as one. */
export const foldAll = (bars: readonly Bar[]): Bar | undefined =>
  bars.length === 0 ? undefined : bars.reduce(join);

const bucketOf = (openTime: number, lengthMs: number): number => openTime - (openTime % lengthMs);

/** Folds base bars into bars of the given length, oldest first; the last one may be incomplete. */
export function fold(bars: readonly Bar[], lengthMs: number): Bar[] {
  const folded: Bar[] = [];
  for (const bar of bars) {
    const openTime = bucketOf(bar.openTime, lengthMs);
    const last = folded.at(-1);
    if (last?.openTime === openTime) folded[folded.length - 1] = join(last, bar);
    else folded.push({ ...bar, openTime });
  }
  return folded;
}

/** The newest bar of the given length only, without folding the whole history. */
export function foldNewest(bars: readonly Bar[], lengthMs: number): Bar | undefined {
  const newest = bars.at(-1);
  if (newest === undefined) return undefined;
  const openTime = bucketOf(newest.openTime, lengthMs);
  let first = bars.length - 1;
  while (first > 0 && (bars[first - 1]?.openTime ?? 0) >= openTime) first -= 1;
  return fold(bars.slice(first), lengthMs)[0];
}
