// The last line before the socket, in the engine as it is started: an entry was decided, journalled, and is
// on its way when the file HALT appears and the store goes down. It does not reach the venue; an exit would.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { loadDocument, loadSettings } from '../../src/cli/load.ts';
import { dropHaltFile, isHalted } from '../../src/control/halt-file.ts';
import type { Entry } from '../../src/domain/fact.ts';
import { prepareEngine } from '../../src/launch/launch.ts';
import { openMarket, placeOf } from '../support/halting.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

test('HALT between the commit and the wire, the store down: the entry stays here', {
  timeout: 60_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'troupe-hop-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const { sandbox } = await openMarket(directory, 8);
  onTestFinished(() => sandbox.close());
  const place = placeOf(directory, sandbox.port);
  const entries: Entry[] = [];
  const { engine, store, venue } = await prepareEngine({
    settings: { ...loadSettings(place.settings), mode: 'live' },
    credentials: { key: 'k', secret: 's' },
    live: true,
    configurations: loadDocument(join(directory, 'configurations.json')).configurations,
    ...{ version: 'test', log: quiet, onFeedNews() {} },
    onEntry: (entry) => entries.push(entry),
    onFatal(reason, error) {
      throw new Error(reason, { cause: error });
    },
  });
  onTestFinished(async () => {
    await venue.close();
    await store.close();
  });
  // The real journal, but for what happens around the one commit this is about.
  const { journal } = store;
  const append = journal.append.bind(journal);
  let isDown = false;
  journal.append = async (facts) => {
    if (isDown) throw new Error('the store is down');
    const written = await append(facts);
    if (facts.some(({ type }) => type === 'signal.approved')) {
      isDown = true;
      dropHaltFile(place.data, 'anna', 'a look');
    }
    return written;
  };
  await engine.start();
  while (!isDown) await pause(20);
  await pause(500);
  expect(isHalted(place.data)).toBe(true);
  const [approved] = entries.flatMap((one) =>
    one.type === 'signal.approved' ? [one.data.order] : [],
  );
  if (approved === undefined) throw new Error('expected an approval');
  // Decided and committed; the venue has never heard of it.
  expect(await venue.find(approved)).toBeUndefined();
  expect(await venue.fills(approved.pair, 0)).toEqual([]);
  isDown = false;
  while (!entries.some(({ type }) => type === 'order.ended')) await pause(50);
  expect(entries.find(({ type }) => type === 'order.ended')).toMatchObject({
    data: { clientOrderId: approved.clientOrderId, state: 'rejected', code: 'kill-switch' },
  });
  expect(engine.book().positions.size).toBe(0);
  await engine.stop();
});
