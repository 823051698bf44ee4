// `npm run kill-matrix [-- --only KIND[:STEP[:WAY]] --parallel N --minutes N]`: every kill of the matrix with
// real processes, and a table of what came of them. It stops by itself.
import { parseArgs } from 'node:util';
import { allTrials, KINDS, STEPS, type Trial } from './matrix.ts';
import { describe } from './point.ts';
import { type Finding, runTrial } from './trial.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    parallel: { type: 'string', default: '2' },
    minutes: { type: 'string', default: '60' },
  },
});

const [kind, step, way] = values.only.split(':');
const isWanted = (trial: Trial): boolean =>
  (!kind || kind === '*' || trial.kind === kind) &&
  (!step || step === '*' || trial.step === Number(step)) &&
  (!way || trial.way === Number(way));

const waiting = allTrials().filter(isWanted);
const endsAt = performance.now() + Number(values.minutes) * 60_000;
const findings: Finding[] = [];

function say({ trial, problems, armedMs, times }: Finding): void {
  const word = problems.length === 0 ? 'ok  ' : 'BAD ';
  const measured = [armedMs, times?.standsMs, times?.settledMs]
    .map((ms) => ms?.toFixed(0) ?? '–')
    .map((text) => text.padStart(6));
  const name = `${trial.kind} ${trial.step} ${STEPS[trial.step - 1]} (${trial.way})`;
  console.log(`${word}${measured.join('')}  ${name}: ${trial.kills.map(describe).join('; ')}`);
  for (const problem of problems) console.log(`      ${problem.replaceAll('\n', '\n      ')}`);
}

async function work(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (performance.now() > endsAt) return void waiting.unshift(next);
    const finding = await runTrial(next);
    findings.push(finding);
    say(finding);
  }
}

await Promise.all(Array.from({ length: Number(values.parallel) }, work));

const most = (numbers: readonly (number | undefined)[]): string => {
  const known = numbers.filter((one) => one !== undefined);
  return known.length === 0 ? '–' : Math.max(...known).toFixed(0);
};

console.log(`\n${'good of tried'.padEnd(24)}${KINDS.map((one) => one.padStart(10)).join('')}`);
for (const [index, name] of STEPS.entries()) {
  const cells = KINDS.map((one) => {
    const cell = findings.filter(({ trial }) => trial.kind === one && trial.step === index + 1);
    const good = cell.filter(({ problems }) => problems.length === 0).length;
    return `${good}/${cell.length}`.padStart(10);
  });
  console.log(`${String(index + 1).padStart(2)} ${name.padEnd(21)}${cells.join('')}`);
}
const bad = findings.filter(({ problems }) => problems.length > 0).length;
console.log(`${findings.length} tried, ${bad} bad, ${waiting.length} left out`);
console.log(
  `at most: stops watched after ${most(findings.map(({ armedMs }) => armedMs))} ms, the venue's stop in ` +
    `place after ${most(findings.map(({ times }) => times?.standsMs))} ms, all settled after ` +
    `${most(findings.map(({ times }) => times?.settledMs))} ms`,
);
process.exitCode = bad === 0 && waiting.length === 0 ? 0 : 1;
