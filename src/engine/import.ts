// A configuration document against what is known: what becomes a fact, and what is said about the rest.
import type { Configuration } from '../domain/configuration.ts';
import { type Fact, fact } from '../domain/fact.ts';
import type { Millis } from '../domain/time.ts';
import { readDocument } from '../settings/document.ts';
import { describeProblem } from '../settings/problem.ts';
import { imported } from './admission.ts';

export interface Intake {
  readonly facts: readonly Fact[];
  /** New or changed ones, as they are from now on. */
  readonly configurations: readonly Configuration[];
  /** Nothing in the document was refused. */
  readonly ok: boolean;
  /** Counts, who begins anew, then a line for each that was refused. */
  readonly lines: readonly string[];
}

const beginsAnew = ({ id, version, stage }: Configuration): string =>
  `${id}: other rules than before: version ${version} has no evidence yet and begins in ${stage}`;

/** Reads `document`, which stood in `file`; `known` holds every configuration there is, by id. */
export function takeIn(
  { document, file, by }: { document: string; file: string; by: string },
  known: ReadonlyMap<string, Configuration>,
  at: Millis,
): Intake {
  const { configurations: brought, problems } = readDocument(document, file);
  const configurations = brought
    .map((one) => imported(one, known.get(one.id)))
    .filter((one) => one !== undefined);
  return {
    configurations,
    facts: configurations.map((configuration) =>
      fact('configuration.imported', { at, key: configuration.id }, { configuration, by }),
    ),
    ok: problems.length === 0,
    lines: [
      `${configurations.length} of ${brought.length} configurations new or changed`,
      ...configurations
        .filter(({ id, version }) => (known.get(id)?.version ?? version) !== version)
        .map(beginsAnew),
      ...problems.map(describeProblem),
    ],
  };
}
