// What a configuration failed at, for whoever looks for the bug: the error, and what it was working on.

import { plain } from '../../plain.ts';
import type { FailureEntry, QuarantineEntry, Reader } from '../../store/read.ts';
import { dateTime } from './format.ts';

/** What put each configuration there that is quarantined as it is now: another version is another matter. */
export async function quarantinedNow(
  reader: Reader,
): Promise<ReadonlyMap<string, QuarantineEntry>> {
  const found = await reader.quarantined();
  // Mostly there is none, and nobody need be asked which versions there are.
  const known = found.size === 0 ? [] : await reader.configurations('all');
  const versions = new Map(known.map(({ id, version }) => [id, version]));
  return new Map([...found].filter(([id, { data }]) => versions.get(id) === data.version));
}

export function healthLines(
  quarantine: QuarantineEntry | undefined,
  failures: readonly FailureEntry[],
): readonly string[] {
  const lines = failures.map(
    ({ at, data: { error, version } }) =>
      `  failed ${dateTime(at)}, version ${version}: ${plain(error)}`,
  );
  if (quarantine === undefined) return lines;
  const { error, poison } = quarantine.data;
  return [
    `  quarantined since ${dateTime(quarantine.at)}: ${plain(error)}`,
    `  at this ${poison.what}: ${plain(poison.text)}`,
    `  it takes no part, its position stays watched; \`configurations release ${plain(quarantine.key)}\` lets it begin again`,
    ...lines,
  ];
}
