// A process that holds keys keeps them to itself, as far as a process can: they leave its environment as the
// system shows it, a dump of its memory holds none, and no debugger attaches on a signal (RELIABILITY S17).
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { url } from 'node:inspector';
import { type Credentials, takeCredentials } from '../settings/secret.ts';
import { WrongUse } from './terminal.ts';

/** The keys of `venue` from our own environment, where nobody finds them afterwards. Throws `SecretFault`. */
export function ownCredentials(venue: string): Credentials | undefined {
  const prefix = `TROUPE_${venue.toUpperCase()}`;
  try {
    return takeCredentials(venue, process.env);
  } finally {
    blank([`${prefix}_KEY`, `${prefix}_SECRET`]);
  }
}

/** Closes the ways into the memory of this process. Call it before there is anything in it. */
export function seclude(): void {
  // Otherwise Node opens a debugger at this signal, to whoever asks on this machine.
  process.on('SIGUSR1', () => {});
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // Another system: there it is whoever starts the process who says what is dumped.
  }
}

/** Throws `WrongUse` while a debugger listens: it reads every key. */
export function expectNoDebugger(): void {
  if (url() !== undefined)
    throw new WrongUse('expected no debugger with --live, was one listening');
}

/** Deleting a variable leaves it in the block that `/proc/PID/environ` shows: there it is overwritten. */
function blank(names: readonly string[]): void {
  try {
    const block = readFileSync('/proc/self/environ');
    const memory = openSync('/proc/self/mem', 'r+');
    try {
      for (const name of names) overwrite(memory, block, `${name}=`);
    } finally {
      closeSync(memory);
    }
  } catch {
    // Another system, or one that does not let us: README says to use files.
  }
}

function overwrite(memory: number, block: Buffer, entry: string): void {
  // Before the first entry stands nothing; before every other one, the end of the last.
  const at = Buffer.concat([Buffer.alloc(1), block]).indexOf(`\0${entry}`);
  if (at < 0) return;
  const from = at + entry.length;
  const length = block.indexOf(0, from) - from;
  if (length > 0) writeSync(memory, Buffer.alloc(length), 0, length, blockStart() + from);
}

/** Where the environment begins in memory: the 50th field, the second being a name in brackets. */
function blockStart(): number {
  const status = readFileSync('/proc/self/stat', 'utf8');
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
  return Number(fields[47]);
}
