// The command line: every command with its help, its words for people and its JSON for machines.
import { Command, CommanderError } from 'commander';
import { plain } from '../plain.ts';
import { SecretFault } from '../settings/secret.ts';
import { addBreakerCommands } from './command/breaker.ts';
import { addCheckCommand } from './command/check.ts';
import { addConfigurationCommands } from './command/configuration.ts';
import { addControlCommands } from './command/control.ts';
import { addInitCommand } from './command/init.ts';
import { addLifecycleCommand } from './command/lifecycle.ts';
import { addReadCommands } from './command/read.ts';
import { addReconcileCommand } from './command/reconcile.ts';
import { addRunCommands } from './command/run.ts';
import { addSizeCommand } from './command/size.ts';
import { addStrategyCommands } from './command/strategy.ts';
import { HUNG_UP } from './ending.ts';
import { DEFAULT_SETTINGS_FILE } from './load.ts';
import { createTerminal, Failure, type Terminal, WrongUse } from './terminal.ts';
import { VERSION } from './version.ts';

/** What every command needs: where it speaks, and how it says how it went. */
export interface Bench {
  terminal(command: Command): Terminal;
  /** The same for a command that stays: where nobody looks on, it writes lines for machines. */
  stage(command: Command): Terminal;
  /** Runs a command's work; its exit code is the process's. */
  run(work: () => Promise<number | undefined>): Promise<void>;
}

/** Runs the command line of `argv`; the exit code: 0 done, 1 failed, 2 wrong use, 3 apart. */
export async function main(argv: readonly string[]): Promise<number> {
  let code = 0;
  const bench: Bench = {
    terminal: (command) => createTerminal(wantsJson(command) ?? false, process.stdout),
    stage: (command) =>
      createTerminal(wantsJson(command) ?? process.stdout.isTTY !== true, process.stdout),
    async run(work) {
      code = (await work()) ?? 0;
    },
  };
  try {
    await programOf(bench).parseAsync(argv);
    // Dying of the signal, as is the custom; and leaving by exit() on a dead terminal aborts Node.
    if (code === HUNG_UP) process.kill(process.pid, 'SIGHUP');
    return code;
  } catch (error) {
    return failed(error);
  }
}

/** As asked; undefined when nothing was said. */
const wantsJson = (command: Command): boolean | undefined => command.optsWithGlobals()['json'];

function failed(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const wrong = error instanceof WrongUse;
  const known = wrong || error instanceof Failure || error instanceof SecretFault;
  const words = error instanceof Error ? error.message : String(error);
  for (const line of words.split('\n')) {
    process.stderr.write(`${known ? '' : 'failed: '}${plain(line)}\n`);
  }
  if (!known && process.env['TROUPE_TRACE'] !== undefined && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  return wrong ? 2 : 1;
}

function programOf(bench: Bench): Command {
  const program = new Command('troupe')
    .description('Many trained trading configurations, one exchange account.')
    .version(VERSION)
    .option(
      '--json',
      'speak JSON, one value a line; run, demo and sandbox do so without a terminal',
    )
    .option('--no-json', 'speak in words, terminal or not')
    .option('--settings <file>', 'settings file', DEFAULT_SETTINGS_FILE)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  addRunCommands(program, bench);
  addInitCommand(program, bench);
  addCheckCommand(program, bench);
  addConfigurationCommands(program, bench);
  addReadCommands(program, bench);
  addControlCommands(program, bench);
  addBreakerCommands(program, bench);
  addReconcileCommand(program, bench);
  addSizeCommand(program, bench);
  addStrategyCommands(program, bench);
  addLifecycleCommand(program, bench);
  return program;
}
