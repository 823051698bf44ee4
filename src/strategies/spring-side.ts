// One side of Failed Breakdown: ranges that broke, and the bar that takes the break back. Reads the
// series through a view and knows only supports that fail to fail.
import { atLeast, atMost, isAbove, RollingHighest } from '../domain/indicator.ts';
import type { Series } from '../domain/series.ts';
import type { Candidate, Side } from './two-sided.ts';
import { View, type Way } from './view.ts';

export interface SpringRules {
  readonly range_bars: number;
  readonly width_min: number;
  readonly width_max: number;
  readonly touches_min: number;
  readonly touch_tolerance: number;
  readonly touch_distance: number;
  readonly break_depth: number;
  readonly break_volume_max: number;
  readonly reclaim_bars: number;
  readonly reclaim_margin: number;
  readonly reclaim_volume_min: number;
  readonly chase_max: number;
  readonly depth_min: number;
  readonly depth_max: number;
  readonly depth_share_max: number;
}

/** A range that a close has left; prices in this side's sign. */
export interface Break {
  readonly bar: number;
  readonly support: number;
  readonly resistance: number;
  /** ATR of the bar before: the scale of the whole set-up (A1). */
  readonly atr: number;
  readonly touches: number;
  readonly relativeVolume: number;
  /** What is wrong with the range or its break, whatever comes after. */
  readonly missed: readonly string[];
  lowest: number;
}

export interface Spring extends Candidate {
  readonly break: Break;
  readonly relativeVolume: number;
}

export class SpringSide implements Side<Spring> {
  readonly #view: View;
  readonly #rules: SpringRules;
  /** Of the bars before the newest: highest high, and lowest low negated. */
  readonly #highs: RollingHighest;
  readonly #lows: RollingHighest;
  /** Breaks waiting for their reclaim, earliest first. */
  #pending: Break[] = [];

  constructor(series: Series, rules: SpringRules, way: Way) {
    this.#view = new View(series, way);
    this.#rules = rules;
    this.#highs = new RollingHighest(rules.range_bars);
    this.#lows = new RollingHighest(rules.range_bars);
  }

  forget(): void {
    this.#highs.reset();
    this.#lows.reset();
    this.#pending = [];
  }

  take(): Spring | undefined {
    const { last } = this.#view.series;
    // A break is taken back by a later bar, never by itself.
    const found = this.#pending.length > 0 ? this.#reclaim(last) : undefined;
    this.#noteBreak(last);
    this.#highs.push(this.#view.high(last));
    this.#lows.push(-this.#view.low(last));
    return found;
  }

  #noteBreak(bar: number): void {
    const view = this.#view;
    const rules = this.#rules;
    const support = -this.#lows.value;
    const atr = view.series.atr(bar - 1);
    // First close below since the window began: its closes are no lower than its lows (A21).
    if (!isAbove((support - view.close(bar)) / atr, rules.break_depth)) return;
    const resistance = this.#highs.value;
    const touches = this.#touches(bar, support, atr);
    const volume = view.series.relativeVolume(bar);
    // Undefined is taken for the loudest there is (A37).
    const relativeVolume = Number.isNaN(volume) ? Number.POSITIVE_INFINITY : volume;
    const width = (resistance - support) / atr;
    const missed: string[] = [];
    if (!(atLeast(width, rules.width_min) && atMost(width, rules.width_max))) missed.push('width');
    if (touches < rules.touches_min) missed.push('touches');
    if (!atMost(relativeVolume, rules.break_volume_max)) missed.push('break-volume');
    const lowest = view.low(bar);
    // More than one flaw is no near miss.
    if (missed.length > 1) return;
    this.#pending.push({
      ...{ bar, support, resistance, atr, touches, relativeVolume, missed, lowest },
    });
  }

  /** Lows near the support, each some bars after the one before, counted from the left (A22). */
  #touches(bar: number, support: number, atr: number): number {
    const { range_bars, touch_tolerance, touch_distance } = this.#rules;
    let touches = 0;
    let before = Number.NEGATIVE_INFINITY;
    for (let at = bar - range_bars; at < bar; at += 1) {
      const isNear = atMost((this.#view.low(at) - support) / atr, touch_tolerance);
      if (!isNear || at - before < touch_distance) continue;
      touches += 1;
      before = at;
    }
    return touches;
  }

  /** The newest bar against every waiting break; the earliest that holds is the one (A11). */
  #reclaim(bar: number): Spring | undefined {
    const low = this.#view.low(bar);
    const waiting: Break[] = [];
    let best: Spring | undefined;
    for (const one of this.#pending) {
      one.lowest = Math.min(one.lowest, low);
      const spring = this.#judge(one, bar);
      if (best === undefined || spring.missed.length < best.missed.length) best = spring;
      const isOpen = spring.missed.length > 0 && bar - one.bar < this.#rules.reclaim_bars;
      if (isOpen) waiting.push(one);
    }
    this.#pending = waiting;
    return best;
  }

  #judge(one: Break, bar: number): Spring {
    const view = this.#view;
    const rules = this.#rules;
    const { support, atr, lowest } = one;
    const above = (view.close(bar) - support) / atr;
    const depth = (support - lowest) / atr;
    const relativeVolume = view.series.relativeVolume(bar);
    const missed = [...one.missed];
    if (!isAbove(above, rules.reclaim_margin)) missed.push('close-above');
    if (!view.isBullish(bar)) missed.push('bullish');
    if (!atLeast(relativeVolume, rules.reclaim_volume_min)) missed.push('relative-volume');
    if (!atMost(above, rules.chase_max)) missed.push('chase');
    const isDeep = atLeast(depth, rules.depth_min) && atMost(depth, rules.depth_max);
    const share = (support - lowest) / Math.abs(support);
    if (!isDeep || !atMost(share, rules.depth_share_max)) missed.push('depth');
    return { break: one, relativeVolume, missed };
  }
}
