// The lifecycle as DOMAIN §6 has it, in two pages and without a running sum: every number is made from the list of
// returns it is about. The numbers of the rules are settings; the seeded bootstrap is the domain's own.
import type { Stage } from '../../src/domain/configuration.ts';
import { bootstrapDrawdown } from '../../src/domain/drawdown.ts';
import type { LifecycleRules } from '../../src/domain/lifecycle-rules.ts';

type Returns = readonly number[];
interface Normal {
  readonly mean: number;
  readonly sd: number;
}

const sum = (values: Returns): number => values.reduce((total, value) => total + value, 0);
const meanOf = (values: Returns): number => sum(values) / values.length;
const moment = (values: Returns, power: number): number => {
  const mean = meanOf(values);
  return meanOf(values.map((value) => (value - mean) ** power));
};
const normalOf = (values: Returns): Normal => ({
  mean: meanOf(values),
  sd: Math.sqrt((moment(values, 2) * values.length) / (values.length - 1)),
});
const differ = ({ mean, sd }: Normal): boolean => sd > Math.abs(mean) * 1e-6;

/** Φ(x), by Simpson's rule. */
function phi(x: number): number {
  if (Math.abs(x) > 9) return x > 0 ? 1 : 0;
  const steps = 2000;
  const width = x / steps;
  const density = (at: number) => Math.exp((-at * at) / 2) / Math.sqrt(2 * Math.PI);
  let area = density(0) + density(x);
  for (let step = 1; step < steps; step += 1)
    area += density(step * width) * (step % 2 === 1 ? 4 : 2);
  return 0.5 + (area * width) / 3;
}

/** PSR(0); undefined it counts as 0 unless the mean is above zero. */
function psr(values: Returns): number {
  const { mean, sd } = normalOf(values);
  const [s, n, spread] = [mean / sd, values.length, moment(values, 2)];
  const skew = moment(values, 3) / spread ** 1.5;
  const kurtosis = moment(values, 4) / spread ** 2;
  const under = 1 - skew * s + ((kurtosis - 1) / 4) * s * s;
  const isDefined = n >= 2 && differ({ mean, sd }) && under > 0;
  if (!isDefined) return mean <= 0 ? 0 : Number.NaN;
  return phi((s * Math.sqrt(n - 1)) / Math.sqrt(under));
}

/** The deepest fall, in R. */
function drawdown(values: Returns): number {
  let [below, deepest] = [0, 0];
  for (const value of values) {
    below = Math.max(0, below - value);
    deepest = Math.max(deepest, below);
  }
  return deepest;
}

const next = { PAPER: 'DISCOVERY', DISCOVERY: 'VALIDATION', VALIDATION: 'MATURE' } as const;

export class LifecycleModel {
  stage: Stage;
  isActive = true;
  enteredAt = 0;
  isDemoted = false;
  falls = 0;
  validated: Normal | null = null;
  pass: { readonly cause: string; readonly validated: Normal | null } | null = null;
  slippageRatio: number | null = null;
  /** Returns since the count began, since the stage was entered, since its tests began, and of all times. */
  #counted: number[] = [];
  #entered: number[] = [];
  #tested: number[] = [];
  #all: number[] = [];
  #looked = 0;
  readonly #rules: LifecycleRules;

  constructor(stage: Stage, rules: LifecycleRules) {
    this.stage = stage;
    this.#rules = rules;
  }

  /** A closed trade, and what is decided then, in words. */
  trade(value: number, at: number): readonly string[] {
    for (const list of [this.#counted, this.#entered, this.#tested, this.#all]) list.push(value);
    return this.#settle(() => this.#judge(at));
  }

  /** Time alone: a pass that has waited, a DECAY that took too long. */
  wait(at: number): readonly string[] {
    return this.#settle(() => (this.stage === 'DECAY' ? this.#decay(at) : this.#waiting(at)));
  }

  override(to: Stage, at: number): void {
    const isAwaited =
      this.stage === 'DECAY'
        ? to === 'VALIDATION'
        : this.stage !== 'MATURE' && to === next[this.stage];
    const { isActive } = this;
    const falls = to === 'MATURE' ? 0 : this.falls;
    this.#enter(to, at, isAwaited ? (this.pass?.validated ?? null) : null);
    [this.isActive, this.falls, this.isDemoted] = [isActive, falls, to === 'PAPER'];
  }

  #settle(decide: () => string | undefined): readonly string[] {
    const verdicts: string[] = [];
    while (this.isActive) {
      const verdict = decide();
      if (verdict === undefined) break;
      verdicts.push(verdict);
    }
    return verdicts;
  }

  #judge(at: number): string | undefined {
    if (this.stage === 'PAPER') return this.#look(at);
    const { provisionalCount } = this.#rules;
    if (this.validated === null && this.#counted.length >= provisionalCount) {
      [this.validated, this.#tested] = [normalOf(this.#counted), []];
      return `baselined ${this.stage}: provisional`;
    }
    if (this.stage === 'DECAY') return this.#decay(at);
    const cause = this.#alarm();
    if (cause !== undefined && this.stage === 'DISCOVERY') return this.#fall(cause, at);
    if (cause !== undefined) {
      this.#enter('DECAY', at, this.validated);
      this.isDemoted = true;
      return `demoted DECAY: ${cause}`;
    }
    return this.#look(at);
  }

  #enter(stage: Stage, at: number, validated: Normal | null): void {
    [this.stage, this.enteredAt, this.validated, this.pass] = [stage, at, validated, null];
    [this.#counted, this.#entered, this.#tested, this.#looked] = [[], [], [], 0];
    [this.isDemoted, this.falls] = [false, stage === 'MATURE' ? 0 : this.falls];
  }

  /** Into PAPER; for good when it happened too often since the last MATURE. */
  #fall(cause: string, at: number): string {
    this.falls += 1;
    this.#enter('PAPER', at, null);
    [this.isDemoted, this.isActive] = [true, this.falls < this.#rules.fallsMax];
    return `${this.isActive ? 'demoted' : 'archived'} PAPER: ${cause}`;
  }

  get #recent(): Returns | undefined {
    const { recentCount } = this.#rules.alarm;
    return this.#all.length < recentCount ? undefined : this.#all.slice(-recentCount);
  }

  #bootstrap(): number {
    return bootstrapDrawdown(Float64Array.from(this.#entered), this.#rules.bootstrap);
  }

  #alarm(): string | undefined {
    const { alarm } = this.#rules;
    if (this.#isCusumAlarmed()) return 'cusum';
    if (this.#recent !== undefined && psr(this.#recent) < alarm.recentPsrMin) return 'recent-psr';
    // A drawdown is judged by the trade that deepened it.
    const deepest = drawdown(this.#entered);
    if (!(deepest > drawdown(this.#entered.slice(0, -1)))) return undefined;
    return deepest / alarm.drawdownRatioMax > this.#bootstrap() ? 'drawdown' : undefined;
  }

  /** S = max(0, S − z − k) over its trades; h from Siegmund's approximation, sought in small steps. */
  #isCusumAlarmed(): boolean {
    const { meanShare, meanFloor, averageRun } = this.#rules.alarm.cusum;
    if (this.validated === null || !differ(this.validated)) return false;
    const { mean, sd } = this.validated;
    const mu = Math.max(mean * meanShare, meanFloor * sd);
    const k = mu / sd / 2;
    const run = (h: number) => {
      const u = 2 * k * (h + 1.166);
      return (Math.exp(u) - u - 1) / (2 * k * k);
    };
    let [low, high] = [-1.166, 1e4];
    while (high - low > 1e-9) {
      const middle = (low + high) / 2;
      if (run(middle) < averageRun) low = middle;
      else high = middle;
    }
    const walk = this.#tested.reduce((s, value) => Math.max(0, s - (value - mu) / sd - k), 0);
    // A walk that has not fallen is no alarm, however steady the record was.
    return walk > Math.max(0, low);
  }

  #isRipe(at: number, stage: keyof typeof next): boolean {
    if (this.#rules.promotion === 'by-hand') return false;
    if (stage === 'PAPER' && !this.isDemoted) return true;
    const { dwellMs, dwellTrades } = this.#rules.rungs[stage];
    return (
      at - this.enteredAt >= dwellMs ||
      (dwellTrades !== null && this.#entered.length >= dwellTrades)
    );
  }

  /** A pass is kept until its dwell ends, and nothing else is asked until then. */
  #waiting(at: number): string | undefined {
    const { stage, pass } = this;
    if (pass === null || stage === 'MATURE' || stage === 'DECAY' || !this.#isRipe(at, stage))
      return undefined;
    this.#enter(next[stage], at, pass.validated);
    return `promoted ${this.stage}: ${pass.cause}`;
  }

  #look(at: number): string | undefined {
    if (this.pass !== null || this.stage === 'MATURE' || this.stage === 'DECAY')
      return this.#waiting(at);
    const { stage } = this;
    const { looks } = this.#rules.rungs[stage];
    const count = this.#counted.length;
    if (!looks.includes(count) || count === this.#looked) return undefined;
    this.#looked = count;
    const cause = count === looks.at(-1) ? 'last-look' : 'look';
    if (this.#shows(stage)) {
      this.pass = { cause, validated: normalOf(this.#counted) };
      return this.#waiting(at) ?? `kept ${stage}: ${cause}`;
    }
    if (cause === 'look') return `denied ${stage}: look`;
    if (stage === 'DISCOVERY') return this.#fall(cause, at);
    if (stage === 'VALIDATION') {
      [this.#counted, this.#looked] = [[], 0];
      return 'recounted VALIDATION: last-look';
    }
    this.#enter('PAPER', at, null);
    [this.isActive, this.isDemoted] = [false, true];
    return 'archived PAPER: last-look';
  }

  #shows(stage: keyof typeof next): boolean {
    const { rungs, slippageRatioMax } = this.#rules;
    if (!(psr(this.#counted) >= rungs[stage].psrMin)) return false;
    if (stage === 'DISCOVERY') return drawdown(this.#entered) <= this.#bootstrap();
    if (stage === 'PAPER') return true;
    const isCheap = this.slippageRatio === null || this.slippageRatio <= slippageRatioMax;
    return isCheap && this.#recent !== undefined && meanOf(this.#recent) > 0;
  }

  /** Log likelihood ratio of the validated mean against none. */
  get #ratio(): number {
    const { mean, sd } = this.validated ?? { mean: 0, sd: 0 };
    if (!(mean > 0 && differ({ mean, sd }))) return 0;
    return sum(this.#tested.map((x) => (mean / sd ** 2) * (x - mean / 2)));
  }

  #decay(at: number): string | undefined {
    const { alpha, beta, dwellMs, dwellTrades, ageMsMax, tradesMax } = this.#rules.decay;
    const [age, trades] = [at - this.enteredAt, this.#entered.length];
    const isRipe = this.#rules.promotion === 'automatic' && trades >= dwellTrades && age >= dwellMs;
    // A pass that is ripe goes before the age that ends the test; a test that ends with it comes too late.
    const isLate = age >= ageMsMax;
    if (this.pass === null && !isLate && this.#ratio >= Math.log((1 - beta) / alpha)) {
      this.pass = { cause: 'sprt', validated: this.validated };
      if (!isRipe) return 'kept DECAY: sprt';
    }
    if (this.pass !== null && isRipe) {
      this.#enter('VALIDATION', at, this.validated);
      return 'promoted VALIDATION: sprt';
    }
    if (isLate) return this.#fall('time-spent', at);
    if (this.pass !== null) return undefined;
    if (this.#ratio <= Math.log(beta / (1 - alpha))) return this.#fall('sprt', at);
    return trades >= tradesMax ? this.#fall('trades-spent', at) : undefined;
  }
}
