// How much all assets move as one: their mean correlation, weighted by volatility, against its own month.
// A book of many positions is one position while this is high.
import type { Returns } from './correlation.ts';
import { Moments } from './statistic.ts';
import type { Millis } from './time.ts';

const decay = 0.97;
const MONTH = 30 * 24;
/** Hours after which the average has forgotten where it began. */
const WARM = 120;
/** Fewer hours of means say nothing of a month. */
const HOURS_MIN = 7 * 24;
/** A month in which the mean hardly moved must not make a spike of a ripple. */
const SD_MIN = 0.02;
const ASSETS_MIN = 3;

export interface Crowding {
  /** Σ cov(i,j) / Σ σi·σj over i ≠ j: 1 where all move as one. */
  readonly rho: number;
  /** Its distance from the mean of its last month, in deviations of that month (at least .02). */
  readonly z: number;
}

/**
 * The crowding after each of the last `count` hours, newest first. Undefined where fewer than three assets
 * have history enough: there it does not apply.
 */
export function crowdings(assets: readonly Returns[], count: number): Crowding[] | undefined {
  const old = assets.filter(({ size }) => size >= HOURS_MIN + WARM);
  if (old.length < ASSETS_MIN) return undefined;
  const rhos = meanCorrelations(old).slice(WARM);
  if (rhos.length < HOURS_MIN) return undefined;
  const known = Math.min(count, rhos.length - HOURS_MIN + 1);
  return Array.from({ length: known }, (_, back) => {
    const end = rhos.length - back;
    const month = new Moments();
    for (const rho of rhos.slice(Math.max(0, end - MONTH), end)) month.push(rho);
    const rho = rhos[end - 1] ?? Number.NaN;
    return { rho, z: (rho - month.mean) / Math.max(SD_MIN, month.sd) };
  });
}

/**
 * ρ̄ after every hour that all assets have. The covariances need no matrix: their sum is the variance of
 * the assets' sum less their own variances.
 */
function meanCorrelations(assets: readonly Returns[]): number[] {
  const variances = assets.map(() => 0);
  let whole = 0;
  return hoursOfAll(assets).map((hour, index) => {
    const weight = Math.max(1 - decay, 1 / (index + 1));
    let [sum, own, deviations] = [0, 0, 0];
    for (const [place, asset] of assets.entries()) {
      const value = asset.get(hour) ?? Number.NaN;
      const before = variances[place] ?? 0;
      const variance = before + weight * (value * value - before);
      variances[place] = variance;
      sum += value;
      own += variance;
      deviations += Math.sqrt(variance);
    }
    whole += weight * (sum * sum - whole);
    const products = deviations * deviations - own;
    // Assets that never moved do not move together.
    return products === 0 ? 0 : (whole - own) / products;
  });
}

function hoursOfAll([first, ...others]: readonly Returns[]): readonly Millis[] {
  return [...(first?.keys() ?? [])].filter((hour) => others.every((asset) => asset.has(hour)));
}
