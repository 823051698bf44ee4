// `size`: the waterfall of a signal by hand, before any limit.
import type { Command } from 'commander';
import { STAGES, type Stage } from '../../domain/configuration.ts';
import { floorMoney, money, text } from '../../domain/money.ts';
import { size, type Waterfall } from '../../domain/sizing.ts';
import { numberBetween, percentage } from '../argument.ts';
import { loadSettings } from '../load.ts';
import type { Bench } from '../program.ts';
import { waterfallLines } from '../story/waterfall.ts';
import { WrongUse } from '../terminal.ts';

interface Options {
  readonly stage: string;
  readonly sharpe: number;
  readonly winRate: number;
  readonly confidence: number;
  readonly equity: number;
}

const isStage = (text: string): text is Stage => (STAGES as readonly string[]).includes(text);

export function addSizeCommand(program: Command, bench: Bench): void {
  program
    .command('size')
    .description('print the size waterfall of a signal')
    .requiredOption('--stage <stage>', `one of ${STAGES.join(', ')}`)
    .requiredOption('--sharpe <ratio>', 'validated Sharpe ratio', numberBetween(-100, 100))
    .requiredOption('--win-rate <percent>', 'gross win rate, 0 to 100', percentage)
    .requiredOption('--confidence <share>', 'confidence of the signal, 0 to 1', numberBetween(0, 1))
    .requiredOption('--equity <amount>', 'capital the size is a share of', numberBetween(0, 1e15))
    .action((options: Options, command: Command) =>
      bench.run(async () => {
        const { stage, sharpe, winRate, confidence, equity } = options;
        if (!isStage(stage))
          throw new WrongUse(`expected a stage of ${STAGES.join(', ')}, was ${stage}`);
        const settings = loadSettings(command.optsWithGlobals()['settings']);
        const input = {
          stage,
          sharpe,
          winRatePercent: winRate,
          confidence,
          capital: money(equity),
        };
        const formula = size(input, settings.sizing);
        const final = text(floorMoney(money(formula.size)));
        const waterfall: Waterfall = {
          formula,
          trims: [],
          rounding: null,
          size: final,
          refusal: null,
        };
        const eligible = sharpe > 0;
        bench
          .terminal(command)
          .show({ ...waterfall, eligible }, [
            ...waterfallLines(waterfall),
            ...(eligible
              ? []
              : ['risk review would refuse it: the Sharpe ratio is not above zero']),
          ]);
        return 0;
      }),
    );
}
