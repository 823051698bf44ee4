// The sandbox's memory: one JSON record a line, appended and synced before anyone is answered. A torn
// last line (a crash in the middle of a write) was never acknowledged and is dropped.
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { AccountRecord } from './account.ts';
import { claimDirectory } from './claim.ts';

export interface RecordFile {
  /** What was recorded before, oldest first. */
  readonly records: readonly AccountRecord[];
  /** Throws when the record is not safe on disk; then it is not in the file either. */
  append(record: AccountRecord): void;
  /** Closing twice does nothing. */
  close(): void;
}

const { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } = constants;

const lineOf = (record: AccountRecord): string => `${JSON.stringify(record)}\n`;

/**
 * Opens (or begins) the records in `directory`, for this process alone; `compact` rewrites them as
 * fewer. Throws when another process holds the directory or the file is not one of records.
 */
export function openRecords(
  directory: string,
  compact: (records: readonly AccountRecord[]) => readonly AccountRecord[],
): RecordFile {
  mkdirSync(directory, { recursive: true });
  const release = claimDirectory(directory);
  try {
    const path = join(directory, 'account.jsonl');
    const records = existsSync(path) ? compact(parse(readFileSync(path, 'utf8'), path)) : [];
    return { records, ...appender(beginAnew(path, records), release) };
  } catch (error) {
    release();
    throw error;
  }
}

/** The file with these records alone, complete on disk before it takes the old one's name. */
function beginAnew(path: string, records: readonly AccountRecord[]): number {
  const fresh = `${path}.new`;
  const file = openSync(fresh, O_APPEND | O_CREAT | O_TRUNC | O_WRONLY, 0o600);
  writeFileSync(file, records.map(lineOf).join(''));
  fsyncSync(file);
  renameSync(fresh, path);
  // The name is as much a part of it as the lines.
  const directory = openSync(join(path, '..'), 'r');
  fsyncSync(directory);
  closeSync(directory);
  return file;
}

function appender(file: number, release: () => void): Pick<RecordFile, 'append' | 'close'> {
  let length = fstatSync(file).size;
  let isOpen = true;
  return {
    append(record) {
      // After closing, the number may be another file's.
      if (!isOpen) throw new Error('expected open records, was closed');
      if (fstatSync(file).nlink === 0)
        throw new Error('expected the records in place, was removed');
      const line = lineOf(record);
      try {
        writeFileSync(file, line);
        fsyncSync(file);
      } catch (error) {
        // What is half written must not become part of the next line.
        ftruncateSync(file, length);
        throw error;
      }
      length += Buffer.byteLength(line);
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      closeSync(file);
      release();
    },
  };
}

function parse(text: string, path: string): readonly AccountRecord[] {
  const lines = text.split('\n');
  // Without its newline the last line is not whole.
  lines.pop();
  return lines.map((line, index): AccountRecord => {
    try {
      return JSON.parse(line);
    } catch (error) {
      throw new Error(`${path}:${index + 1}: expected a record, was ${line.slice(0, 80)}`, {
        cause: error,
      });
    }
  });
}
