// The quick folders of the suite in a copy of the tree: the first test that fails there.
import { spawn } from 'node:child_process';
import type { Plot } from './plot.ts';

/** Those that need neither sockets nor processes. */
const FOLDERS = ['domain', 'machines', 'engine', 'venue', 'streams', 'strategies'] as const;

export interface SuiteResult {
  /** File and name of the first test that failed; undefined where all passed. */
  readonly failed: string | undefined;
  readonly seconds: number;
}

/** Runs the folders until one test fails; what does not end in time has not failed. */
export function runSuite({ root }: Plot, msMax: number): Promise<SuiteResult> {
  const begunAt = performance.now();
  const folders = FOLDERS.map((folder) => `test/${folder}/`);
  const child = spawn(
    process.execPath,
    [
      ...['node_modules/vitest/vitest.mjs', 'run', '--dir', 'test', ...folders],
      ...['--bail=1', '--maxWorkers=1', '--reporter=json'],
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
      resolve({ failed: firstFailure(out, root), seconds: (performance.now() - begunAt) / 1000 });
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

function firstFailure(out: string, root: string): string | undefined {
  const from = out.indexOf('{');
  if (from < 0) return undefined;
  let report: Report;
  try {
    report = JSON.parse(out.slice(from)) as Report;
  } catch {
    return undefined;
  }
  for (const { name, status, message, assertionResults } of report.testResults) {
    const file = name.replace(`${root}/`, '');
    const failed = assertionResults.find((one) => one.status === 'failed');
    if (failed !== undefined) return `${file}: ${failed.fullName}`;
    if (status === 'failed' && assertionResults.length === 0) return `${file}: ${message}`;
  }
  return undefined;
}
