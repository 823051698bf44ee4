// `configurations`: what takes part, and how that changes while the engine runs.
import type { Command } from 'commander';
import type { Configuration } from '../../domain/configuration.ts';
import { describeProblem } from '../../settings/problem.ts';
import { openReader, type Reader } from '../../store/read.ts';
import { words } from '../argument.ts';
import { documentText, loadDocument } from '../load.ts';
import type { Bench } from '../program.ts';
import { sendOrApply } from '../send.ts';
import { healthLines, quarantinedNow } from '../story/health.ts';
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
    .description('one configuration: its parameters, its health, and what it failed at')
    .action((id: string, _, command: Command) => bench.run(() => show(id, command, bench)));
  group
    .command('release')
    .argument('<id>', 'configuration that is quarantined')
    .description('let it begin again, while the engine runs or before its next start')
    .requiredOption('--by <name>', 'who asks', words(80))
    .requiredOption('--reason <text>', 'why it will not fail again', words(500))
    .action((configId: string, { by, reason }: Named, command: Command) =>
      bench.run(async () => {
        const draft = { kind: 'release', configId, by, reason } as const;
        return told(await sendOrApply(storeOf(command), draft), bench.terminal(command));
      }),
    );
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

async function reading<Result>(
  command: Command,
  work: (reader: Reader) => Promise<Result>,
): Promise<Result> {
  const reader = openReader(storeOf(command).url);
  try {
    return await work(reader);
  } finally {
    await reader.close();
  }
}

async function list(which: 'active' | 'all', command: Command, bench: Bench): Promise<number> {
  const [configurations, quarantined] = await reading(command, (reader) =>
    Promise.all([reader.configurations(which), quarantinedNow(reader)]),
  );
  const marks = (one: Configuration | undefined): string =>
    (one?.isActive === false ? '  archived' : '') +
    (quarantined.has(one?.id ?? '') ? '  quarantined' : '');
  bench.terminal(command).show(
    configurations.map((one) => ({ ...one, isQuarantined: quarantined.has(one.id) })),
    configurationLines(configurations).map((line, index) => line + marks(configurations[index])),
  );
  return 0;
}

/** Failures shown of one configuration. */
const failuresMax = 8;

async function show(id: string, command: Command, bench: Bench): Promise<number> {
  const { configuration, failures, quarantine } = await reading(command, async (reader) => ({
    configuration: (await reader.configurations('all')).find((one) => one.id === id),
    failures: await reader.failures(id, failuresMax),
    quarantine: (await quarantinedNow(reader)).get(id),
  }));
  if (configuration === undefined) throw new Failure(`expected a configuration, was ${id}`);
  const { version, isActive, parameters } = configuration;
  bench
    .terminal(command)
    .show({ ...configuration, quarantine: quarantine ?? null, failures }, [
      ...configurationLines([configuration]),
      `  version ${version}, ${isActive ? 'active' : 'archived'}`,
      ...healthLines(quarantine, failures),
      ...Object.entries(parameters).map(([name, value]) => `  ${name.padEnd(22)} ${value}`),
    ]);
  return 0;
}
