// Commands while no engine runs: what changes the book's record is journalled straight away, under the
// same lock an engine would hold. What needs a market waits for an engine.
import { type Fact, fact } from '../domain/fact.ts';
import type { SizingRules } from '../domain/sizing.ts';
import { released } from '../engine/fault-desk.ts';
import { takeIn } from '../engine/import.ts';
import { recoverBook } from '../engine/recover.ts';
import { openReader } from '../store/read.ts';
import { openStore, type Store } from '../store/store.ts';
import type { Acknowledgement, Command } from './command.ts';
import { removeHaltFile } from './halt-file.ts';
import { movedWords, override } from './override.ts';

/** Kinds of commands that need no running engine. */
export type OfflineCommand = Extract<
  Command,
  { kind: 'import' | 'activate' | 'deactivate' | 'resume' | 'stage' | 'release' }
>;

interface Where {
  readonly url: string;
  readonly dataDirectory: string;
  /** The most one position of a stage may take, as a share of capital. */
  readonly caps: SizingRules['base'];
}

interface Answer extends Acknowledgement {
  readonly facts: readonly Fact[];
}

/** Applies `command` to the store at `url`, which must exist. Throws `StoreFault`. */
export async function applyOffline(
  { url, dataDirectory, caps }: Where,
  command: OfflineCommand,
): Promise<Acknowledgement> {
  const store = await openStore({ url, ...(await contextOf(url)) });
  try {
    const { ok, message, facts } = await answer(store, command, caps);
    const { id, kind } = command;
    const at = (await recoverBook(store.journal)).at;
    const acknowledged = fact('command.acknowledged', { at, key: id }, { id, kind, ok, message });
    await store.journal.append([...facts, acknowledged]);
    if (kind === 'resume') removeHaltFile(dataDirectory);
    return { ok, message };
  } finally {
    await store.close();
  }
}

/** Whose store it is, in its own words. */
async function contextOf(url: string) {
  const reader = openReader(url);
  try {
    const context = await reader.context();
    const [userId, venue] = [context.get('user_id'), context.get('venue')];
    return { userId: userId ?? '', venue: venue ?? '', isPaper: context.get('mode') === 'paper' };
  } finally {
    await reader.close();
  }
}

async function answer(
  store: Store,
  command: OfflineCommand,
  caps: SizingRules['base'],
): Promise<Answer> {
  const { by, reason } = command;
  const { book, at } = await recoverBook(store.journal);
  const known = new Map(
    (await store.read.configurations('all')).map((one) => [one.id, one] as const),
  );
  switch (command.kind) {
    case 'resume': {
      const facts =
        book.trading === 'active' ? [] : [fact('trading.resumed', { at, key: by }, { by, reason })];
      return { ok: true, facts, message: 'no engine runs; the next one takes entries again' };
    }
    case 'import': {
      const { ok, facts, lines } = takeIn(command, known, at);
      return { ok, facts, message: lines.join('\n') };
    }
    case 'stage': {
      const overriding = override(command, known.get(command.configId), caps, at);
      if (typeof overriding === 'string') return { ok: false, facts: [], message: overriding };
      return { ok: true, facts: [overriding], message: movedWords(overriding) };
    }
    case 'release': {
      const { configId } = command;
      const entry = (await store.read.quarantined()).get(configId);
      if (entry === undefined) {
        return { ok: false, facts: [], message: `${configId} is not quarantined` };
      }
      const facts = [released(configId, entry.data.version, command, at)];
      return { ok: true, facts, message: `${configId} begins again with the next start` };
    }
    case 'activate':
    case 'deactivate': {
      const { configId, kind } = command;
      if (!known.has(configId))
        return { ok: false, facts: [], message: `no configuration ${configId}` };
      const facts = [
        fact(`configuration.${kind}d`, { at, key: configId }, { id: configId, by, reason }),
      ];
      return { ok: true, facts, message: `${configId}: ${kind}d from the next start on` };
    }
  }
}
