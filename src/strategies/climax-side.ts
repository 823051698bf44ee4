// One side of Capitulation Reversal: climax bars, chained into declines, and the turn that confirms the
// newest of them. Reads the series through a view and knows only falls that end.
import { atLeast, atMost, RollingHighest } from '../domain/indicator.ts';
import type { Series } from '../domain/series.ts';
import type { Candidate, Side } from './two-sided.ts';
import { View, type Way } from './view.ts';

export interface ClimaxRules {
  readonly fall_bars: number;
  readonly fall_min: number;
  readonly true_range_min: number;
  readonly relative_volume_min: number;
  readonly rsi_max: number;
  readonly wick_min: number;
  readonly confirm_bars: number;
  readonly tolerance: number;
  readonly retrace_min: number;
  readonly rearms: number;
}

/** A climax bar with the measures of its confidence; prices in this side's sign. */
export interface Climax {
  readonly bar: number;
  readonly low: number;
  readonly range: number;
  readonly volume: number;
  /** Highest high of the fall that it ends. */
  readonly high: number;
  /** ATR of the bar before: the scale of the whole set-up (A1). */
  readonly atr: number;
  readonly trueRange: number;
  readonly relativeVolume: number;
  readonly wick: number;
  /** Lowest of this bar and the two before (A20). */
  readonly rsi: number;
}

export interface Turn extends Candidate {
  readonly climax: Climax;
  /** Lowest low since the climax, itself included. */
  readonly lowest: number;
}

/** RSI may have been lowest this many bars ago, the climax included (A20). */
const RSI_BARS = 3;

export class ClimaxSide implements Side<Turn> {
  readonly #view: View;
  readonly #rules: ClimaxRules;
  /** Highest high of the bars before the newest; lowest low, negated. */
  readonly #highs: RollingHighest;
  readonly #lows: RollingHighest;
  #armed: Climax | undefined;
  #lowest = Number.NaN;
  #lastClimax = Number.NEGATIVE_INFINITY;
  /** Climaxes of the running decline (A19). */
  #chained = 0;

  constructor(series: Series, rules: ClimaxRules, way: Way) {
    this.#view = new View(series, way);
    this.#rules = rules;
    this.#highs = new RollingHighest(rules.fall_bars);
    this.#lows = new RollingHighest(rules.fall_bars);
  }

  forget(): void {
    this.#highs.reset();
    this.#lows.reset();
    this.#armed = undefined;
    this.#lastClimax = Number.NEGATIVE_INFINITY;
    this.#chained = 0;
  }

  take(): Turn | undefined {
    const { last } = this.#view.series;
    const found = this.#climax(last);
    this.#highs.push(this.#view.high(last));
    this.#lows.push(-this.#view.low(last));
    if (found === undefined || found.missed.length > 0) {
      // A bar that nearly was a climax is worth naming where no turn is awaited.
      return this.#turn(last) ?? found;
    }
    // A bar that would confirm one climax and is another confirms nothing (A17).
    this.#arm(found.climax);
    return undefined;
  }

  #arm(climax: Climax): void {
    const isSameDecline = climax.bar - this.#lastClimax <= this.#rules.fall_bars;
    this.#chained = isSameDecline ? this.#chained + 1 : 1;
    this.#lastClimax = climax.bar;
    this.#armed = this.#chained <= 1 + this.#rules.rearms ? climax : undefined;
    this.#lowest = climax.low;
  }

  /** The newest bar as a climax; undefined where neither its range nor its volume stands out. */
  #climax(bar: number): Turn | undefined {
    const { series } = this.#view;
    const rules = this.#rules;
    const atr = series.atr(bar - 1);
    const trueRange = this.#view.trueRange(bar) / atr;
    const relativeVolume = series.relativeVolume(bar);
    const isWide = atLeast(trueRange, rules.true_range_min);
    const isLoud = atLeast(relativeVolume, rules.relative_volume_min);
    if (!isWide && !isLoud) return undefined;
    const climax = this.#measured(bar, { atr, trueRange, relativeVolume });
    const missed = this.#climaxMisses(climax);
    if (!isWide) missed.push('climax-range');
    if (!isLoud) missed.push('climax-volume');
    return missed.length <= 1 ? { climax, lowest: climax.low, missed } : undefined;
  }

  #measured(bar: number, scale: Pick<Climax, 'atr' | 'trueRange' | 'relativeVolume'>): Climax {
    const view = this.#view;
    let rsi = Number.POSITIVE_INFINITY;
    for (let back = 0; back < RSI_BARS; back += 1) rsi = Math.min(rsi, view.rsi(bar - back));
    return {
      ...scale,
      bar,
      low: view.low(bar),
      range: view.high(bar) - view.low(bar),
      volume: view.series.volume(bar),
      high: Math.max(this.#highs.value, view.high(bar)),
      wick: view.lowerWick(bar),
      rsi,
    };
  }

  #climaxMisses({ bar, low, high, atr, rsi, wick }: Climax): string[] {
    const rules = this.#rules;
    const missed: string[] = [];
    if (!atLeast((high - low) / atr, rules.fall_min)) missed.push('climax-fall');
    if (!(low <= -this.#lows.value)) missed.push('climax-low');
    if (!atMost(rsi, rules.rsi_max)) missed.push('climax-rsi');
    const isFalling = this.#view.close(bar) < this.#view.open(bar);
    if (!isFalling && !atLeast(wick, rules.wick_min)) missed.push('climax-shape');
    return missed;
  }

  /** The newest bar as the turn after the armed climax; the first that holds spends it (A16). */
  #turn(bar: number): Turn | undefined {
    const climax = this.#armed;
    if (climax === undefined) return undefined;
    const { confirm_bars, tolerance } = this.#rules;
    this.#lowest = Math.min(this.#lowest, this.#view.low(bar));
    const holds = atMost((climax.low - this.#lowest) / climax.atr, tolerance);
    const missed = this.#turnMisses(bar, climax);
    if (!holds) missed.unshift('low-held');
    if (missed.length === 0 || !holds || bar - climax.bar >= confirm_bars) this.#armed = undefined;
    return { climax, lowest: this.#lowest, missed };
  }

  #turnMisses(bar: number, { low, range, volume }: Climax): string[] {
    const view = this.#view;
    const missed: string[] = [];
    if (!view.isBullish(bar)) missed.push('bullish');
    if (!atLeast((view.close(bar) - low) / range, this.#rules.retrace_min)) missed.push('retrace');
    if (!(view.series.volume(bar) < volume)) missed.push('volume-below-climax');
    return missed;
  }
}
