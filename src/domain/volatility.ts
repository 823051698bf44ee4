// How wild an asset's hours are against its own month: EWMA deviation (RiskMetrics, 1996) over its median.

const decay = 0.94;
/** Hours of the median, where there are so many. */
const MONTH = 30 * 24;
/** Hours after which the average has forgotten where it began. */
const WARM = 48;
/** Fewer hours than a week say nothing of a month. */
const HOURS_MIN = 7 * 24;

export class Volatility {
  /** After each hour; those of the warm-up are left out. */
  readonly #deviations: number[] = [];
  /** Ratios by the number of hours pushed, as far as someone asked. */
  readonly #ratios = new Map<number, number>();
  #hours = 0;
  #variance = 0;

  /** Takes the log return of the next hour. One that is no number makes every ratio after it none. */
  push(value: number): void {
    this.#hours += 1;
    const weight = Math.max(1 - decay, 1 / this.#hours);
    this.#variance += weight * (value * value - this.#variance);
    if (this.#hours <= WARM) return;
    this.#deviations.push(Math.sqrt(this.#variance));
    if (this.#deviations.length > 2 * MONTH) this.#deviations.splice(0, MONTH / 2);
    this.#ratios.delete(this.#hours - MONTH);
  }

  /** The ratio after each of the last `count` hours, newest first; undefined while too few to judge. */
  last(count: number): readonly number[] | undefined {
    if (this.#deviations.length < HOURS_MIN) return undefined;
    const known = Math.min(count, this.#deviations.length - HOURS_MIN + 1);
    return Array.from({ length: known }, (_, back) => this.#ratio(back));
  }

  #ratio(back: number): number {
    const hour = this.#hours - back;
    const known = this.#ratios.get(hour);
    if (known !== undefined) return known;
    const end = this.#deviations.length - back;
    const now = this.#deviations[end - 1] ?? Number.NaN;
    // A market that never moved is calm, and one that moves after it is not.
    const ratio =
      now === 0 ? 0 : now / median(this.#deviations.slice(Math.max(0, end - MONTH), end));
    this.#ratios.set(hour, ratio);
    return ratio;
  }
}

/** Of at least one value; NaN where one of them is none. */
export function median(values: readonly number[]): number {
  if (values.some(Number.isNaN)) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
