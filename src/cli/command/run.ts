// `demo`, `run` and `sandbox`: the commands that stay in the foreground.
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { isTimeframe } from '../../domain/time.ts';
import type { CandleFile } from '../../sandbox/recorded.ts';
import { type Settings, venueOf } from '../../settings/settings.ts';
import { duration, numberBetween, wholeBetween } from '../argument.ts';
import { faultsOf, withFaults } from '../fault.ts';
import { configurationPath, loadDocument, loadSettings, refuse } from '../load.ts';
import type { Bench } from '../program.ts';
import { runEngine } from '../run-engine.ts';
import { expectNoDebugger, ownCredentials } from '../seclusion.ts';
import { Failure, type Terminal, WrongUse } from '../terminal.ts';
import { VERSION } from '../version.ts';
import { demo } from './demo.ts';
import { serveSandbox } from './sandbox.ts';

export function addRunCommands(program: Command, bench: Bench): void {
  withFaults(program.command('demo'))
    .description('trade the example configurations on a sandbox exchange, from nothing')
    .option('--for <duration>', 'stop after this long, as 60s or 5m', duration)
    .option('--speed <factor>', 'market time per wall time', numberBetween(0.1, 1000), 120)
    .option(
      '--seed <number>',
      'the generated market to play (a new one: 1)',
      wholeBetween(0, 2 ** 31),
    )
    .option('--data <directory>', 'where everything is kept', 'data')
    .option('--fresh', 'begin anew: removes what an earlier demo left there', false)
    .action((options, command: Command) =>
      bench.run(() =>
        demo(
          { ...options, seed: options.seed, forMs: options.for, faults: faultsOf(options) },
          bench.stage(command),
        ),
      ),
    );
  program
    .command('run')
    .description('run the configurations of a settings file')
    .option('--live', 'send orders to the venue; needs `mode: live` in the settings as well', false)
    .option('--for <duration>', 'stop after this long, as 60s or 5m', duration)
    .action((options, command: Command) =>
      bench.run(() => run(options, command.optsWithGlobals()['settings'], bench.stage(command))),
    );
  withFaults(program.command('sandbox'))
    .description('serve the sandbox exchange on its own')
    .option('--port <port>', 'port on 127.0.0.1', wholeBetween(0, 65_535), 9100)
    .option('--candles <PAIR:TF=FILE...>', 'play recorded candles (.csv or .csv.gz)', collect, [])
    .option(
      '--history <bars>',
      'recorded candles that are history, before the rest is played',
      wholeBetween(1, 1_000_000),
      1000,
    )
    .option('--speed <factor>', 'market time per wall time', numberBetween(0.1, 3600), 1)
    .option('--seed <number>', 'the generated market to play', wholeBetween(0, 2 ** 31), 1)
    .option('--data <directory>', 'where account and market position are kept', 'data/exchange')
    .option('--for <duration>', 'stop after this long, as 60s or 5m', duration)
    .action((options, command: Command) =>
      bench.run(() =>
        serveSandbox(
          {
            ...options,
            historyBars: options.history,
            forMs: options.for,
            faults: faultsOf(options),
          },
          bench.stage(command),
        ),
      ),
    );
}

/** `BTC/USDT:1m=FILE` as a candle file. */
function collect(text: string, before: readonly CandleFile[]): readonly CandleFile[] {
  const [, pair, timeframe = '', path] = /^([^:]+):([^=]+)=(.+)$/.exec(text) ?? [];
  if (pair === undefined || path === undefined || !isTimeframe(timeframe)) {
    throw new WrongUse(`expected PAIR:TIMEFRAME=FILE such as BTC/USDT:1m=btc.csv, was ${text}`);
  }
  if (!existsSync(path)) throw new Failure(`${path}: expected a candle file, was none`);
  return [...before, { pair, timeframe, path }];
}

async function run(
  { live, for: forMs }: { live: boolean; for?: number },
  settingsFile: string,
  terminal: Terminal,
): Promise<number> {
  const settings = loadSettings(settingsFile);
  expectMode(settings, live, settingsFile);
  if (live) expectNoDebugger();
  const { name } = venueOf(settings);
  const credentials = ownCredentials(name);
  if (live && credentials === undefined) {
    const prefix = `TROUPE_${name.toUpperCase()}`;
    throw new WrongUse(
      `expected ${prefix}_KEY and ${prefix}_SECRET in the environment, was neither`,
    );
  }
  const { configurations, problems } = loadDocument(configurationPath(settings, settingsFile));
  for (const problem of problems) refuse(problem, terminal);
  return runEngine({
    start: { settings, credentials, live, configurations, version: VERSION },
    terminal,
    forMs,
    next: [
      '',
      'Next: `npm run -s troupe -- trades` and `explain --last 5` show what was done and why.',
    ],
  });
}

function expectMode({ mode }: Settings, live: boolean, file: string): void {
  if (live && mode !== 'live') {
    throw new WrongUse(`${file}: mode: expected live for --live, was ${mode}`);
  }
  if (!live && mode === 'live') {
    throw new WrongUse(`${file}: mode is live: expected --live as well, so that it is meant`);
  }
}
