// `npm run campaign [-- --seed N --minutes M --round K --together T --seconds S]`: real traders on real sockets
// while the venue fails, killed, stopped and started again, and held to account. It prints what it did and stops
// by itself; exits 0 when nothing was wrong. A round that failed keeps its directory, and is run again alone by
// its number.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Counts } from './count.ts';
import { drawRound, seedOf } from './draw.ts';
import { type RoundReport, runRound } from './round.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '10' },
    /** One round alone. */
    round: { type: 'string' },
    together: { type: 'string', default: '2' },
    /** How long the venue fails in each round. */
    seconds: { type: 'string', default: '45' },
  },
});
const [seed, minutes] = [Number(values.seed), Number(values.minutes)];
const faultsMs = Number(values.seconds) * 1000;
const together = values.round === undefined ? Math.min(2, Number(values.together)) : 1;
/** A round is about two minutes at most; whatever hangs does not hang for ever. */
const graceMs = 5 * 60_000;
const until = performance.now() + minutes * 60_000;
const total = new Counts();
const failed: RoundReport[] = [];
let settledMsMax = 0;
let rounds = 0;

setTimeout(
  () => {
    process.stdout.write('the campaign did not end by itself\n');
    process.exit(1);
  },
  minutes * 60_000 + graceMs,
).unref();

async function run(round: number): Promise<void> {
  const plan = drawRound(seedOf(seed, round), faultsMs);
  const directory = mkdtempSync(join(tmpdir(), `troupe-campaign-${seed}-${round}-`));
  const startedAt = performance.now();
  const report = await runRound(plan, directory);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  rounds += 1;
  total.addAll(report.counts);
  settledMsMax = Math.max(settledMsMax, report.settledMs ?? 0);
  const word = report.problems.length === 0 ? 'ok ' : 'BAD';
  const { counts } = report;
  process.stdout.write(
    `${word} round ${round} (${seconds} s): speed ${plan.speed}, protection ${plan.protection}, ` +
      `${plan.faults.rules.length} kinds of faults, ${counts.total('faults')} took effect; ` +
      `${counts.total('orders')} orders, ${counts.total('fills')} fills, ${counts.of('lives', 'started')} starts, ` +
      `settled after ${report.settledMs?.toFixed(0) ?? '–'} ms\n`,
  );
  if (report.problems.length === 0) rmSync(directory, { recursive: true, force: true });
  else tell(report, round, directory);
}

function tell(report: RoundReport, round: number, directory: string): void {
  failed.push(report);
  for (const problem of report.problems) {
    process.stdout.write(`      ${problem.replaceAll('\n', '\n      ')}\n`);
  }
  process.stdout.write(`      ${JSON.stringify(report.plan)}\n      kept in ${directory}\n`);
  process.stdout.write(`      again: npm run campaign -- --seed ${seed} --round ${round}\n`);
}

async function work(next: () => number | undefined): Promise<void> {
  for (let round = next(); round !== undefined; round = next()) await run(round);
}

let begun = 0;
const next = (): number | undefined => {
  if (values.round !== undefined) return begun++ === 0 ? Number(values.round) : undefined;
  if (performance.now() > until) return undefined;
  begun += 1;
  return begun;
};

await Promise.all(Array.from({ length: together }, () => work(next)));

process.stdout.write(`\n${total.lines().join('\n')}\n`);
process.stdout.write(
  `seed ${seed}: ${rounds} rounds, ${failed.length} with something wrong; ${total.total('orders')} orders, ` +
    `${total.total('fills')} fills, ${total.total('killed at')} kills and ${total.total('stopped at')} stops at steps; ` +
    `settled at most ${settledMsMax.toFixed(0)} ms after the faults\n`,
);
process.exitCode = failed.length === 0 && rounds > 0 ? 0 : 1;
