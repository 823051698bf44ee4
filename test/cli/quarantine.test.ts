// A quarantined configuration on the command line: what it failed at, and a person's release.
import { expect, test } from 'vitest';
import { paintOf } from '../../src/cli/story/format.ts';
import { tell } from '../../src/cli/story/tell.ts';
import { type Entry, type Fact, fact } from '../../src/domain/fact.ts';
import { openStore } from '../../src/store/store.ts';
import { CONTEXT } from '../store/context.ts';
import { configuration, Story } from '../store/story.ts';
import { place, speak, valuesOf, written } from './speak.ts';

const at = Date.UTC(2026, 0, 2, 3, 4, 5);
const about = { at, key: 'ill' };
const broken = {
  ...{ id: 'ill', version: 1, error: 'TypeError: no \u001b[31mcandle' },
  poison: { what: 'candle', text: '{"at":1767323040000,"close":67000.5}' },
} as const;
const facts: readonly Fact[] = [
  fact('configuration.faulted', about, { ...broken, waitMs: 1000 }),
  fact('configuration.faulted', about, { ...broken, waitMs: 2000 }),
  fact('configuration.quarantined', about, broken),
];

async function quarantined() {
  const directory = place();
  const url = `sqlite:${directory}/troupe.db`;
  const settings = written(directory, 's.yaml', `store: { url: "${url}" }`);
  const store = await openStore({ ...CONTEXT, url });
  const story = new Story().open(configuration('ill'), configuration('one'));
  await store.journal.append([...story.facts, ...facts]);
  await store.close();
  return (...args: readonly string[]) => speak(...args, '--settings', settings);
}

test('show has the errors and the poison, list and status name it', async () => {
  const ask = await quarantined();
  const { code, out } = await ask('configurations', 'show', 'ill');
  expect(code).toBe(0);
  expect(out).toContain('quarantined since 2026-01-02 03:04:05: TypeError: no');
  expect(out).toContain('at this candle: {"at":1767323040000,"close":67000.5}');
  expect(out.match(/^ {2}failed /gm)).toHaveLength(3);
  expect(out).not.toContain('\u001b');
  expect(valuesOf(await ask('--json', 'configurations', 'show', 'ill'))).toMatchObject([
    { id: 'ill', quarantine: { data: broken }, failures: [{}, {}, {}] },
  ]);
  const lines = (await ask('configurations', 'list')).out.trim().split('\n');
  expect(lines.map((line) => line.endsWith('  quarantined'))).toEqual([true, false]);
  expect((await ask('status')).out).toContain('1 quarantined: ill');
  expect((await ask('configurations', 'show', 'one')).out).not.toContain('failed');
});

test('release wants a name and a reason, and does it once', async () => {
  const ask = await quarantined();
  const release = ['configurations', 'release', 'ill'];
  const named = ['--by', 'anna', '--reason', 'a new build'];
  expect((await ask(...release)).code).toBe(2);
  expect(await ask(...release, ...named)).toMatchObject({
    code: 0,
    out: 'ill begins again with the next start\n',
  });
  expect(await ask(...release, ...named)).toMatchObject({
    code: 1,
    out: 'ill is not quarantined\n',
  });
  expect((await ask('configurations', 'show', 'ill')).out).toMatch(/failed/);
  expect((await ask('status')).out).not.toContain('quarantined');
});

test('the story tells each step, as text only', () => {
  const released = fact('configuration.released', about, {
    ...{ id: 'ill', version: 1, by: 'anna', reason: 'a new build' },
  });
  const lines = [...facts.slice(1), released].map((each, seq) =>
    tell({ ...each, seq, v: 1 } as Entry, paintOf(false)),
  );
  expect(lines[0]).toContain('! ill failed: TypeError: no');
  expect(lines[0]).toContain('it begins again in 2 s');
  expect(lines[1]).toContain('■ ill quarantined: TypeError: no');
  expect(lines[2]).toContain('▶ ill released by anna: a new build');
  expect(lines.join('')).not.toContain('\u001b');
});
