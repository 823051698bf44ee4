// The sandbox's memory: one JSON record a line, appended and synced before anyone is answered. A torn
// last line (a crash in the middle of a write) was never acknowledged and is dropped.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { AccountRecord } from './account.ts';
import { claimDirectory } from './claim.ts';

export interface RecordFile {
  /** What was recorded before, oldest first. */
  readonly records: readonly AccountRecord[];
  append(record: AccountRecord): void;
  close(): void;
}

/** Opens (or begins) the records in `directory`, for this process alone; `compact` rewrites them as fewer. */
export function openRecords(
  directory: string,
  compact: (records: readonly AccountRecord[]) => readonly AccountRecord[],
): RecordFile {
  mkdirSync(directory, { recursive: true });
  const release = claimDirectory(directory);
  const path = join(directory, 'account.jsonl');
  const records = existsSync(path) ? compact(parse(readFileSync(path, 'utf8'))) : [];
  const fresh = `${path}.new`;
  const file = openSync(fresh, 'w', 0o600);
  for (const record of records) writeSync(file, `${JSON.stringify(record)}\n`);
  fsyncSync(file);
  renameSync(fresh, path);
  return {
    records,
    append(record) {
      writeSync(file, `${JSON.stringify(record)}\n`);
      fsyncSync(file);
    },
    close() {
      closeSync(file);
      release();
    },
  };
}

function parse(text: string): readonly AccountRecord[] {
  const lines = text.split('\n');
  // Without its newline the last line is not whole.
  lines.pop();
  return lines.filter((line) => line !== '').map((line): AccountRecord => JSON.parse(line));
}
