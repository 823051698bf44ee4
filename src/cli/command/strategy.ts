// `strategies`: which there are, and what one of them says of a file of candles, in words and pictures.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Candle } from '../../domain/candle.ts';
import { closeTime, isTimeframe, TIMEFRAMES, type Timeframe } from '../../domain/time.ts';
import { readCandles } from '../../history/csv.ts';
import { isGate } from '../../strategies/gate.ts';
import { findStrategy, STRATEGIES } from '../../strategies/registry.ts';
import type { Parameters, Strategy } from '../../strategies/strategy.ts';
import { type Judged, study } from '../../strategies/study.ts';
import { wholeBetween } from '../argument.ts';
import { plotDecision } from '../decision-plot.ts';
import { loadSettings } from '../load.ts';
import type { Bench } from '../program.ts';
import { dateTime, priceText } from '../story/format.ts';
import { type Terminal, WrongUse } from '../terminal.ts';

interface CheckOptions {
  readonly pair: string;
  readonly timeframe: string;
  readonly strategy: string;
  readonly param: readonly string[];
}

/** What `check` and `plot` work on. */
interface Study {
  readonly strategy: Strategy;
  readonly pair: string;
  readonly timeframe: Timeframe;
  readonly candles: readonly Candle[];
  readonly judged: Iterable<Judged>;
}

export function addStrategyCommands(program: Command, bench: Bench): void {
  const strategies = program
    .command('strategies')
    .description('the strategies, and what they say of a file of candles');
  strategies
    .command('list')
    .description('every strategy with its parameters, their defaults and search ranges')
    .action((_, command: Command) => bench.run(async () => list(bench.terminal(command))));
  studied(strategies.command('check <file>'))
    .description('every decision over a file of candles, and the bars that missed by one condition')
    .action((file: string, options: CheckOptions, command: Command) =>
      bench.run(async () => check(await studyOf(file, options, command), bench.terminal(command))),
    );
  studied(strategies.command('plot <file>'))
    .description('every decision over a file of candles as an SVG picture')
    .requiredOption('--out <directory>', 'where the pictures go')
    .option('--limit <count>', 'at most this many, the newest', wholeBetween(1, 10_000), 100)
    .action(
      (file: string, options: CheckOptions & { out: string; limit: number }, command: Command) =>
        bench.run(async () =>
          plot(await studyOf(file, options, command), options, bench.terminal(command)),
        ),
    );
}

const studied = (command: Command): Command =>
  command
    .requiredOption('--pair <pair>', 'pair of the candles, as BTC/USDT')
    .requiredOption('--timeframe <timeframe>', `one of ${TIMEFRAMES.join(', ')}`)
    .requiredOption('--strategy <key>', `one of ${STRATEGIES.map(({ key }) => key).join(', ')}`)
    .option(
      '--param <name=value>',
      'a parameter that is not its default; again for more',
      more,
      [],
    );

const more = (text: string, before: readonly string[]): readonly string[] => [...before, text];

function list(terminal: Terminal): number {
  for (const { key, name, parameters, search } of STRATEGIES) {
    const preset = Object.entries(parameters.parse({}));
    terminal.show({ key, name, parameters: Object.fromEntries(preset), search }, [
      `${name}  ${terminal.paint.dim(key)}`,
      ...preset.map(([parameter, value]) => {
        const range = search[parameter];
        const searched = range === undefined ? '' : `  searched from ${range.from} to ${range.to}`;
        return `  ${parameter.padEnd(20)} ${String(value).padStart(6)}${searched}`;
      }),
    ]);
  }
  return 0;
}

/** Reads the file and the options. Throws `WrongUse` and `HistoryFault`. */
async function studyOf(file: string, options: CheckOptions, command: Command): Promise<Study> {
  const { pair, timeframe } = options;
  if (!isTimeframe(timeframe)) {
    throw new WrongUse(`expected a timeframe of ${TIMEFRAMES.join(', ')}, was ${timeframe}`);
  }
  const strategy = findStrategy(options.strategy);
  if (strategy === undefined) {
    const known = STRATEGIES.map(({ key }) => key).join(', ');
    throw new WrongUse(`expected a strategy of ${known}, was ${options.strategy}`);
  }
  const parameters = parametersOf(strategy, options.param);
  const { execution } = loadSettings(command.optsWithGlobals()['settings']);
  const candles = await readCandles(file);
  const judged = study(strategy, { parameters, timeframe, costs: execution }, candles);
  return { strategy, pair, timeframe, candles, judged };
}

/** `k=v` pairs as parameters within the strategy's bounds. Throws `WrongUse`. */
function parametersOf(strategy: Strategy, pairs: readonly string[]): Parameters {
  const given = pairs.map((text) => {
    const [, name = '', value = ''] = /^([a-z_]+)=(\S+)$/.exec(text) ?? [];
    if (name === '') throw new WrongUse(`expected --param NAME=NUMBER, was ${text}`);
    return [name, Number(value)] as const;
  });
  const parsed = strategy.parameters.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new WrongUse(`--param ${issue?.path.join('.')}: ${issue?.message}`);
}

function check({ judged, timeframe, pair, strategy }: Study, terminal: Terminal): number {
  const counts = { bars: 0, BUY: 0, SELL: 0, gated: 0, near: 0 };
  for (const { candle, decision } of judged) {
    counts.bars += 1;
    const at = closeTime(candle.openTime, timeframe);
    if (decision.kind === 'setup') {
      counts[decision.setup.direction] += 1;
      terminal.show({ at, ...decision.setup }, setupLines(at, decision.setup, terminal));
    }
    if (decision.kind !== 'hold') continue;
    if (decision.missed.length > 0 && decision.missed.every(isGate)) counts.gated += 1;
    if (decision.missed.length === 1) {
      const [missed = ''] = decision.missed;
      counts.near += 1;
      const line = `${dateTime(at)}  near  ${priceText(candle.close)}  failed only ${missed}`;
      terminal.show({ at, missed }, [terminal.paint.dim(line)]);
    }
  }
  const { bars, BUY, SELL, gated, near } = counts;
  terminal.show({ pair, timeframe, strategy: strategy.key, ...counts }, [
    `${strategy.name} on ${pair} ${timeframe}: ${bars} candles, ${BUY} BUY, ${SELL} SELL, ${gated} gated, ${near} missed by one condition`,
  ]);
  return 0;
}

type Setup = Extract<Judged['decision'], { kind: 'setup' }>['setup'];

function setupLines(at: number, setup: Setup, { paint }: Terminal): string[] {
  const { direction, confidence, components, entry, stop, target } = setup;
  const prices = [entry, stop, target].map(priceText);
  const parts = Object.entries(components).map(([name, part]) => `${name} ${part.toFixed(3)}`);
  return [
    `${dateTime(at)}  ${paint.good(direction.padEnd(4))}  ${prices[0]}, stop ${prices[1]}, target ${prices[2]}`,
    `    confidence ${confidence.toFixed(3)} = ${parts.join(' + ')}`,
  ];
}

function plot(
  { judged, candles, timeframe, pair, strategy }: Study,
  { out, limit }: { out: string; limit: number },
  terminal: Terminal,
): number {
  const found = [...judged].flatMap(({ bar, candle, decision }) =>
    decision.kind === 'setup'
      ? [{ bar, at: closeTime(candle.openTime, timeframe), setup: decision.setup }]
      : [],
  );
  mkdirSync(out, { recursive: true });
  for (const { bar, at, setup } of found.slice(-limit)) {
    const title = `${strategy.name}  ${setup.direction}  ${pair} ${timeframe}  ${dateTime(at)}`;
    const name = [strategy.key, pair.replace('/', ''), timeframe, dateTime(at), setup.direction];
    const path = join(out, `${name.join('-').replace(/[ :]/g, '')}.svg`);
    writeFileSync(path, plotDecision(candles, { bar, setup, title }));
    terminal.show({ path }, [path]);
  }
  return 0;
}
