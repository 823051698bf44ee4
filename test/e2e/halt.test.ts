// The kill switch on a running engine: by the command line, by the file HALT and by a signal; opened again
// by a named person with a reason alone; and an engine that finds the file starts halted. What each took is
// said; the test fails only well beyond it.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openReader } from '../../src/store/read.ts';
import { type Line, runCommand } from '../support/command.ts';
import { deadlineMs, halted, named, openMarket, placeOf, start, ways } from '../support/halting.ts';

const is = (msg: string) => (line: Line) => line.msg === msg;

test('each way halts, a person opens again, and the file HALT halts the next start too', {
  timeout: 90_000,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'troupe-halt-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const { sandbox, bought } = await openMarket(directory, 50);
  onTestFinished(() => sandbox.close());
  const place = placeOf(directory, sandbox.port);
  const first = start(place);
  onTestFinished(() => void first.child.kill('SIGKILL'));
  await first.until(is('stream.live'), 30_000);
  const told: string[] = [];
  for (const way of ways) {
    const { by, tookMs, told: one, asked, isNew } = await halted(way, place, first);
    told.push(one);
    // The command drops the file before it asks: whoever is heard first halts.
    expect(by).toBe(way.by);
    expect(tookMs).toBeLessThan(deadlineMs);
    await first.until((line) => isNew(line) && line.msg === 'trading.reduced', deadlineMs);
    expect((await asked)?.code ?? 0).toBe(0);
    expect(existsSync(join(place.data, 'HALT'))).toBe(true);
    const resume = await runCommand(['--settings', place.settings, 'resume', ...named]);
    expect(resume).toMatchObject({ code: 0, text: 'open for entries again' });
    expect(existsSync(join(place.data, 'HALT'))).toBe(false);
  }
  console.log(told.join('\n'));
  first.child.kill('SIGTERM');
  expect(await first.exit).toBe(0);

  writeFileSync(join(place.data, 'HALT'), 'anna: overnight\n');
  const second = start(place);
  onTestFinished(() => void second.child.kill('SIGKILL'));
  const reduced = await second.until(is('trading.reduced'), 30_000);
  expect(reduced['data']).toEqual({ by: 'anna', reason: 'overnight' });
  const { code } = await runCommand(['--settings', place.settings, 'resume', '--by', 'anna']);
  expect(code).toBe(2);
  await bought();
  const refused = await second.until(is('signal.refused'), 20_000);
  expect(refused['data']).toMatchObject({ refusal: { code: 'trading-state' } });
  second.child.kill('SIGTERM');
  expect(await second.exit).toBe(0);
  const reader = openReader(`sqlite:${place.data}/troupe.db`);
  const journal = await reader.journal(1, 1000);
  await reader.close();
  expect(journal.filter(({ type }) => type === 'signal.approved')).toEqual([]);
});
