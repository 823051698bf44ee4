// The quick folders of the suite in a copy of the tree: the first test that fails there.
import { spawn } from 'node:child_process';
import type { Plot } from './plot.ts';

const FOLDERS = ['domain', 'machines', 'engine', 'venue', 'streams', 'strategies'] as const;
/** What takes most of a minute by itself, and is about statistics and crowds. */
const SLOW = [
  ...['domain/characteristic', 'domain/lifecycle', 'engine/lifecycle', 'engine/midnight'],
  ...['engine/queue', 'engine/overload', 'venue/storm', 'strategies/random-walk', 'streams/fuzz'],
] as const;

export interface SuiteResult {
  /** File and name of the first test that failed; undefined where all passed. */
  readonly failed: string | undefined;
  /** It came to its end in time: where nothing failed, nothing fails. */
  readonly isWhole: boolean;
  readonly seconds: number;
}

/** Runs the folders, or one file, until a test fails, or until their time is over. */
export function runSuite(
  { root }: Plot,
  msMax: number,
  files: readonly string[] = FOLDERS.map((folder) => `test/${folder}/`),
): Promise<SuiteResult> {
  const begunAt = performance.now();
  const child = spawn(
    process.execPath,
    [
      ...['node_modules/vitest/vitest.mjs', 'run', '--dir', 'test', ...files],
      ...SLOW.flatMap((file) => ['--exclude', `**/${file}.test.ts`]),
      ...['--bail=1', '--maxWorkers=1', '--testTimeout=60000', '--reporter=json'],
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let out = '';
  child.stdout.on('data', (piece) => {
    out += String(piece);
  });
  const late = setTimeout(() => child.kill(), msMax);
  return new Promise((resolve) => {
    child.on('close', () => {
      clearTimeout(late);
      const seconds = (performance.now() - begunAt) / 1000;
      resolve({ ...readReport(out, root), seconds });
    });
  });
}

/** What of its report is read. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function readReport(out: string, root: string): Pick<SuiteResult, 'failed' | 'isWhole'> {
  let report: Report;
  try {
    report = JSON.parse(out.slice(out.indexOf('{'))) as Report;
  } catch {
    return { failed: undefined, isWhole: false };
  }
  const failures = report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = name.replace(`${root}/`, '');
    const failed = assertionResults.find((one) => one.status === 'failed');
    if (failed !== undefined) return [`${file}: ${failed.fullName}`];
    return status === 'failed' && message !== '' ? [`${file}: ${message}`] : [];
  });
  return { failed: failures[0], isWhole: true };
}
