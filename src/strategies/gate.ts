// The gates common to all strategies, judged after a set-up's own conditions (DOMAIN §5): is the trade
// possible, worth its costs, and believed in?
import { atLeast, atMost } from '../domain/indicator.ts';
import type { Setup } from '../domain/signal.ts';
import type { Costs } from './strategy.ts';

const gates: ReadonlySet<string> = new Set([
  ...['stop-side', 'target-side', 'risk-below-cost', 'risk-too-wide', 'risk-too-far'],
  ...['reward-to-risk', 'confidence'],
]);

/** Whether a miss is a gate's, or Capitulation Reversal's own: a set-up was there, and not worth trading. */
export const isGate = (missed: string): boolean => gates.has(missed);

/** Names of the gates that `setup` fails, in the order of DOMAIN §5; empty when it may trade. */
export function failedGates(setup: Setup, costs: Costs, confidenceMin: number): readonly string[] {
  const { direction, entry, stop, target, confidence } = setup;
  const way = direction === 'BUY' ? 1 : -1;
  const risk = (entry - stop) * way;
  const reward = (target - entry) * way;
  const cost = (2 * costs.fee + 2 * costs.slippage) * entry;
  const failed: string[] = [];
  if (!(risk > 0)) failed.push('stop-side');
  if (!(reward > 0)) failed.push('target-side');
  if (!atLeast(risk / entry, Math.max((3 * cost) / entry, 0.001))) failed.push('risk-below-cost');
  if (!atMost(risk / entry, 0.08)) failed.push('risk-too-wide');
  if (!atLeast((reward - cost) / (risk + cost), 1.2)) failed.push('reward-to-risk');
  if (!atLeast(confidence, confidenceMin)) failed.push('confidence');
  return failed;
}
