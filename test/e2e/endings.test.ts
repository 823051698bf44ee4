// A few of the moments that `npm run endings` goes through by the hundred: after each way to end, nothing runs
// on, and the book that the next start has is the one before and what the venue did.
import { expect, test } from 'vitest';
import { ENDINGS, momentOf } from '../endings/moment.ts';
import { endAt, type Outcome } from '../endings/run.ts';

/** One where it is being opened, one with an order under way. */
const seeds = [1, 3];

test.each(ENDINGS)('%s', { timeout: 180_000 }, async (signal) => {
  const outcomes: Outcome[] = await Promise.all(seeds.map((seed) => endAt(momentOf(signal, seed))));
  const wrong = outcomes.flatMap(({ moment: { place, delayMs }, problems }) =>
    problems.map((problem) => `${delayMs} ms after ${place.name}: ${problem}`),
  );
  expect(wrong).toEqual([]);
});
