// `halt`, `resume`, `flatten`, `close`: a person's word to a running engine.
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Acknowledgement } from '../../control/command.ts';
import { dropHaltFile, removeHaltFile } from '../../control/halt-file.ts';
import { dataDirectoryOf } from '../../launch/launch.ts';
import { plain } from '../../plain.ts';
import { locate } from '../../store/location.ts';
import { words } from '../argument.ts';
import { loadSettings } from '../load.ts';
import type { Bench } from '../program.ts';
import { engineRuns, sendCommand, sendOrApply, type Where } from '../send.ts';
import type { Terminal } from '../terminal.ts';

interface Named {
  readonly by: string;
  readonly reason: string;
}

export function addControlCommands(program: Command, bench: Bench): void {
  const named = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .requiredOption('--by <name>', 'who asks', words(80))
      .requiredOption('--reason <text>', 'why', words(500));
  named('halt', 'no new exposure from now on; every exit, stop and cancel goes on').action(
    (options: Named, command: Command) => bench.run(() => halt(options, command, bench)),
  );
  named('resume', 'take entries again').action((options: Named, command: Command) =>
    bench.run(() => resume(options, command, bench)),
  );
  named('flatten', 'close every position').action((options: Named, command: Command) =>
    bench.run(async () => {
      const { by, reason } = options;
      return told(
        await sendCommand(storeOf(command), { kind: 'flatten', by, reason }),
        bench.terminal(command),
      );
    }),
  );
  program
    .command('close')
    .argument('<id>', 'configuration whose position is to be closed')
    .description("close one configuration's position")
    .option('--by <name>', 'who asks', words(80), 'command line')
    .option('--reason <text>', 'why', words(500), 'closed by hand')
    .action((configId: string, { by, reason }: Named, command: Command) =>
      bench.run(async () =>
        told(
          await sendCommand(storeOf(command), { kind: 'close', configId, by, reason }),
          bench.terminal(command),
        ),
      ),
    );
}

/** Where a command's engine keeps its store. */
export function storeOf(command: Command): Where {
  const settings = loadSettings(command.optsWithGlobals()['settings']);
  return {
    url: settings.store.url,
    dataDirectory: dataDirectoryOf(settings),
    caps: settings.sizing.base,
  };
}

/** Says what became of a command; its exit code. */
export function told(answer: Acknowledgement, terminal: Terminal): number {
  terminal.show(answer, answer.message.split('\n').map(plain));
  return answer.ok ? 0 : 1;
}

/** The engine says so in a fraction of a second, if its store lets it. */
const haltAnswerMsMax = 4000;

/** The file first: it holds even where the engine or its store does not answer. */
async function halt({ by, reason }: Named, command: Command, bench: Bench): Promise<number> {
  const store = storeOf(command);
  dropHaltFile(store.dataDirectory, by, reason);
  const terminal = bench.terminal(command);
  if (!engineRuns(store.dataDirectory)) {
    const message = `no engine runs on ${store.dataDirectory}; the file HALT there keeps the next one from entering`;
    return told({ ok: true, message }, terminal);
  }
  const sent = sendCommand(store, { kind: 'halt', by, reason }, haltAnswerMsMax);
  const answer = await sent.catch((error: unknown) => ({
    ok: true,
    message: `the file HALT in ${store.dataDirectory} keeps every entry out from now on; the engine did not say so itself: ${error instanceof Error ? error.message : String(error)}`,
  }));
  return told(answer, terminal);
}

async function resume({ by, reason }: Named, command: Command, bench: Bench): Promise<number> {
  const store = storeOf(command);
  const terminal = bench.terminal(command);
  if (!existsSync(locate(store.url).database)) {
    removeHaltFile(store.dataDirectory);
    return told({ ok: true, message: 'no engine ever ran here; nothing is halted' }, terminal);
  }
  return told(await sendOrApply(store, { kind: 'resume', by, reason }), terminal);
}
