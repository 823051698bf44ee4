// A person's word on a configuration's stage, as the fact it becomes, whether an engine runs or not.
import type { Configuration } from '../domain/configuration.ts';
import { type FactOf, fact } from '../domain/fact.ts';
import type { SizingRules } from '../domain/sizing.ts';
import type { Millis } from '../domain/time.ts';
import type { Command } from './command.ts';

/** The fact of moving `configuration`, or why it cannot be moved. */
export function override(
  { configId, stage, by, reason }: Extract<Command, { kind: 'stage' }>,
  configuration: Configuration | undefined,
  caps: SizingRules['base'],
  at: Millis,
): FactOf<'stage.overridden'> | string {
  if (configuration === undefined) return `no configuration ${configId}`;
  const { id, version, stage: from } = configuration;
  if (from === stage) return `${id} is in ${stage} already`;
  const cap = { from: caps[from], to: caps[stage] };
  return fact(
    'stage.overridden',
    { at, key: id },
    { id, version, from, to: stage, by, reason, cap },
  );
}

export const movedWords = ({ data }: FactOf<'stage.overridden'>): string =>
  `${data.id}: ${data.from} → ${data.to}, a position may take ${data.cap.to * 100} % instead of ${data.cap.from * 100} %; its evidence begins anew there, what it holds stays as it is`;
