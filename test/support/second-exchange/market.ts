// One symbol's market: plays given candles as a walk from open through both extremes to close, with
// trades in between, and stands a small book around the last price.
import { type Bar, historicBar } from './candle-series.ts';
import { amount, floorTo, larger, product, smaller } from './fixed-point.ts';

export interface CandleText {
  readonly openTime: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
}

export interface MarketOptions {
  readonly base: string;
  readonly quote: string;
  readonly tickSize: string;
  readonly stepSize: string;
  readonly minNotional: string;
  /** Contiguous candles of the exchange's base interval, oldest first. */
  readonly candles: readonly CandleText[];
  /** How many of them are already history when the exchange starts. */
  readonly history: number;
}

export interface PublicTrade {
  readonly id: number;
  readonly price: bigint;
  readonly quantity: bigint;
  readonly at: number;
  readonly buyerIsMaker: boolean;
}

const toBar = (text: CandleText): Bar =>
  historicBar({
    openTime: text.openTime,
    open: amount(text.open),
    high: amount(text.high),
    low: amount(text.low),
    close: amount(text.close),
    volume: amount(text.volume),
  });

/** Prices on the way open → nearer extreme → other extreme → close, in the given number of steps. */
export function walk(bar: Bar, steps: number, tick: bigint): bigint[] {
  const rising = bar.close >= bar.open;
  const corners = [
    bar.open,
    rising ? bar.low : bar.high,
    rising ? bar.high : bar.low,
    bar.close,
  ] as const;
  const marks = [0, Math.round((steps - 1) / 3), Math.round((2 * (steps - 1)) / 3), steps - 1];
  return Array.from({ length: steps }, (_, step) => {
    const leg = marks.findLastIndex((mark) => mark <= step);
    const from = corners[leg] ?? bar.close;
    const to = corners[leg + 1];
    const start = marks[leg] ?? 0;
    if (to === undefined || step === start) return from;
    const length = BigInt((marks[leg + 1] ?? steps) - start);
    const raw = from + ((to - from) * BigInt(step - start)) / length;
    return larger(floorTo(raw, tick), bar.low);
  });
}

export class Market {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly tick: bigint;
  readonly step: bigint;
  readonly minNotional: bigint;
  /** Every bar the outside may see, the forming one last. */
  readonly bars: Bar[];
  readonly upcoming: readonly Bar[];
  last: bigint;
  private nextTradeId = 3_735_683_000;

  constructor(options: MarketOptions) {
    this.base = options.base;
    this.quote = options.quote;
    this.symbol = `${options.base}${options.quote}`;
    this.tick = amount(options.tickSize);
    this.step = amount(options.stepSize);
    this.minNotional = amount(options.minNotional);
    const bars = options.candles.map(toBar);
    this.bars = bars.slice(0, options.history);
    this.upcoming = bars.slice(options.history);
    const known = this.bars.at(-1);
    if (known === undefined) throw new Error('expected at least one candle of history, was none');
    this.last = known.close;
  }

  takeTradeId(): number {
    this.nextTradeId += 1;
    return this.nextTradeId;
  }

  /** Moves to one step of a candle's walk: prints the step's trades and updates the forming bar. */
  print(target: Bar, price: bigint, quantity: bigint, at: number): PublicTrade[] {
    const third = floorTo(quantity / 3n, this.step);
    const buyerIsMaker = price < this.last;
    const trades = [third, quantity - third]
      .filter((part) => part > 0n)
      .map((part) => ({ id: this.takeTradeId(), price, quantity: part, at, buyerIsMaker }));
    this.last = price;
    this.update(target.openTime, price, trades);
    return trades;
  }

  private update(openTime: number, price: bigint, trades: readonly PublicTrade[]): void {
    const forming = this.bars.at(-1);
    const fresh = forming?.openTime !== openTime;
    const before = fresh
      ? historicBar({ openTime, open: price, high: price, low: price, close: price, volume: 0n })
      : forming;
    const updated: Bar = {
      ...before,
      high: larger(price, before.high),
      low: smaller(price, before.low),
      close: price,
      volume: trades.reduce((sum, trade) => sum + trade.quantity, before.volume),
      quoteVolume: trades.reduce(
        (sum, trade) => sum + product(trade.price, trade.quantity),
        before.quoteVolume,
      ),
      firstTradeId: before.firstTradeId === -1 ? (trades[0]?.id ?? -1) : before.firstTradeId,
      tradeCount: before.tradeCount + trades.length,
    };
    if (fresh) this.bars.push(updated);
    else this.bars[this.bars.length - 1] = updated;
  }
}
