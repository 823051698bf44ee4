// What became of planted bugs, as a table that a page can take.
import type { Hunted } from './hunt.ts';

/** Longest text of a cell. */
const cellLengthMax = 110;

export const tableOf = (all: readonly Hunted[]): readonly string[] => [
  '| planted | seed | caught by | in these words | seconds |',
  '|---|---|---|---|---|',
  ...all.map(({ patch, caught, trouble, seeds, seconds }) => {
    const words =
      caught === undefined
        ? ['–', trouble ?? `not within ${seeds} seeds`, '']
        : [`${caught.seed}`, caught.finding.invariant, caught.finding.detail];
    const cells = [patch.name, ...words.map(cell), seconds.toFixed(1)];
    return `| ${cells.join(' | ')} |`;
  }),
];

/** Text on one line, short, and without what would end a cell. */
export const cell = (text: string): string =>
  text.split('\n')[0]?.replaceAll('|', '¦').slice(0, cellLengthMax) ?? '';
