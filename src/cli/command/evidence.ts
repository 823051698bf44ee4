// `configurations evidence` and `stage`: what the store knows of a configuration's evidence, judged by the
// settings' rules; and a person's own judgement.
import type { Command } from 'commander';
import { STAGES } from '../../domain/configuration.ts';
import type { Named } from '../../domain/fact.ts';
import { backtestOf, slippageRatioOf } from '../../domain/lifecycle-evidence.ts';
import { outlookOf } from '../../domain/outlook.ts';
import { recollect } from '../../domain/recollection.ts';
import { lifecycleRulesOf } from '../../settings/lifecycle-setting.ts';
import { openReader, type Reader, type StageEntry } from '../../store/read.ts';
import { words } from '../argument.ts';
import { loadSettings } from '../load.ts';
import type { Bench } from '../program.ts';
import { sendOrApply } from '../send.ts';
import { evidenceLines } from '../story/evidence.ts';
import { Failure, type Terminal, WrongUse } from '../terminal.ts';
import { storeOf, told } from './control.ts';

/** Moves shown of how it came here, and judgements read to find them. */
const historyMax = 8;
const judgementsMax = 1000;

export function addEvidenceCommands(configurations: Command, bench: Bench): void {
  configurations
    .command('evidence')
    .argument('<id>', 'configuration')
    .description(
      'the evidence for its stage: every number, its distance to its limit, what is next',
    )
    .action((id: string, _, command: Command) => bench.run(() => evidence(id, command, bench)));
  configurations
    .command('stage')
    .argument('<id>', 'configuration')
    .argument('<stage>', `one of ${STAGES.join(', ')}`)
    .description('move it by hand; its evidence begins anew, what it holds stays as it is')
    .requiredOption('--by <name>', 'who asks', words(80))
    .requiredOption('--reason <text>', 'why', words(500))
    .action((configId: string, name: string, named: Named, command: Command) =>
      bench.run(async () => {
        const stage = STAGES.find((one) => one === name);
        if (stage === undefined) {
          throw new WrongUse(`expected a stage of ${STAGES.join(', ')}, was ${name}`);
        }
        const { by, reason } = named;
        const draft = { kind: 'stage', configId, stage, by, reason } as const;
        return told(await sendOrApply(storeOf(command), draft), bench.terminal(command));
      }),
    );
}

async function evidence(id: string, command: Command, bench: Bench): Promise<number> {
  const settings = loadSettings(command.optsWithGlobals()['settings']);
  const reader = openReader(settings.store.url);
  try {
    return await show(id, reader, settings, bench.terminal(command));
  } finally {
    await reader.close();
  }
}

/** What moved it, or what it is measured against: a look that was not passed is told by the next one. */
const isTold = (entry: StageEntry): boolean =>
  entry.type === 'stage.overridden' || entry.data.verdict.kind !== 'denied';

async function show(
  id: string,
  reader: Reader,
  { lifecycle, sizing, execution }: ReturnType<typeof loadSettings>,
  terminal: Terminal,
): Promise<number> {
  const rules = lifecycleRulesOf(lifecycle);
  const configuration = (await reader.configurations('all')).find((one) => one.id === id);
  if (configuration === undefined) throw new Failure(`expected a configuration, was ${id}`);
  const kept = await reader.career(id, rules.alarm.recentCount);
  if (kept === undefined || kept.version !== configuration.version) {
    throw new Failure(`${id}: no evidence yet; it begins when it takes part in a running engine`);
  }
  const { state, beginnings, returns, slippage } = kept;
  const forward = recollect(rules, state.validated, beginnings, returns);
  const backtest = backtestOf(configuration);
  const at = (await reader.journal(await reader.lastSeq(), 1)).at(0)?.at ?? state.enteredAt;
  const outlook = outlookOf({
    state,
    evidence: { forward, backtest, slippageRatio: slippageRatioOf(slippage, execution.slippage) },
    at,
    rules,
  });
  const judged = await reader.stages(id, judgementsMax);
  const history = judged.filter(isTold).slice(0, historyMax);
  const cap = configuration.isActive ? sizing.base[state.stage] : 0;
  terminal.show(
    { id, version: kept.version, cap, state, outlook, history },
    evidenceLines(configuration, state, outlook, history, {
      cap,
      paint: terminal.paint,
      byHand: rules.promotion === 'by-hand',
    }),
  );
  return 0;
}
