// `configurations`: what takes part, and how that changes while the engine runs.
import type { Command } from 'commander';
import type { Configuration } from '../../domain/configuration.ts';
import { describeProblem } from '../../settings/problem.ts';
import { openReader } from '../../store/read.ts';
import { words } from '../argument.ts';
import { documentText, loadDocument } from '../load.ts';
import type { Bench } from '../program.ts';
import { sendOrApply } from '../send.ts';
import { configurationLines } from '../story/panel.ts';
import { Failure } from '../terminal.ts';
import { storeOf, told } from './control.ts';
import { addEvidenceCommands } from './evidence.ts';

interface Named {
  readonly by: string;
  readonly reason: string;
}

export function addConfigurationCommands(program: Command, bench: Bench): void {
  const group = program.command('configurations').description('trained configurations');
  group
    .command('validate')
    .argument('<file>', 'configuration document')
    .description('check a document without taking it')
    .action((file: string, _, command: Command) =>
      bench.run(async () => validate(file, command, bench)),
    );
  group
    .command('import')
    .argument('<file>', 'configuration document')
    .description('take a document in, while the engine runs or before its next start')
    .option('--by <name>', 'who asks', words(80), 'command line')
    .action((file: string, { by }: Pick<Named, 'by'>, command: Command) =>
      bench.run(async () => {
        const document = documentText(file);
        const draft = { kind: 'import', by, reason: 'import', file, document } as const;
        return told(await sendOrApply(storeOf(command), draft), bench.terminal(command));
      }),
    );
  group
    .command('list')
    .description('every configuration, in the order in which capital is offered')
    .option('--all', 'archived ones as well', false)
    .action(({ all }: { all: boolean }, command: Command) =>
      bench.run(() => list(all ? 'all' : 'active', command, bench)),
    );
  group
    .command('show')
    .argument('<id>', 'configuration')
    .description('one configuration with its parameters')
    .action((id: string, _, command: Command) => bench.run(() => show(id, command, bench)));
  addEvidenceCommands(group, bench);
  for (const kind of ['activate', 'deactivate'] as const) {
    group
      .command(kind)
      .argument('<id>', 'configuration')
      .description(
        kind === 'activate' ? 'let it take part' : 'archive it; its position stays watched',
      )
      .option('--by <name>', 'who asks', words(80), 'command line')
      .option('--reason <text>', 'why', words(500), 'by hand')
      .action((configId: string, { by, reason }: Named, command: Command) =>
        bench.run(async () =>
          told(
            await sendOrApply(storeOf(command), { kind, configId, by, reason }),
            bench.terminal(command),
          ),
        ),
      );
  }
}

function validate(file: string, command: Command, bench: Bench): number {
  const { configurations, problems } = loadDocument(file);
  bench
    .terminal(command)
    .show({ configurations, problems }, [
      ...configurationLines(configurations).map((line) => `✓ ${line}`),
      ...problems.map((problem) => `✗ ${describeProblem(problem)}`),
    ]);
  return problems.length === 0 ? 0 : 1;
}

async function configurationsOf(which: 'active' | 'all', command: Command) {
  const reader = openReader(storeOf(command).url);
  try {
    return await reader.configurations(which);
  } finally {
    await reader.close();
  }
}

async function list(which: 'active' | 'all', command: Command, bench: Bench): Promise<number> {
  const configurations = await configurationsOf(which, command);
  const archived = (one: Configuration | undefined): string =>
    one?.isActive === false ? '  archived' : '';
  bench.terminal(command).show(
    configurations,
    configurationLines(configurations).map((line, index) => line + archived(configurations[index])),
  );
  return 0;
}

async function show(id: string, command: Command, bench: Bench): Promise<number> {
  const configuration = (await configurationsOf('all', command)).find((one) => one.id === id);
  if (configuration === undefined) throw new Failure(`expected a configuration, was ${id}`);
  bench
    .terminal(command)
    .show(configuration, [
      ...configurationLines([configuration]),
      `  version ${configuration.version}, ${configuration.isActive ? 'active' : 'archived'}`,
      ...Object.entries(configuration.parameters).map(
        ([name, value]) => `  ${name.padEnd(22)} ${value}`,
      ),
    ]);
  return 0;
}
