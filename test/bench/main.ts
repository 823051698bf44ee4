// `npm run bench`: what “fast” means here, measured. Ratios are to a baseline of the same run; times are
// this machine's, and nobody else's.
import { benchClose } from './close.ts';
import { benchCrowd } from './crowd.ts';
import { benchFeed } from './feed.ts';
import type { Row } from './measure.ts';
import { benchMemory } from './memory.ts';
import { benchPrice } from './price.ts';

const asJson = process.argv.includes('--json');

function tell({ what, measured, baseline, ratio, goal, isMet }: Row): void {
  const over = ratio === null ? '' : ` = ${ratio.toFixed(2)}×`;
  process.stdout.write(
    `${isMet ? '✓' : '✗'} ${what}\n    ${measured}; baseline ${baseline}${over}; goal ${goal}\n`,
  );
}

// Memory first: what the others leave behind is not its business.
for (const bench of [benchMemory, benchPrice, benchClose, benchCrowd, benchFeed]) {
  for (const row of await bench()) {
    if (asJson) process.stdout.write(`${JSON.stringify(row)}\n`);
    else tell(row);
  }
}
