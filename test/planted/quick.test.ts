// Each planted bug is still caught where it is known to be, or within some seeds more.
import { expect, test } from 'vitest';
import { runBugs } from './bug-run.ts';

const msMax = 120_000;

test('twenty of twenty planted bugs are caught', { timeout: 15 * 60_000 }, async () => {
  const lines: string[] = [];
  const options = { quick: true, keep: false, only: '', seedsMax: 150, msMax, workers: 2 };
  const isGood = await runBugs(options, (line) => lines.push(line));
  expect(isGood, lines.join('\n')).toBe(true);
});
