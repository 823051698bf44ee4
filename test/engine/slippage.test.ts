// Real fills are evidence too: what they slip since a stage began stands beside the twin's trades, live and after
// a restart alike.
import { expect, test } from 'vitest';
import { fact } from '../../src/domain/fact.ts';
import { NO_SLIPPAGE, slippageRatioOf, withSlip } from '../../src/domain/lifecycle-evidence.ts';
import { slipOf } from '../../src/domain/portfolio.ts';
import { storeAt, temporaryDirectory } from '../store/directory.ts';
import { configuration, Story } from '../store/story.ts';

test('the mean of the orders over the model’s; nothing without orders, and no model beats none', () => {
  expect(slippageRatioOf(NO_SLIPPAGE, 0.0005)).toBeNull();
  const twice = [0.002, 0.001].reduce(withSlip, NO_SLIPPAGE);
  expect(slippageRatioOf(twice, 0.0005)).toBeCloseTo(3, 12);
  expect(slippageRatioOf(twice, 0)).toBe(Number.POSITIVE_INFINITY);
  expect(slippageRatioOf([0.002, -0.004].reduce(withSlip, NO_SLIPPAGE), 0)).toBe(0);
});

test('the store remembers what the book saw, from the stage on', async () => {
  const directory = temporaryDirectory();
  const one = configuration('a');
  const story = new Story().open(one);
  const opened = { id: 'a', version: 1, stage: 'MATURE', equity: '100000', again: false } as const;
  story.tell(fact('evidence.opened', { at: story.at, key: 'a' }, opened));
  story.propose(one).accept().fill('0.4', '67001').fill('0.6', '67010.5');
  story.exit('a', 'stop').accept().fill('1', '65980');
  const store = await storeAt(directory);
  await store.journal.append(story.facts);
  const slips = [...story.draft.orders.values()].flatMap((live) => slipOf(live) ?? []);
  expect(slips).toHaveLength(2);
  const kept = await store.read.career('a', 50);
  expect(kept?.slippage.count).toBe(2);
  expect(kept?.slippage.sum).toBeCloseTo(
    slips.reduce((a, b) => a + b),
    12,
  );
  const overridden = { id: 'a', version: 1, from: 'MATURE', to: 'DECAY' } as const;
  await store.journal.append([
    fact(
      'stage.overridden',
      { at: story.at, key: 'a' },
      { ...overridden, by: 'anna', reason: 'a look', cap: { from: 0.1, to: 0.03 } },
    ),
  ]);
  expect((await store.read.career('a', 50))?.slippage).toEqual(NO_SLIPPAGE);
  await store.close();
});
