// A command to a running engine: a file renamed into its inbox, and the wait for its acknowledgement
// in the journal.
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Acknowledgement, type Command, parseCommand } from '../control/command.ts';
import { inboxOf } from '../control/inbox.ts';
import { applyOffline, type OfflineCommand } from '../control/offline.ts';
import type { SizingRules } from '../domain/sizing.ts';
import { openReader } from '../store/read.ts';
import { Failure, WrongUse } from './terminal.ts';

/** Where a command's engine keeps its store. */
export interface Where {
  readonly url: string;
  readonly dataDirectory: string;
  /** The most one position of a stage may take, as a share of capital. */
  readonly caps: SizingRules['base'];
}

type Draft<C> = C extends Command ? Omit<C, 'id'> : never;

const answerMsMax = 15_000;
const pollMs = 100;

/** Whether an engine runs on this data directory: its pid file names a living process. */
export function engineRuns(dataDirectory: string): boolean {
  const path = join(dataDirectory, 'troupe.pid');
  if (!existsSync(path)) return false;
  const pid = Number(readFileSync(path, 'utf8'));
  // 0 would mean our own group, which always lives.
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Someone else's process is a process.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Sends a command and waits for its acknowledgement. Throws `Failure` when none comes. */
export async function sendCommand(
  store: Where,
  draft: Draft<Command>,
  waitMsMax = answerMsMax,
): Promise<Acknowledgement> {
  if (!engineRuns(store.dataDirectory)) {
    throw new Failure(`expected an engine running on ${store.dataDirectory}, was none`);
  }
  const id = randomUUID();
  const text = JSON.stringify({ ...draft, id });
  if (parseCommand(text) === undefined) {
    throw new WrongUse(
      `expected names and reasons of 1 to 80 and 500 characters for ${draft.kind}`,
    );
  }
  const inbox = inboxOf(store.dataDirectory);
  mkdirSync(inbox, { recursive: true, mode: 0o700 });
  const path = join(inbox, `${Date.now()}-${id}.json`);
  writeFileSync(`${path}.part`, text, { mode: 0o600 });
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
  // Nobody wants to be obeyed tomorrow.
  const taken = !existsSync(path);
  rmSync(path, { force: true });
  throw new Failure(
    `the engine did not acknowledge within ${waitMsMax / 1000} s; the command is ${taken ? 'in its hands' : 'withdrawn'}`,
  );
}

/** Sends a command to the engine that runs, or applies it to the store where none does. */
export async function sendOrApply(
  store: Where,
  draft: Draft<OfflineCommand>,
): Promise<Acknowledgement> {
  if (engineRuns(store.dataDirectory)) return sendCommand(store, draft);
  return applyOffline(store, { ...draft, id: randomUUID() });
}
