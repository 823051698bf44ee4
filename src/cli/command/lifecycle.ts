// `lifecycle`: what the rules of promotion and demotion do to an edge, before anyone trusts them with one.
import type { Command } from 'commander';
import {
  type Characteristics,
  characterise,
  type LossCharacteristics,
  type Spread,
} from '../../domain/characteristic.ts';
import { DEFAULT_LIFECYCLE, QUICK_LIFECYCLE } from '../../domain/lifecycle-rules.ts';
import { numberBetween, wholeBetween } from '../argument.ts';
import type { Bench } from '../program.ts';
import { percent } from '../story/format.ts';
import { WrongUse } from '../terminal.ts';

interface Options {
  readonly edge: number;
  readonly runs: number;
  readonly payoff: number;
  readonly perWeek: number;
  readonly years: number;
  readonly seed: number;
  readonly profile: string;
}

const profiles = new Map([
  ['default', DEFAULT_LIFECYCLE],
  ['quick', QUICK_LIFECYCLE],
]);

export function addLifecycleCommand(program: Command, bench: Bench): void {
  program
    .command('lifecycle')
    .description('the rules that move capital with evidence')
    .command('simulate')
    .description('play the rules on an edge that is there, that never was, and that went')
    .option('--edge <ratio>', 'true Sharpe ratio per trade', numberBetween(0, 1), 0.2)
    .option('--runs <count>', 'careers of each kind', wholeBetween(1, 100_000), 1000)
    .option('--payoff <r>', 'what a win pays; a loss costs 1', numberBetween(0.2, 20), 1.6)
    .option('--per-week <count>', 'trades a week', numberBetween(0.1, 1000), 5)
    .option('--years <count>', 'length of a career', numberBetween(0.1, 100), 10)
    .option('--seed <number>', 'the same seed plays the same careers', wholeBetween(0, 1e6), 1)
    .option('--profile <name>', `one of ${[...profiles.keys()].join(', ')}`, 'default')
    .action((options: Options, command: Command) =>
      bench.run(async () => {
        const { profile, ...given } = options;
        const rules = profiles.get(profile);
        if (rules === undefined) {
          const known = [...profiles.keys()].join(', ');
          throw new WrongUse(`expected a profile of ${known}, was ${profile}`);
        }
        const { edge, runs, payoff, perWeek, years, seed } = given;
        const found = characterise({ edge, runs, payoff, perWeek, years, seed, rules });
        const simulation = { edge, runs, payoff, perWeek, years, seed, profile };
        bench.terminal(command).show({ ...simulation, ...found }, linesOf(options, found));
        return 0;
      }),
    );
}

type Row = readonly [name: string, value: string];

const spread = ({ mean, median }: Spread): string =>
  `${mean.toFixed(0).padStart(6)} on average, ${median} at the median`;

const lossRows = (loss: LossCharacteristics): readonly Row[] => [
  ['alarms per 500 trades, edge intact', loss.alarmsPer500.toFixed(2)],
  ['trades to DECAY, edge vanished', spread(loss.tradesToDecayVanished)],
  ['trades to DECAY, edge reversed', spread(loss.tradesToDecayReversed)],
  ['back from DECAY, edge intact', percent(loss.returnsIntact, 1)],
  ['back from DECAY, edge vanished', percent(loss.returnsVanished, 1)],
];

function linesOf(
  { edge, runs, payoff, perWeek, years, profile }: Options,
  found: Characteristics,
): readonly string[] {
  const rows: readonly Row[] = [
    ['looks of VALIDATION alone reach MATURE', percent(found.looksAlone, 1)],
    [`ever MATURE within ${years} years of DISCOVERY`, percent(found.everMature, 1)],
    ['share of that time in MATURE', percent(found.timeMature, 1)],
    ['archived', percent(found.archived, 1)],
    ...(found.loss === null ? [] : lossRows(found.loss)),
  ];
  return [
    `Sharpe ${edge} a trade, ${payoff}:1, ${perWeek} trades a week, ${runs} runs, ${profile} profile`,
    ...rows.map(([name, value]) => `  ${name.padEnd(42)} ${value.padStart(8)}`),
    ...(found.loss === null ? ['  too faint an edge to be lost'] : []),
  ];
}
