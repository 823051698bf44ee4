// Orders between the journal and the wire: known once their commit has returned, and good for one sending.
import { expect, test } from 'vitest';
import { type Fact, fact } from '../../src/domain/fact.ts';
import { createCommittedOrders } from '../../src/engine/committed.ts';
import { storeAt, temporaryDirectory } from '../store/directory.ts';
import { entry } from './bench.ts';

const { clientOrderId } = entry;
const exit = { ...entry, purpose: 'exit', side: 'sell', exitReason: 'stop' } as const;
const ordered: Fact = fact(
  'exit.ordered',
  { at: 1, key: 'one', cause: 'one@1' },
  { order: exit, reason: 'stop', price: '99' },
);

test('an order may be sent after its commit, once', async () => {
  const store = await storeAt(temporaryDirectory());
  const committed = createCommittedOrders(store.journal);
  const appended = committed.journal.append([ordered]);
  expect(committed.take(clientOrderId)).toBe(false);
  expect(await appended).toMatchObject([{ seq: 1, type: 'exit.ordered' }]);
  expect(committed.take(clientOrderId)).toBe(true);
  expect(committed.take(clientOrderId)).toBe(false);
});

test('an order whose commit failed may not', async () => {
  const store = await storeAt(temporaryDirectory());
  const committed = createCommittedOrders(store.journal);
  await store.close();
  await expect(committed.journal.append([ordered])).rejects.toThrow();
  expect(committed.take(clientOrderId)).toBe(false);
});

test('an order committed by an earlier run is not sent by this one', async () => {
  const store = await storeAt(temporaryDirectory());
  await store.journal.append([ordered]);
  const committed = createCommittedOrders(store.journal);
  const read = [];
  for await (const one of committed.journal.read(1)) read.push(one.type);
  expect(read).toEqual(['exit.ordered']);
  expect(committed.take(clientOrderId)).toBe(false);
});

test('what keeps entries out does so until a word that it may again is committed, not only said', async () => {
  const store = await storeAt(temporaryDirectory());
  const about = { at: 1, key: 'USDT' };
  const word = { by: 'anna', reason: 'a look' };
  const committed = createCommittedOrders(store.journal, true);
  expect(committed.isReduced).toBe(true);
  const resumed = committed.journal.append([fact('trading.resumed', about, word)]);
  expect(committed.isReduced).toBe(true);
  await resumed;
  expect(committed.isReduced).toBe(false);
  for (const type of ['trading.reduced', 'trading.flattened'] as const) {
    await committed.journal.append([fact(type, about, word)]);
    expect(committed.isReduced).toBe(true);
    await committed.journal.append([fact('trading.resumed', about, word)]);
  }
  await store.close();
});
