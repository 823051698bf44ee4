// What a run of mutants came to: a line for each file, then each mutant that nobody noticed, and whether
// README.md gives a reason to let it live. Fails below the least score, and for a mutant without a reason.
// Reads the report that Stryker leaves, or those it is given: of a file in several, the last one's.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Position {
  readonly line: number;
  readonly column: number;
}

interface Mutant {
  readonly mutatorName: string;
  readonly replacement: string;
  readonly status: 'Killed' | 'Timeout' | 'Survived' | 'NoCoverage' | 'Ignored';
  readonly location: { readonly start: Position; readonly end: Position };
}

interface Mutated {
  readonly source: string;
  readonly mutants: readonly Mutant[];
}

/** The code between two positions, both counted from 1, the end exclusive. */
function between(source: string, { start, end }: Mutant['location']): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const last = lines.length - 1;
  lines[last] = (lines[last] ?? '').slice(0, end.column - 1);
  lines[0] = (lines[0] ?? '').slice(start.column - 1);
  return lines.join('\n');
}

const onOneLine = (code: string): string => {
  const line = code.replace(/\s+/g, ' ').trim();
  return line.length > 90 ? `${line.slice(0, 90)}…` : line;
};

/** A mutant in a line of its own, without its place: the text that the list of reasons names it by. */
const nameOf = ({ source }: Mutated, mutant: Mutant): string =>
  `\`${onOneLine(between(source, mutant.location))}\` → \`${onOneLine(mutant.replacement)}\``;

/** Percent of the mutants that must be noticed. */
const SCORE_MIN = 85;

const isCounted = ({ status }: Mutant): boolean => status !== 'Ignored';
const lives = ({ status }: Mutant): boolean => status === 'Survived' || status === 'NoCoverage';

/** How many there are, how many live, and the share that was noticed, in percent; NaN of none. */
function tallyOf(mutants: readonly Mutant[]) {
  const count = mutants.filter(isCounted).length;
  const living = mutants.filter(lives).length;
  return { count, living, score: (100 * (count - living)) / count };
}

function rowOf(name: string, mutants: readonly Mutant[]): string {
  const { count, living, score } = tallyOf(mutants);
  return `| ${name} | ${count} | ${count - living} | ${living} | ${score.toFixed(1)} |`;
}

/** The files of a report by their paths. */
const readReport = (path: string): Readonly<Record<string, Mutated>> =>
  JSON.parse(readFileSync(path, 'utf8')).files;

const given = process.argv.slice(2).filter((path) => path.endsWith('.json'));
const paths = given.length > 0 ? given : ['coverage/mutants.json'];
const files: Readonly<Record<string, Mutated>> = Object.assign({}, ...paths.map(readReport));
const reasons = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');

/** The reasons given for one file: the part of the list under its name. */
const reasonsFor = (name: string): string =>
  reasons.split(/^## /m).find((part) => part.startsWith(`${name}\n`)) ?? '';

const rows: string[] = [];
const living: string[] = [];
let unexplained = 0;
for (const [path, file] of Object.entries(files)) {
  rows.push(rowOf(path, file.mutants));
  const known = reasonsFor(path);
  const inOrder = [...file.mutants].sort((a, b) => a.location.start.line - b.location.start.line);
  for (const mutant of inOrder.filter(lives)) {
    const name = nameOf(file, mutant);
    const mark = known.includes(name) ? ' ' : '!';
    if (mark === '!') unexplained += 1;
    living.push(`${mark} ${path}:${mutant.location.start.line} ${mutant.mutatorName} ${name}`);
  }
}

const all = Object.values(files).flatMap(({ mutants }) => mutants);
console.log(['| file | mutants | killed | survived | % |', '|---|--:|--:|--:|--:|'].join('\n'));
console.log([...rows, rowOf('all', all)].join('\n'));
console.log(`\n${living.length} alive; "!": no reason is given for it\n${living.join('\n')}`);
process.exitCode = unexplained > 0 || !(tallyOf(all).score >= SCORE_MIN) ? 1 : 0;
