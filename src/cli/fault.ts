// What goes wrong at the sandbox, as the command line says it: a plan from a file, or drawn from a seed.
import type { Command } from 'commander';
import { drawFaults } from '../sandbox/fault-draw.ts';
import type { FaultPlan } from '../sandbox/fault-plan.ts';
import { readFaultPlan } from '../settings/fault-setting.ts';
import { describeProblem } from '../settings/problem.ts';
import { wholeBetween } from './argument.ts';
import { planText } from './load.ts';
import { type Terminal, WrongUse } from './terminal.ts';

export interface FaultOptions {
  readonly faults?: string;
  readonly faultSeed?: number;
}

/** The two ways to say it, as options of a command. */
export const withFaults = (command: Command): Command =>
  command
    .option('--faults <file>', 'what goes wrong at the exchange: a plan in YAML, see the README')
    .option(
      '--fault-seed <number>',
      'the same drawn from a seed: some kinds of faults, at some rates',
      wholeBetween(0, 2 ** 31),
    );

/** The plan that was asked for; undefined when none was. Throws `WrongUse`. */
export function faultsOf({ faults, faultSeed }: FaultOptions): FaultPlan | undefined {
  if (faults === undefined) return faultSeed === undefined ? undefined : drawFaults(faultSeed);
  if (faultSeed !== undefined) throw new WrongUse('expected --faults or --fault-seed, was both');
  const result = readFaultPlan(planText(faults), faults);
  if (!result.ok) throw new WrongUse(result.problems.map(describeProblem).join('\n'));
  return result.plan;
}

/** Says what is planned, so that whoever watches knows what to expect. */
export function tellFaults(plan: FaultPlan | undefined, { say, paint }: Terminal): void {
  if (plan === undefined) return;
  const rules = plan.rules.map((rule) => `${rule.on} ${rule.do.kind}`);
  say(paint.warn(`planned to go wrong: ${rules.length === 0 ? 'nothing' : rules.join(', ')}`));
}
