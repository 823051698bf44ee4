// The UTC day over a midnight, through real processes: whatever the time zone, the machine's clock and a
// restart in the last millisecond do, the same day, the same latch, byte for byte the same journal.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { rowsOf, tablesOf, temporaryDirectory } from '../store/directory.ts';

const program = fileURLToPath(new URL('./midnight-process.ts', import.meta.url));
const midnight = Date.UTC(2025, 5, 1);
const today = midnight / 86_400_000;

/** Tells an act in a process of its own; how it ended. */
async function told(directory: string, act: string, zone: string, hours: number) {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', program, directory, act, String(hours)],
    { env: { ...process.env, TZ: zone }, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const [code, signal] = await once(child, 'exit');
  return signal ?? code;
}

/** The whole story in a zone, on a machine whose clock is moved by the hour; its journal and tables. */
async function storyIn(zone: string, hours: number) {
  const directory = temporaryDirectory();
  expect(await told(directory, 'the day before', zone, hours)).toBe('SIGKILL');
  expect(await told(directory, 'the day itself', zone, hours)).toBe(0);
  expect(await told(directory, 'later that day', zone, hours)).toBe(0);
  const journal = rowsOf(directory, 'SELECT * FROM journal ORDER BY seq');
  return { journal, tables: tablesOf(directory) };
}

test('in Kathmandu as in UTC, with the clock set by hours either way: the same journal', {
  timeout: 50_000,
}, async () => {
  const [plain, kathmandu, kiritimati] = await Promise.all([
    storyIn('UTC', 0),
    storyIn('Asia/Kathmandu', 7),
    storyIn('Pacific/Kiritimati', -31),
  ]);
  // The story is the one meant: latched yesterday, refused, killed, opened anew at midnight, traded.
  const course = plain.journal.flatMap(({ type, at, data }) => {
    const { day, refusal } = JSON.parse(String(data));
    if (type === 'signal.refused') return [`${type} ${refusal.code}`];
    const told = ['day.opened', 'loss.latched', 'signal.approved', 'position.closed'];
    if (!told.includes(String(type))) return [];
    return [`${type} ${day === undefined ? '' : day - today} ${Number(at) - midnight}`];
  });
  const minute = 60_000;
  expect(course).toEqual([
    `day.opened -1 ${-11 * minute}`,
    `signal.approved  ${-10 * minute}`,
    `position.closed  ${-5 * minute}`,
    `loss.latched -1 ${-5 * minute}`,
    'signal.refused daily-loss',
    'day.opened 0 0',
    'signal.approved  0',
    // Its time stop, at the first price after it.
    `position.closed  ${24 * 60 * minute - 1}`,
  ]);
  expect(JSON.stringify(kathmandu)).toBe(JSON.stringify(plain));
  expect(JSON.stringify(kiritimati)).toBe(JSON.stringify(plain));
});
