// The command line: every command with its help, its words for people and its JSON for machines.
import { Command, CommanderError } from 'commander';
import { addConfigurationCommands } from './command/configuration.ts';
import { addControlCommands } from './command/control.ts';
import { addReadCommands } from './command/read.ts';
import { addRunCommands } from './command/run.ts';
import { addSetupCommands } from './command/setup.ts';
import { addSizeCommand } from './command/size.ts';
import { DEFAULT_SETTINGS_FILE } from './load.ts';
import { createTerminal, Failure, type Terminal, WrongUse } from './terminal.ts';
import { VERSION } from './version.ts';

/** What every command needs: where it speaks, and how it says how it went. */
export interface Bench {
  terminal(command: Command): Terminal;
  /** Runs a command's work; its exit code is the process's. */
  run(work: () => Promise<number | undefined>): Promise<void>;
}

/** Runs the command line of `argv`; the exit code: 0 done, 1 failed, 2 wrong use. */
export async function main(argv: readonly string[]): Promise<number> {
  let code = 0;
  const bench: Bench = {
    terminal: (command) => createTerminal(wantsJson(command), process.stdout),
    async run(work) {
      code = (await work()) ?? 0;
    },
  };
  try {
    await programOf(bench).parseAsync(argv);
    return code;
  } catch (error) {
    return failed(error);
  }
}

const wantsJson = (command: Command): boolean => command.optsWithGlobals()['json'] === true;

function failed(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const wrong = error instanceof WrongUse;
  const known = wrong || error instanceof Failure;
  const words = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${known ? '' : 'failed: '}${words}\n`);
  if (!known && process.env['TROUPE_TRACE'] !== undefined && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  return wrong ? 2 : 1;
}

function programOf(bench: Bench): Command {
  const program = new Command('troupe')
    .description('Many trained trading configurations, one exchange account.')
    .version(VERSION)
    .option('--json', 'speak JSON, one value a line')
    .option('--settings <file>', 'settings file', DEFAULT_SETTINGS_FILE)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  addRunCommands(program, bench);
  addSetupCommands(program, bench);
  addConfigurationCommands(program, bench);
  addReadCommands(program, bench);
  addControlCommands(program, bench);
  addSizeCommand(program, bench);
  return program;
}
