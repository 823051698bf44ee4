// Proposals that wait: looked at in the order they came, and known when their stream has gone stale.
import { expect, test } from 'vitest';
import { type Batch, proposalsOf, withStale } from '../../src/domain/batch.ts';
import { configurationOf, proposalOf } from '../support/bench.ts';

const ids = ['one', 'two', 'three'];
const batch = ids
  .map((id) => proposalOf(configurationOf(id)))
  .reduce<Batch>((before, proposal) => ({ proposal, before }), null);
const shown = (one: Batch) =>
  proposalsOf(one).map(({ configuration, fresh }) => [configuration.id, fresh]);

test('a batch is in the order of arrival; an empty one is empty', () => {
  expect(proposalsOf(null)).toEqual([]);
  expect(proposalsOf(batch).map(({ configuration }) => configuration.id)).toEqual(ids);
});

test('what went stale is not fresh any more, and stands where it stood', () => {
  expect(shown(withStale(batch, new Set(['one', 'three'])))).toEqual([
    ['one', false],
    ['two', true],
    ['three', false],
  ]);
  expect(shown(batch).every(([, fresh]) => fresh)).toBe(true);
  const [, two] = proposalsOf(withStale(batch, new Set(['two'])));
  expect(two).toEqual({ ...proposalOf(configurationOf('two')), fresh: false });
  expect(withStale(null, new Set(['one']))).toBeNull();
});
