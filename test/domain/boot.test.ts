// When starts in a row are a crash loop, by the machine's time.
import { expect, test } from 'vitest';
import { type Boot, isCrashLoop, startsInRow } from '../../src/domain/boot.ts';

const MINUTE = 60_000;
const now = 1_000 * MINUTE;
const started = (minutesAgo: number): Boot => ({ started: true, wall: now - minutesAgo * MINUTE });
const stopped: Boot = { started: false, wall: undefined };

test.each<[string, readonly Boot[], number]>([
  ['the first there is', [], 1],
  ['five crashes within ten minutes', [1, 2, 4, 8, 10].map(started), 6],
  ['a crash longer ago ends the row', [1, 2, 10.01, 10.02].map(started), 3],
  ['an orderly end ends the row', [started(1), stopped, started(2), started(3)], 2],
  ['in order until now', [stopped, ...[1, 2, 3, 4, 5].map(started)], 1],
  ['a clock set back', [-1, -2, -3, -4, -5].map(started), 6],
  ['starts of a program that wrote no time', [{ started: true, wall: undefined }], 1],
])('%s', (_, boots, starts) => {
  expect(startsInRow(boots, now)).toBe(starts);
  expect(isCrashLoop(starts)).toBe(starts > 5);
});
