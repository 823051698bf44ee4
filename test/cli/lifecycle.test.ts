// `troupe lifecycle simulate`, as a user runs it.
import { expect, test } from 'vitest';
import { speak, valuesOf } from './speak.ts';

const simulate = ['lifecycle', 'simulate', '--runs', '3', '--years', '1'];

test('prints every operating characteristic, in words and as one value', async () => {
  const person = await speak(...simulate);
  expect(person.code).toBe(0);
  expect(person.out).toContain(
    'Sharpe 0.2 a trade, 1.6:1, 5 trades a week, 3 runs, default profile',
  );
  expect(person.out.trim().split('\n')).toHaveLength(10);
  const machine = await speak('--json', ...simulate, '--profile', 'quick');
  expect(valuesOf(machine)).toMatchObject([
    {
      ...{ edge: 0.2, runs: 3, profile: 'quick' },
      loss: { tradesToDecayVanished: { mean: expect.any(Number) } },
    },
  ]);
});

test('an edge of nothing cannot be lost', async () => {
  const { out } = await speak(...simulate, '--edge', '0');
  expect(out).toContain('too faint an edge to be lost');
});

test.each([
  ['--profile', 'careless'],
  ['--edge', '-0.1'],
  ['--runs', '0'],
  ['--payoff', 'NaN'],
])('%s %s is wrong use', async (...wrong) => {
  expect((await speak(...simulate, ...wrong)).code).toBe(2);
});
