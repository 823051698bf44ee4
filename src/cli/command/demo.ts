// The demo: a sandbox exchange in a process of its own, and the engine trading on it, live.
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SandboxOrder, SandboxReport } from '../../sandbox/process.ts';
import type { SandboxOptions } from '../../sandbox/sandbox.ts';
import { readDocument } from '../../settings/document.ts';
import { checkSettings, type Settings } from '../../settings/settings.ts';
import { EXAMPLE_CONFIGURATIONS } from '../example.ts';
import { sandboxKeys } from '../keys.ts';
import { refuse } from '../load.ts';
import { runEngine } from '../run-engine.ts';
import { Failure, type Terminal } from '../terminal.ts';
import { VERSION } from '../version.ts';

export interface DemoOptions {
  readonly data: string;
  readonly speed: number;
  readonly seed: number;
  readonly fresh: boolean;
  readonly forMs: number | undefined;
}

/** What marks a data directory as the demo's: nothing else is ever removed. */
const markerOf = (data: string): string => join(data, 'demo.json');
const feeRate = 0.001;
const balances = { USDT: '100000' };

/** Runs the demo; the process's exit code. Throws `Failure`. */
export async function demo(options: DemoOptions, terminal: Terminal): Promise<number> {
  const { data, forMs } = options;
  const kept = prepareDirectory(options);
  const { key, secret } = sandboxKeys(data);
  const credentials = { key, secret };
  const sandbox = await startChild(
    {
      port: 0,
      directory: data,
      seed: kept.seed,
      speed: options.speed,
      candles: [],
      balances,
      fee: feeRate,
      ...credentials,
    },
    (line) => terminal.say(terminal.paint.dim(line)),
  );
  try {
    terminal.say(
      terminal.paint.dim(
        `sandbox exchange on 127.0.0.1:${sandbox.port}, generated market, seed ${kept.seed}: a fast one, a week's moves in hours`,
      ),
    );
    const { configurations, problems } = readDocument(
      EXAMPLE_CONFIGURATIONS,
      'demo configurations',
    );
    for (const problem of problems) refuse(problem, terminal);
    return await runEngine({
      start: {
        settings: demoSettings(data, sandbox.port, options.speed),
        credentials,
        live: true,
        configurations,
        version: VERSION,
      },
      terminal,
      forMs,
      next: [
        '',
        'Next: `npm start` again goes on where this stopped; `npm run -s troupe -- explain --last 3` says why.',
        'Your own: `npm run -s troupe -- init` writes settings, `npm run -s troupe -- check` looks at them.',
      ],
    });
  } finally {
    await sandbox.stop();
  }
}

/** The demo's marker; made anew where there is none. A directory of something else is refused. */
function prepareDirectory({ data, seed, fresh }: DemoOptions): { seed: number } {
  const marker = markerOf(data);
  const isDemo = existsSync(marker);
  if (!isDemo && existsSync(join(data, 'troupe.db'))) {
    throw new Failure(`${data}: expected a demo's data directory, was another engine's`);
  }
  if (fresh && isDemo) rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  if (existsSync(marker)) return JSON.parse(readFileSync(marker, 'utf8'));
  writeFileSync(marker, `${JSON.stringify({ seed })}\n`);
  return { seed };
}

function demoSettings(data: string, port: number, speed: number): Settings {
  const endpoint = { rest: `http://127.0.0.1:${port}`, stream: `ws://127.0.0.1:${port}` };
  const result = checkSettings(
    {
      mode: 'live',
      store: { url: `sqlite:${join(data, 'troupe.db')}` },
      venues: { binance: { endpoint, speed, sandbox: true } },
      // Between a close and an order a fast market moves further than a real one.
      execution: { collar: 0.01, fee: feeRate },
    },
    'demo settings',
  );
  if (!result.ok) throw new Failure('expected sound demo settings');
  return result.settings;
}

interface Child {
  readonly port: number;
  stop(): Promise<void>;
}

const startMsMax = 60_000;
const stopMsMax = 5000;

/** Forks the sandbox and waits until it listens. Throws `Failure`. */
async function startChild(options: SandboxOptions, say: (line: string) => void): Promise<Child> {
  const path = fileURLToPath(new URL('../../sandbox/process.ts', import.meta.url));
  const child = fork(path, {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const order = (message: SandboxOrder): void => {
    if (child.connected) child.send(message);
  };
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Failure('the sandbox did not start')), startMsMax);
    child.once('exit', () => reject(new Failure('the sandbox ended before it was ready')));
    child.on('message', (report: SandboxReport) => {
      if (report.type === 'said') say(report.line);
      if (report.type === 'failed') reject(new Failure(`the sandbox: ${report.reason}`));
      if (report.type !== 'ready') return;
      clearTimeout(timer);
      resolve(report.port);
    });
    order({ type: 'start', options });
  });
  return {
    port,
    async stop() {
      order({ type: 'stop' });
      await gone(child);
    },
  };
}

/** Resolves when the child has ended; one that does not end by itself is made to. */
async function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
