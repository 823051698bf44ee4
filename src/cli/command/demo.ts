// The demo: a sandbox exchange in a process of its own, and the engine trading on it, live.
import { join } from 'node:path';
import type { FaultPlan } from '../../sandbox/fault-plan.ts';
import { readDocument } from '../../settings/document.ts';
import { checkSettings, type Settings } from '../../settings/settings.ts';
import { demoSettingsOf, prepareDemo } from '../demo-directory.ts';
import { DEMO_FEE, demoRules } from '../demo-rules.ts';
import { EXAMPLE_CONFIGURATIONS } from '../example.ts';
import { tellFaults } from '../fault.ts';
import { sandboxKeys } from '../keys.ts';
import { refuse } from '../load.ts';
import { runEngine } from '../run-engine.ts';
import { startSandboxChild } from '../sandbox-child.ts';
import { Failure, type Terminal } from '../terminal.ts';
import { VERSION } from '../version.ts';

export interface DemoOptions {
  readonly data: string;
  readonly speed: number;
  readonly seed: number | undefined;
  readonly fresh: boolean;
  readonly forMs: number | undefined;
  readonly faults: FaultPlan | undefined;
}

const gatherMarketMsMax = 15_000;
const balances = { USDT: '100000' };

/** Runs the demo; the process's exit code. Throws `Failure`. */
export async function demo(options: DemoOptions, terminal: Terminal): Promise<number> {
  const { data, forMs, faults } = options;
  const seed = prepareDemo(data, options);
  const { key, secret } = sandboxKeys(data);
  const credentials = { key, secret };
  const sandbox = await startSandboxChild(
    {
      port: 0,
      directory: data,
      seed,
      speed: options.speed,
      candles: [],
      balances,
      fee: DEMO_FEE,
      ...credentials,
      ...(faults === undefined ? {} : { faults }),
    },
    (line) => terminal.say(terminal.paint.dim(line)),
  );
  try {
    terminal.say(
      terminal.paint.dim(
        `sandbox exchange on 127.0.0.1:${sandbox.port}, generated market, seed ${seed}: a fast one, a week's moves in hours`,
      ),
    );
    terminal.say(
      terminal.paint.dim(
        'quick lifecycle profile, for demonstration: stages move on a handful of trades, which prove nothing',
      ),
    );
    tellFaults(faults, terminal);
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
      lost: sandbox.lost,
      next: [
        '',
        `Next: the same again goes on where this stopped; \`npm run -s troupe -- explain --last 3 --settings ${demoSettingsOf(data)}\` says why.`,
        'Your own: `npm run -s troupe -- init` writes settings, `npm run -s troupe -- check` looks at them.',
      ],
    });
  } finally {
    await sandbox.stop();
  }
}

function demoSettings(data: string, port: number, speed: number): Settings {
  const endpoint = { rest: `http://127.0.0.1:${port}`, stream: `ws://127.0.0.1:${port}` };
  const result = checkSettings(
    {
      mode: 'live',
      // Gathering is wall time: however fast the market, it must stay a moment of it.
      portfolio: { gatherMs: Math.min(50, Math.floor(gatherMarketMsMax / speed)) },
      store: { url: `sqlite:${join(data, 'troupe.db')}` },
      venues: { binance: { endpoint, speed, sandbox: true } },
      ...demoRules(),
    },
    'demo settings',
  );
  if (!result.ok) throw new Failure('expected sound demo settings');
  return result.settings;
}
