// The inbox: commands arrive as files renamed into a directory, so that a half-written one is never
// seen. Each is applied once and acknowledged in the journal; what is no command is put aside.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Log, Timers } from '../ports.ts';
import { type Acknowledgement, type Command, parseCommand } from './command.ts';

export interface InboxOptions {
  readonly directory: string;
  readonly timers: Timers;
  readonly log: Log;
  /** Whether the journal already has an answer to it: a crash may have left the file behind. */
  isAcknowledged(id: string): Promise<boolean>;
  apply(command: Command): Promise<Acknowledgement>;
  /** Journals the acknowledgement; the file goes once this resolves. */
  acknowledge(command: Command, acknowledgement: Acknowledgement): Promise<void>;
}

const pollMs = 200;
const commandsPerTurn = 16;
const bytesMax = 80 * 1024 * 1024;

/** Directory of commands below a data directory. */
export const inboxOf = (dataDirectory: string): string => join(dataDirectory, 'inbox');

/** Watches the inbox until the returned function is called. */
export function watchInbox(options: InboxOptions): () => void {
  const { directory, timers, log } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  let busy = false;
  /** Obeyed, and waiting for the journal to say so. */
  const obeyed = new Set<string>();

  /** In the order of their names, which begin with the time they were sent. */
  const waiting = (): readonly string[] =>
    readdirSync(directory)
      .filter((name) => name.endsWith('.json') && !obeyed.has(name))
      .sort();

  async function work(): Promise<void> {
    for (const [index, name] of waiting().entries()) {
      await take(name, options, obeyed);
      // However many there are: prices and answers of the venue get their turn in between.
      if (index % commandsPerTurn === 0) {
        await new Promise<void>((resolve) => timers.after(0, resolve));
      }
    }
  }

  async function poll(): Promise<void> {
    if (busy || !existsSync(directory)) return;
    busy = true;
    try {
      await work();
    } catch (error) {
      log.error({ error: String(error) }, 'the inbox could not be worked through');
    } finally {
      busy = false;
    }
  }

  return timers.every(pollMs, () => void poll());
}

/** Nobody waits behind an acknowledgement: a store that is slow or down keeps no command from being obeyed. */
async function take(name: string, options: InboxOptions, obeyed: Set<string>): Promise<void> {
  const path = join(options.directory, name);
  const command = readCommand(path);
  if (command === undefined) return putAside(name, options);
  if (await options.isAcknowledged(command.id)) return rmSync(path, { force: true });
  const acknowledgement = await options.apply(command).catch((error: unknown) => ({
    ok: false,
    message: error instanceof Error ? error.message : String(error),
  }));
  obeyed.add(name);
  options
    .acknowledge(command, acknowledgement)
    .then(() => rmSync(path, { force: true }))
    .catch((error: unknown) => {
      options.log.error({ error: String(error) }, 'a command could not be acknowledged');
    })
    .finally(() => obeyed.delete(name));
}

/** The command in a file; undefined when there is none, or no file one could read. */
function readCommand(path: string): Command | undefined {
  try {
    const found = statSync(path);
    if (!found.isFile() || found.size > bytesMax) return undefined;
    return parseCommand(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Out of the way of the commands that come after it. */
function putAside(name: string, { directory, log }: InboxOptions): void {
  const aside = join(directory, 'refused');
  mkdirSync(aside, { recursive: true });
  const target = join(aside, name);
  // A directory does not give way to a rename.
  rmSync(target, { recursive: true, force: true });
  if (existsSync(join(directory, name))) renameSync(join(directory, name), target);
  log.warn({ name }, 'a file in the inbox is no command; put aside');
}
