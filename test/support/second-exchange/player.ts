// The passing of time: plays every market's candles side by side at a given wall pace, so many beats a
// candle and one more for its close, as all Binance symbols close together.
import type { Bar } from './candle-series.ts';
import { floorTo } from './fixed-point.ts';
import { type Market, type PublicTrade, walk } from './market.ts';

export interface Beat {
  readonly market: Market;
  /** Market time in ms. */
  readonly at: number;
  readonly trades: readonly PublicTrade[];
  readonly closed: boolean;
}

export interface PlayerOptions {
  readonly baseMs: number;
  /** Wall time one candle takes, in ms. */
  readonly candleWallMs: number;
  /** Price steps a candle, at least four: open, both extremes, close. */
  readonly stepsPerCandle: number;
}

const closeDelayMs = 3;

export class Player {
  candlesPushed = 0;
  /** Market time of the last beat, in ms. */
  now: number;
  private readonly markets: readonly Market[];
  private readonly options: PlayerOptions;
  private readonly onBeat: (beat: Beat) => void;
  private timer: NodeJS.Timeout | undefined;
  private beatsDone = 0;

  constructor(markets: readonly Market[], options: PlayerOptions, onBeat: (beat: Beat) => void) {
    if (!(options.stepsPerCandle >= 4)) {
      throw new Error(`expected at least 4 steps a candle, was ${options.stepsPerCandle}`);
    }
    this.markets = markets;
    this.options = options;
    this.onBeat = onBeat;
    this.now = this.firstOpenTime();
  }

  /** Begins to play; a second call changes nothing. */
  start(): void {
    if (this.timer !== undefined) return;
    const beatWallMs = this.options.candleWallMs / this.beatsPerCandle();
    const startedAt = performance.now();
    this.timer = setInterval(
      () => {
        const due = Math.floor((performance.now() - startedAt) / beatWallMs);
        while (this.beatsDone < due && this.beat());
      },
      Math.max(1, beatWallMs),
    );
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private beatsPerCandle(): number {
    return this.options.stepsPerCandle + 1;
  }

  private firstOpenTime(): number {
    const firsts = new Set(this.markets.map(({ upcoming }) => upcoming[0]?.openTime));
    for (const { symbol, bars, upcoming } of this.markets) {
      [...bars, ...upcoming].reduce((before, bar) => {
        if (bar.openTime - before.openTime === this.options.baseMs) return bar;
        throw new Error(`expected contiguous candles of ${symbol}, was a gap at ${bar.openTime}`);
      });
    }
    const [first] = firsts;
    if (firsts.size === 1 && first !== undefined) return first;
    throw new Error(`expected one first open time for all markets, was ${[...firsts].join(', ')}`);
  }

  /** Plays one beat on every market; false once all candles are played. */
  private beat(): boolean {
    const candle = Math.floor(this.beatsDone / this.beatsPerCandle());
    const step = this.beatsDone % this.beatsPerCandle();
    const playing = this.markets.filter(({ upcoming }) => candle < upcoming.length);
    this.beatsDone += 1;
    for (const market of playing) {
      const target = market.upcoming[candle];
      if (target === undefined) continue;
      if (step < this.options.stepsPerCandle) this.step(market, target, step);
      else this.close(market, target);
    }
    if (playing.length === 0) this.stop();
    return playing.length > 0;
  }

  private step(market: Market, target: Bar, step: number): void {
    const { baseMs, stepsPerCandle } = this.options;
    const at = target.openTime + Math.floor(((step + 1) * baseMs) / (stepsPerCandle + 2));
    this.now = at;
    const price = walk(target, stepsPerCandle, market.tick)[step] ?? target.close;
    const share = floorTo(target.volume / BigInt(stepsPerCandle), market.step);
    const rest = target.volume - share * BigInt(stepsPerCandle - 1);
    const trades = market.print(target, price, step === stepsPerCandle - 1 ? rest : share, at);
    this.onBeat({ market, at, trades, closed: false });
  }

  private close(market: Market, target: Bar): void {
    this.candlesPushed += 1;
    this.now = target.openTime + this.options.baseMs + closeDelayMs;
    this.onBeat({ market, at: this.now, trades: [], closed: true });
  }
}
