// Two short rounds of what `npm run campaign` does for as long as it is told to: one that is always the same
// and one that never was before, named when it fails; and nothing is left of a campaign that is killed.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { drawRound, seedOf } from '../campaign/draw.ts';
import { runRound } from '../campaign/round.ts';
import { childrenOf, expectGone } from '../support/child.ts';

const directory = mkdtempSync(join(tmpdir(), 'troupe-campaign-test-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const faultsMs = 12_000;
const fresh = Date.now() % 2 ** 31;

describe.concurrent('the venue fails, the trader is killed, and the books are the venue’s', () => {
  test.each([
    ['a kept seed', seedOf(1, 4)],
    ['a fresh seed', fresh],
  ])('%s', { timeout: 300_000 }, async (_, seed) => {
    const plan = drawRound(seed, faultsMs);
    const { problems, counts } = await runRound(plan, mkdtempSync(join(directory, 'round-')));
    expect(problems, `seed ${seed}, ${JSON.stringify(plan)}`).toEqual([]);
    // It did live through it: the one that saw the faults go, and the one at rest.
    expect(counts.of('lives', 'started')).toBeGreaterThanOrEqual(2);
    expect(counts.of('audit', 'numbers compared')).toBeGreaterThan(0);
  });
});

test('a campaign that is killed leaves no process behind', { timeout: 90_000 }, async () => {
  const campaign = spawn(
    process.execPath,
    ['--import', 'tsx', 'test/campaign/main.ts', '--seed', '1', '--round', '1'],
    { stdio: 'ignore', env: { ...process.env, TMPDIR: directory } },
  );
  onTestFinished(() => void campaign.kill('SIGKILL'));
  let children: readonly number[] = [];
  // An exchange and a trader.
  for (let waited = 0; waited < 300 && children.length < 2; waited += 1) {
    await pause(100);
    children = childrenOf(campaign.pid);
  }
  campaign.kill('SIGKILL');
  expect(children.length).toBeGreaterThanOrEqual(2);
  await expectGone(children);
});
