// Ends demos at many seeded moments in each way there is, and prints what came of it: `npm run endings`.
// It stops by itself when its time is up; exits 0 when nothing was wrong, 1 otherwise.
import { parseArgs } from 'node:util';
import { ENDINGS, type Moment, momentOf, PLACES } from './moment.ts';
import { endAt, type Outcome } from './run.ts';

const { values } = parseArgs({
  options: {
    /** Moments of each way to end. */
    moments: { type: 'string', default: '50' },
    first: { type: 'string', default: '0' },
    minutes: { type: 'string', default: '40' },
    together: { type: 'string', default: '2' },
  },
});
const [moments, first, minutes, together] = [
  Number(values.moments),
  Number(values.first),
  Number(values.minutes),
  Number(values.together),
];

const waiting: Moment[] = Array.from({ length: moments }, (_, index) => first + index).flatMap(
  (seed) => ENDINGS.map((signal) => momentOf(signal, seed)),
);
const wanted = waiting.length;
const outcomes: Outcome[] = [];
const until = performance.now() + minutes * 60_000;

const nameOf = ({ signal, seed, place, delayMs }: Moment): string =>
  `${signal.padEnd(7)} seed ${String(seed).padStart(3)}  ${delayMs} ms after ${place.name}`;

async function work(): Promise<void> {
  while (performance.now() < until) {
    const moment = waiting.shift();
    if (moment === undefined) return;
    const outcome = await endAt(moment);
    outcomes.push(outcome);
    const { endedMs, endedWith, caughtUp, problems } = outcome;
    const fate = `ended with ${endedWith} in ${Math.round(endedMs)} ms, caught up ${caughtUp}`;
    process.stdout.write(`${problems.length === 0 ? 'ok ' : 'BAD'} ${nameOf(moment)}: ${fate}\n`);
    for (const problem of problems) process.stdout.write(`      ${problem}\n`);
  }
}

await Promise.all(Array.from({ length: together }, work));

const bad = outcomes.filter(({ problems }) => problems.length > 0);
process.stdout.write(
  `\n${'after'.padEnd(16)} ${ENDINGS.map((one) => one.padStart(9)).join(' ')}\n`,
);
for (const { name } of PLACES) {
  const cells = ENDINGS.map((signal) => {
    const here = outcomes.filter(
      (one) => one.moment.signal === signal && one.moment.place.name === name,
    );
    const good = here.filter(({ problems }) => problems.length === 0);
    return `${good.length}/${here.length}`.padStart(9);
  });
  process.stdout.write(`${name.padEnd(16)} ${cells.join(' ')}\n`);
}
const slowest = Math.max(...outcomes.map(({ endedMs }) => endedMs));
const caughtUp = outcomes.filter((one) => one.caughtUp > 0).length;
process.stdout.write(
  `${outcomes.length} of ${wanted} endings, ${bad.length} with something wrong; slowest end ${Math.round(slowest)} ms; ${caughtUp} books caught up with trades of the venue\n`,
);
process.exitCode = bad.length === 0 && outcomes.length === wanted ? 0 : 1;
