// The inbox: commands arrive as files renamed into a directory, so that a half-written one is never
// seen. Each is applied once and acknowledged in the journal; what is no command is put aside.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Log, Timers } from '../ports.ts';
import { type Acknowledgement, type Command, parseCommand } from './command.ts';

export interface InboxOptions {
  readonly directory: string;
  readonly timers: Timers;
  readonly log: Log;
  apply(command: Command): Promise<Acknowledgement>;
  /** Journals the acknowledgement; the file goes once this resolves. */
  acknowledge(command: Command, acknowledgement: Acknowledgement): Promise<void>;
}

const pollMs = 200;

/** Directory of commands below a data directory. */
export const inboxOf = (dataDirectory: string): string => join(dataDirectory, 'inbox');

/** Watches the inbox until the returned function is called. */
export function watchInbox(options: InboxOptions): () => void {
  const { directory, timers, log } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  let busy = false;

  async function take(name: string): Promise<void> {
    const path = join(directory, name);
    const command = parseCommand(readFileSync(path, 'utf8'));
    if (command === undefined) {
      mkdirSync(join(directory, 'refused'), { recursive: true });
      renameSync(path, join(directory, 'refused', name));
      log.warn({ name }, 'a file in the inbox is no command; put aside');
      return;
    }
    const acknowledgement = await options.apply(command).catch((error: unknown) => ({
      ok: false,
      message: error instanceof Error ? error.message : String(error),
    }));
    await options.acknowledge(command, acknowledgement);
    rmSync(path, { force: true });
  }

  async function poll(): Promise<void> {
    if (busy || !existsSync(directory)) return;
    busy = true;
    try {
      // In the order of their names, which begin with the time they were sent.
      const names = readdirSync(directory).filter((name) => name.endsWith('.json'));
      for (const name of names.sort()) await take(name);
    } catch (error) {
      log.error({ error: String(error) }, 'the inbox could not be read');
    } finally {
      busy = false;
    }
  }

  return timers.every(pollMs, () => void poll());
}
