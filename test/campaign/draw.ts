// A round as its seed draws it: the market, the settings, the faults of the venue, and how each life of the
// trader is disturbed and ends. The same seed draws the same round; when what comes is up to the machine.
import { type Chance, chanceOf } from '../../src/sandbox/chance.ts';
import { drawFaults } from '../../src/sandbox/fault-draw.ts';
import type { FaultPlan } from '../../src/sandbox/fault-plan.ts';
import { KINDS, pointOf, RECONCILING, STEPS } from '../support/kill/matrix.ts';
import type { Kill } from '../support/kill/point.ts';
import { type TradedSymbol, within } from './fault-window.ts';

/** A point with the name of its step. */
export interface Step {
  readonly name: string;
  readonly kill: Kill;
}

export type Signal = 'SIGKILL' | 'SIGINT' | 'SIGTERM';

/** How a life ends: at a step, or by a signal from outside; at the latest so long after `since`. */
export interface End {
  readonly step: Step | undefined;
  readonly signal: Signal;
  readonly since: 'begun' | 'started';
  readonly afterMs: number;
}

export interface LifePlan {
  /** Where it is stopped for a while, and goes on. */
  readonly stops: readonly Step[];
  readonly end: End;
}

export interface RoundPlan {
  readonly seed: number;
  readonly market: number;
  readonly speed: number;
  readonly protection: 'both' | 'venue' | 'engine';
  readonly entry: 'limit' | 'market';
  readonly faults: FaultPlan;
  /** From the opening of the exchange on. */
  readonly faultsMs: number;
  /** Somebody starts a second trader on the same directory. */
  readonly hasIntruder: boolean;
  /** How the life ends that saw the faults go. */
  readonly lastEnd: Signal;
}

const between = (chance: Chance, low: number, high: number): number =>
  Math.round(low + (high - low) * chance());

function pick<T>(chance: Chance, items: readonly [T, ...T[]]): T {
  return items[Math.floor(chance() * items.length)] ?? items[0];
}

/** The seed of a campaign's round, from 1 on. */
export const seedOf = (campaign: number, round: number): number =>
  between(chanceOf('campaign', campaign, round), 1, 2 ** 31 - 1);

export function drawRound(seed: number, faultsMs: number): RoundPlan {
  const chance = chanceOf('round', seed);
  const market = between(chance, 1, 1e6);
  const isPeaceful = chance() < 0.04;
  const faults = isPeaceful ? { seed, rules: [] } : drawFaults(seed);
  return {
    ...{ seed, market, faultsMs },
    speed: pick(chance, [240, 240, 360]),
    protection: pick(chance, ['both', 'both', 'both', 'both', 'venue', 'engine']),
    entry: pick(chance, ['limit', 'limit', 'market']),
    faults: within(
      faults,
      faultsMs,
      pick<TradedSymbol>(chance, ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'BNBUSDT']),
    ),
    hasIntruder: chance() < 0.3,
    lastEnd: chance() < 0.3 ? 'SIGKILL' : 'SIGTERM',
  };
}

/** The life of a round's trader; `index` from 0. The one that sees the faults go has only stops. */
export function drawLife(seed: number, index: number): LifePlan {
  const chance = chanceOf('life', seed, index);
  const count = pick(chance, [0, 0, 1, 1, 2]);
  const stops = Array.from({ length: count }, () => {
    const { name, kill } = drawStep(chance);
    return { name, kill: { ...kill, stopMs: between(chance, 200, 7000) } };
  });
  return { stops, end: drawEnd(chance) };
}

function drawEnd(chance: Chance): End {
  if (chance() < 0.65) {
    const afterMs = between(chance, 6000, 12_000);
    return { step: drawStep(chance), signal: 'SIGKILL', since: 'started', afterMs };
  }
  const signal = pick<Signal>(chance, ['SIGKILL', 'SIGINT', 'SIGTERM']);
  const isEarly = chance() < 0.25;
  const afterMs = between(chance, 200, isEarly ? 4000 : 9000);
  return { step: undefined, signal, since: isEarly ? 'begun' : 'started', afterMs };
}

function drawStep(chance: Chance): Step {
  const nth = pick(chance, [1, 1, 1, 2, 3]);
  if (chance() < 0.12) {
    return { name: 'round of questions', kill: pick(chance, RECONCILING) };
  }
  const kind = pick(chance, KINDS);
  const step = between(chance, 0.5, 7.5);
  const name = `${kind} ${STEPS[step - 1] ?? ''}`;
  return { name, kill: { at: pointOf(kind, step), nth } };
}
