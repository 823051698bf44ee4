// What a configuration brings to its seat: how far its version has come, and its twin's book. Who has no
// evidence yet, or was archived and is wanted again, begins anew.
import type { Configuration } from '../domain/configuration.ts';
import type { Slippage } from '../domain/lifecycle-evidence.ts';
import type { LifecycleRules } from '../domain/lifecycle-rules.ts';
import { money } from '../domain/money.ts';
import { Progress } from '../domain/progress.ts';
import { recollect } from '../domain/recollection.ts';
import type { TwinBook } from '../domain/twin.ts';
import type { Reader } from '../store/read.ts';

export interface Enrolment {
  readonly configuration: Configuration;
  /** Null where evidence begins with the seat. */
  readonly past: Past | null;
  /** Whether this version had evidence once: its backtest is spent. */
  readonly again: boolean;
}

export interface Past {
  readonly progress: Progress;
  readonly twin: TwinBook;
  readonly slippage: Slippage;
}

/** Enrols a configuration with what the store remembers of it. Throws `StoreFault`. */
export async function enrol(
  read: Pick<Reader, 'career'>,
  configuration: Configuration,
  rules: LifecycleRules,
): Promise<Enrolment> {
  const kept = await read.career(configuration.id, rules.alarm.recentCount);
  if (kept === undefined || kept.version !== configuration.version) {
    return { configuration, past: null, again: false };
  }
  const { state, beginnings, returns, equity, position, slippage } = kept;
  if (!state.isActive) return { configuration, past: null, again: true };
  const record = recollect(rules, state.validated, beginnings, returns);
  const progress = new Progress(rules, state, record);
  return {
    // The row was read a moment before: the career has the last word.
    configuration: { ...configuration, stage: state.stage },
    past: { progress, twin: { equity: money(equity), position }, slippage },
    again: false,
  };
}
