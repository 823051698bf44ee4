// What goes wrong in a seed. Each seed takes some kinds of fault and leaves the others out (swarm testing): where
// everything fails at once, little is ever reached.
import { type Chance, chanceOf } from '../../src/sandbox/chance.ts';

/** Kind of fault → how often or how hard, at most; what it means stands where it is used. */
const KINDS = {
  /** Of requests: never arrive; arrive, and their answer does not; come late; are refused at the door. */
  requestLost: 0.3,
  replyLost: 0.3,
  requestLate: 0.2,
  requestRefused: 0.2,
  /** The venue shows an order or a trade a while after it took it. */
  lookupLag: 0.8,
  /** Of events of the account: twice, late, lost with their connection. */
  eventTwice: 0.5,
  eventLate: 0.3,
  accountCut: 0.05,
  /** Of frames of the market: none for a while, one missing, twice, out of order, broken; connection cut. */
  streamSilent: 0.02,
  frameLost: 0.2,
  frameTwice: 0.3,
  frameLate: 0.2,
  frameBroken: 0.005,
  marketCut: 0.02,
  candleCorrected: 0.05,
  /** A price or a candle comes as no number, or as none there can be. */
  numberBroken: 0.003,
  /** Orders are filled in pieces, or a part of them only. */
  pieces: 0.9,
  partOnly: 0.4,
  /** Of commits: fail, fail after they succeeded, take long; all fail for a while. */
  commitFails: 0.1,
  commitLies: 0.1,
  commitStalls: 0.1,
  storeFull: 0.01,
  /** Of minutes: the machine's clock is set; how fast it runs beside the true time. */
  clockStep: 0.3,
  clockDrift: 1,
  /** Of minutes: someone else trades, money moves, rules change, a pair is halted. */
  stranger: 0.1,
  transfer: 0.1,
  rules: 0.1,
  pairHalt: 0.1,
  /** Of minutes: a person halts, flattens, closes. */
  person: 0.3,
  /** The day's loss limit is narrow. */
  narrow: 1,
  /** Commissions are taken in a third asset. */
  thirdFee: 1,
  /** Crashes beyond the one that every seed has. */
  crashes: 1,
} as const satisfies Readonly<Record<string, number>>;

export type FaultKind = keyof typeof KINDS;
export const FAULT_KINDS = Object.keys(KINDS) as FaultKind[];

/** How often a kind takes part. */
const share = 0.3;

export interface Swarm {
  readonly seed: number;
  /** Rate of each kind that takes part, above 0. */
  readonly rates: ReadonlyMap<FaultKind, number>;
}

/** The faults of `seed`, without the kinds in `but`. */
export function swarmOf(seed: number, but: ReadonlySet<FaultKind> = new Set()): Swarm {
  const rates = new Map<FaultKind, number>();
  for (const kind of FAULT_KINDS) {
    const chance = chanceOf('swarm', seed, kind);
    const takesPart = chance() < share;
    const rate = KINDS[kind] * (0.1 + 0.9 * chance());
    if (takesPart && !but.has(kind)) rates.set(kind, rate);
  }
  return { seed, rates };
}

/** Draws for each kind by itself: leaving one out changes none of the others. */
export class Fate {
  readonly #swarm: Swarm;
  readonly #chances = new Map<string, Chance>();
  /** False once the faults have been stopped. */
  isAwake = true;

  constructor(swarm: Swarm) {
    this.#swarm = swarm;
  }

  /** Whether a fault of this kind happens now; `part`: at what share of its rate. */
  strikes(kind: FaultKind, part = 1): boolean {
    const rate = this.#swarm.rates.get(kind);
    return rate !== undefined && this.draw(kind) < rate * part && this.isAwake;
  }

  /** Rate of a kind; 0 where it takes no part or faults have been stopped. */
  rate(kind: FaultKind): number {
    return this.isAwake ? (this.#swarm.rates.get(kind) ?? 0) : 0;
  }

  /** A number in [0, 1) from a stream of its own. */
  draw(name: string): number {
    let chance = this.#chances.get(name);
    if (chance === undefined) {
      chance = chanceOf('fate', this.#swarm.seed, name);
      this.#chances.set(name, chance);
    }
    return chance();
  }

  between(name: string, low: number, high: number): number {
    return low + (high - low) * this.draw(name);
  }

  /** Small values far more often than large ones. */
  skewed(name: string, low: number, high: number): number {
    return low * (high / low) ** this.draw(name);
  }
}
