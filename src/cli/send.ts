// A command to a running engine: a file renamed into its inbox, and the wait for its acknowledgement
// in the journal.
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Acknowledgement, Command } from '../engine/command.ts';
import { inboxOf } from '../engine/inbox.ts';
import { openReader } from '../store/read.ts';
import { Failure } from './terminal.ts';

type Draft<C> = C extends Command ? Omit<C, 'id'> : never;

const waitMsMax = 15_000;
const pollMs = 100;

/** Whether an engine runs on this data directory: its pid file names a living process. */
export function engineRuns(dataDirectory: string): boolean {
  const path = join(dataDirectory, 'troupe.pid');
  if (!existsSync(path)) return false;
  try {
    process.kill(Number(readFileSync(path, 'utf8')), 0);
    return true;
  } catch {
    return false;
  }
}

/** Sends a command and waits for its acknowledgement. Throws `Failure` when none comes. */
export async function sendCommand(
  store: { url: string; dataDirectory: string },
  draft: Draft<Command>,
): Promise<Acknowledgement> {
  if (!engineRuns(store.dataDirectory)) {
    throw new Failure(`expected an engine running on ${store.dataDirectory}, was none`);
  }
  const id = randomUUID();
  const inbox = inboxOf(store.dataDirectory);
  mkdirSync(inbox, { recursive: true, mode: 0o700 });
  const path = join(inbox, `${Date.now()}-${id}.json`);
  writeFileSync(`${path}.part`, JSON.stringify({ ...draft, id }), { mode: 0o600 });
  renameSync(`${path}.part`, path);
  const reader = openReader(store.url);
  try {
    for (const until = Date.now() + waitMsMax; Date.now() < until; await pause(pollMs)) {
      const entry = (await reader.about(id, 1)).at(0);
      if (entry?.type === 'command.acknowledged') {
        return { ok: entry.data.ok, message: entry.data.message };
      }
    }
  } finally {
    await reader.close();
  }
  throw new Failure(`the engine did not acknowledge within ${waitMsMax / 1000} s`);
}
