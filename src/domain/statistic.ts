// Statistics without a library: the normal distribution, moments one value at a time, an interval for
// a share, a root by halving, and seeded chance. Nothing here knows of trades.

/** Φ(x), to 15 digits (Hart's rational approximation as given by West, 2005). NaN for NaN. */
export function normalCdf(x: number): number {
  const size = Math.abs(x);
  const tail = size > 37 ? 0 : Math.exp((-size * size) / 2) * millsRatio(size);
  return x > 0 ? 1 - tail : tail;
}

/** (1 − Φ(x)) / exp(−x²/2) for x ≥ 0. */
function millsRatio(x: number): number {
  if (x >= 7.07106781186547) {
    return 1 / ((x + 1 / (x + 2 / (x + 3 / (x + 4 / (x + 0.65))))) * 2.506628274631);
  }
  const above =
    (((((0.0352624965998911 * x + 0.700383064443688) * x + 6.37396220353165) * x +
      33.912866078383) *
      x +
      112.079291497871) *
      x +
      221.213596169931) *
      x +
    220.206867912376;
  const below =
    ((((((0.0883883476483184 * x + 1.75566716318264) * x + 16.064177579207) * x +
      86.7807322029461) *
      x +
      296.564248779674) *
      x +
      637.333633378831) *
      x +
      793.826512519948) *
      x +
    440.413735824752;
  return above / below;
}

/** Φ⁻¹(p) for 0 < p < 1; NaN otherwise. */
export const normalQuantile = (p: number): number =>
  p > 0 && p < 1 ? solve(normalCdf, p, -37, 37) : Number.NaN;

/** The x in [low, high] at which the rising function reaches `target`, to the last bits, by halving. */
export function solve(
  rising: (x: number) => number,
  target: number,
  low: number,
  high: number,
): number {
  let [from, to] = [low, high];
  for (let step = 0; step < 100; step += 1) {
    const middle = (from + to) / 2;
    if (rising(middle) < target) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}

/**
 * Wilson's score interval of a share, both ends in [0, 1], at 95 % unless `z` says otherwise.
 * Undefined without trials.
 */
export function wilson(
  successes: number,
  trials: number,
  z = 1.959963984540054,
): { readonly low: number; readonly high: number } | undefined {
  if (!(trials > 0 && successes >= 0 && successes <= trials)) return undefined;
  const share = successes / trials;
  const weight = (z * z) / trials;
  const centre = share + weight / 2;
  const reach = Math.sqrt(weight * (share * (1 - share) + weight / 4));
  return {
    low: Math.max(0, (centre - reach) / (1 + weight)),
    high: Math.min(1, (centre + reach) / (1 + weight)),
  };
}

/** Mean and central moments up to the fourth, one value at a time (Welford; Pébay, 2008). */
export class Moments {
  count = 0;
  mean = 0;
  #second = 0;
  #third = 0;
  #fourth = 0;

  push(value: number): void {
    const before = this.count;
    const count = before + 1;
    const delta = value - this.mean;
    const part = delta / count;
    const squared = part * part;
    const term = delta * part * before;
    this.count = count;
    this.mean += part;
    this.#fourth +=
      term * squared * (count * count - 3 * count + 3) +
      6 * squared * this.#second -
      4 * part * this.#third;
    this.#third += term * part * (count - 2) - 3 * part * this.#second;
    this.#second += term;
  }

  clear(): void {
    this.count = 0;
    this.mean = 0;
    this.#second = 0;
    this.#third = 0;
    this.#fourth = 0;
  }

  /** Divisor n − 1; NaN below two values. */
  get sd(): number {
    return this.count < 2 ? Number.NaN : Math.sqrt(this.#second / (this.count - 1));
  }

  /** g3, divisor n; NaN without spread. */
  get skew(): number {
    if (!(this.#second > 0)) return Number.NaN;
    return this.#third / this.count / (this.#second / this.count) ** 1.5;
  }

  /** g4, raw (3 for the normal), divisor n; NaN without spread. */
  get kurtosis(): number {
    if (!(this.#second > 0)) return Number.NaN;
    return this.#fourth / this.count / (this.#second / this.count) ** 2;
  }
}

/** Numbers in [0, 1) that depend on the seed alone (Mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
