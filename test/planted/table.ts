// What became of planted bugs, as a table that a page can take.
import type { Hunted } from './hunt.ts';

/** Longest text of a finding's detail. */
const detailLengthMax = 90;

export const tableOf = (all: readonly Hunted[]): readonly string[] => [
  '| planted | seed | caught by | in these words | seconds |',
  '|---|---|---|---|---|',
  ...all.map(({ patch, caught, trouble, seeds, seconds }) => {
    const words =
      caught === undefined
        ? ['–', trouble ?? `not within ${seeds} seeds`, '']
        : [`${caught.seed}`, caught.finding.invariant, caught.finding.detail];
    const cells = [patch.name, ...words.map(plain), seconds.toFixed(1)];
    return `| ${cells.join(' | ')} |`;
  }),
];

const plain = (text: string): string =>
  text.split('\n')[0]?.replaceAll('|', '¦').slice(0, detailLengthMax) ?? '';
