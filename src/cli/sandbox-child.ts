// The demo's exchange in a process of its own: started, heard, and never left behind.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SandboxOrder, SandboxReport } from '../sandbox/process.ts';
import type { SandboxOptions } from '../sandbox/sandbox.ts';
import { withoutKeys } from '../settings/secret.ts';
import { Failure } from './terminal.ts';

export interface SandboxChild {
  readonly port: number;
  /** Resolves with a reason when it ends although nobody told it to. */
  readonly lost: Promise<string>;
  stop(): Promise<void>;
}

const startMsMax = 60_000;
const stopMsMax = 5000;

/** Forks the sandbox and waits until it listens. Throws `Failure`, and leaves nothing running then. */
export async function startSandboxChild(
  options: SandboxOptions,
  say: (line: string) => void,
): Promise<SandboxChild> {
  const child = fork(fileURLToPath(new URL('../sandbox/process.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    // It is an exchange of its own: nobody's keys belong there.
    env: withoutKeys(process.env),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const order = (message: SandboxOrder): void => {
    if (child.connected) child.send(message, () => {});
  };
  let told = false;
  const lost = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      if (!told) resolve(`the sandbox exchange ended by itself (${signal ?? code})`);
    });
  });
  const stop = async (): Promise<void> => {
    told = true;
    order({ type: 'stop' });
    await gone(child);
  };
  order({ type: 'start', options });
  try {
    return { port: await listening(child, say), lost, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The port it listens on. Throws `Failure`. */
function listening(child: ChildProcess, say: (line: string) => void): Promise<number> {
  return new Promise<number>((resolve, reject) => {
    const fail = (reason: string): void => {
      clearTimeout(timer);
      reject(new Failure(reason));
    };
    const timer = setTimeout(() => fail('the sandbox did not start'), startMsMax);
    child.once('error', (error) => fail(`the sandbox could not be started: ${error.message}`));
    child.once('exit', () => fail('the sandbox ended before it was ready'));
    child.on('message', (report: SandboxReport) => {
      if (report.type === 'said') say(report.line);
      if (report.type === 'failed') fail(`the sandbox: ${report.reason}`);
      if (report.type !== 'ready') return;
      clearTimeout(timer);
      resolve(report.port);
    });
  });
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

/** Resolves when the child has ended; one that does not end by itself is made to. */
async function gone(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
