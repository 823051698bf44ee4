// The strategies there are. One is found by its exact key, or by its display name mapped to the key
// here; never by a part of a name, never by falling back to another (DOMAIN §1).
import { capitulationReversal } from './capitulation-reversal.ts';
import { failedBreakdown } from './failed-breakdown.ts';
import { liquiditySweep } from './liquidity-sweep.ts';
import type { Strategy } from './strategy.ts';

export const STRATEGIES: readonly Strategy[] = [
  liquiditySweep,
  capitulationReversal,
  failedBreakdown,
];

const found = new Map<string, Strategy>(
  STRATEGIES.flatMap((strategy) => [
    [strategy.key, strategy] as const,
    [strategy.name, strategy] as const,
  ]),
);

/** The strategy of that key or display name; undefined when there is none. */
export const findStrategy = (name: string): Strategy | undefined => found.get(name);
