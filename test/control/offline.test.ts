// Commands while no engine runs: journalled under the engine's own lock, so that the next start finds
// them done.
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { dropHaltFile, haltFileOf } from '../../src/control/halt-file.ts';
import { applyOffline } from '../../src/control/offline.ts';
import { fact } from '../../src/domain/fact.ts';
import { DEFAULT_SIZING } from '../../src/domain/sizing.ts';
import { recoverBook } from '../../src/engine/recover.ts';
import { openReader } from '../../src/store/read.ts';
import { openStore } from '../../src/store/store.ts';
import { CONTEXT, storeAt, temporaryDirectory, urlOf } from '../store/directory.ts';
import { configuration, Story } from '../store/story.ts';

const named = { id: 'offline-1', by: 'anna', reason: 'a look' };

/** A store that an engine left, its book reducing. */
async function left() {
  const dataDirectory = temporaryDirectory();
  const url = urlOf(dataDirectory);
  const story = new Story().open(configuration('a'), configuration('b'));
  story.tell(fact('trading.reduced', { at: story.at, key: 'anna' }, named));
  const store = await openStore({ ...CONTEXT, url });
  await store.journal.append(story.facts);
  await store.close();
  return {
    where: { url, dataDirectory, caps: DEFAULT_SIZING.base },
    length: story.facts.length,
    at: story.at,
  };
}

async function inStore<T>(url: string, ask: (reader: ReturnType<typeof openReader>) => Promise<T>) {
  const reader = openReader(url);
  try {
    return await ask(reader);
  } finally {
    await reader.close();
  }
}

test('resume opens the book for the next engine and takes the file HALT away', async () => {
  const { where, length } = await left();
  dropHaltFile(where.dataDirectory, 'anna', 'a look');
  const command = { ...named, kind: 'resume' } as const;
  expect(await applyOffline(where, command)).toMatchObject({ ok: true });
  expect(existsSync(haltFileOf(where.dataDirectory))).toBe(false);
  const entries = await inStore(where.url, (reader) => reader.journal(length + 1, 10));
  expect(entries.map(({ type }) => type)).toEqual(['trading.resumed', 'command.acknowledged']);
  const store = await storeAt(where.dataDirectory);
  expect((await recoverBook(store.journal)).book.trading).toBe('active');
});

test('resuming what is not halted says nothing new', async () => {
  const { where } = await left();
  for (const id of ['offline-1', 'offline-2']) {
    await applyOffline(where, { ...named, id, kind: 'resume' });
  }
  const types = await inStore(where.url, async (reader) =>
    (await reader.journal(1, 100)).map(({ type }) => type),
  );
  expect(types.filter((type) => type === 'trading.resumed')).toHaveLength(1);
});

test('deactivate and activate turn a configuration; a name nobody has is answered so', async () => {
  const { where } = await left();
  const turn = (kind: 'activate' | 'deactivate', configId: string) =>
    applyOffline(where, { ...named, kind, configId });
  const active = () =>
    inStore(where.url, async (reader) =>
      (await reader.configurations('active')).map(({ id }) => id),
    );
  expect(await turn('deactivate', 'a')).toMatchObject({ ok: true });
  expect(await active()).toEqual(['b']);
  expect(await turn('activate', 'a')).toMatchObject({ ok: true });
  expect(await active()).toEqual(['a', 'b']);
  expect(await turn('activate', 'zz')).toEqual({ ok: false, message: 'no configuration zz' });
});

test('import takes the good ones in and names the bad; the store keeps the stage it knows', async () => {
  const { where } = await left();
  const one = (id: string, stage: string, changes: object = {}) => ({
    id,
    strategy_name: 'Liquidity Sweep',
    pair: 'ETH/USDT',
    exchange: 'binance',
    timeframe: '5m',
    lifecycle_stage: stage,
    performance: { gross_win_rate: 60 },
    validation: { sharpe_ratio: 1 },
    is_active: true,
    ...changes,
  });
  const document = JSON.stringify([
    one('new', 'DISCOVERY'),
    one('a', 'PAPER'),
    one('bad', 'MATURE', { timeframe: '7m' }),
  ]);
  const command = { ...named, kind: 'import', file: 'f.json', document } as const;
  expect(await applyOffline(where, command)).toEqual({
    ok: false,
    message:
      '2 of 2 configurations new or changed\na: other rules than before: version 2 has no evidence yet and begins in PAPER\nf.json: [2].timeframe ("bad"): expected one of 1m, 5m, 15m, 1h, 4h, 1d, was "7m"',
  });
  const known = await inStore(where.url, (reader) => reader.configurations('all'));
  const stages = Object.fromEntries(
    known.map(({ id, stage, version, timeframe }) => [id, { stage, version, timeframe }]),
  );
  expect(stages['new']).toEqual({ stage: 'DISCOVERY', version: 1, timeframe: '5m' });
  expect(stages['a']).toEqual({ stage: 'PAPER', version: 2, timeframe: '5m' });
  const again = { ...command, id: 'offline-2' };
  expect((await applyOffline(where, again)).message).toMatch(/^0 of 2 configurations/);
});

test('under an engine’s lock, or without a store, nothing is applied', async () => {
  const { where, length } = await left();
  const store = await storeAt(where.dataDirectory);
  const command = { ...named, kind: 'deactivate', configId: 'a' } as const;
  await expect(applyOffline(where, command)).rejects.toThrow('was held by process');
  expect(await store.read.lastSeq()).toBe(length);
  const none = { ...where, url: urlOf(temporaryDirectory()), dataDirectory: '/nowhere' };
  await expect(applyOffline(none, command)).rejects.toThrow('was none');
});
