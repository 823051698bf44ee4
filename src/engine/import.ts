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
  /** A line for each that begins anew. */
  readonly anew: readonly string[];
}

/** What is new or changed in `brought`; `known` holds every configuration there is, by id. */
export function intakeOf(
  brought: readonly Configuration[],
  known: ReadonlyMap<string, Configuration>,
  by: string,
  at: Millis,
): Intake {
  const configurations = brought
    .map((one) => imported(one, known.get(one.id)))
    .filter((one) => one !== undefined);
  return {
    configurations,
    facts: configurations.map((configuration) =>
      fact('configuration.imported', { at, key: configuration.id }, { configuration, by }),
    ),
    anew: configurations
      .filter(({ id, version }) => (known.get(id)?.version ?? version) !== version)
      .map(
        ({ id, version, stage }) =>
          `${id}: other rules than before: version ${version} has no evidence yet and begins in ${stage}`,
      ),
  };
}

/** Reads `document`, which stood in `file`, and takes in what is new or changed. */
export function takeIn(
  { document, file, by }: { document: string; file: string; by: string },
  known: ReadonlyMap<string, Configuration>,
  at: Millis,
): Intake & {
  /** Nothing in the document was refused. */
  readonly ok: boolean;
  /** Counts, who begins anew, then a line for each that was refused. */
  readonly lines: readonly string[];
} {
  const { configurations: brought, problems } = readDocument(document, file);
  const intake = intakeOf(brought, known, by, at);
  return {
    ...intake,
    ok: problems.length === 0,
    lines: [
      `${intake.configurations.length} of ${brought.length} configurations new or changed`,
      ...intake.anew,
      ...problems.map(describeProblem),
    ],
  };
}
