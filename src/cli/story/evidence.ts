// A configuration's evidence in words: where it stands, each number beside its limit, what the next look needs,
// and how it came here.
import type { Configuration, Stage } from '../../domain/configuration.ts';
import type { FactOf } from '../../domain/fact.ts';
import type { Cause, LifecycleState, Measure, SampleRecord } from '../../domain/lifecycle-state.ts';
import type { Dwell, Outlook } from '../../domain/outlook.ts';
import { DAY } from '../../domain/time.ts';
import { plain } from '../../plain.ts';
import type { StageEntry } from '../../store/read.ts';
import { dateTime, type Paint, percent, signed } from './format.ts';

const CAUSES: Record<Cause, string> = {
  backtest: 'its backtest',
  look: 'a look at its forward trades',
  'last-look': 'the last look at its forward trades',
  cusum: 'its mean has drifted down (CUSUM)',
  drawdown: 'a drawdown deeper than chance allows',
  'recent-psr': 'its last trades show no edge',
  sprt: 'the test of its mean has ended',
  'trades-spent': 'the trades for a way back are spent',
  'time-spent': 'the time for a way back is spent',
  provisional: 'its first trades stand in for a validated sample',
};

const NAMES: Record<Measure['name'], string> = {
  count: 'trades',
  mean: 'mean, in R',
  psr: 'chance of an edge (PSR)',
  dsr: 'PSR against the search (DSR)',
  drawdown: 'deepest drawdown, in R',
  'recent-mean': 'mean of the last trades, in R',
  'recent-psr': 'PSR of the last trades',
  'slippage-ratio': 'real slippage over the model’s',
  cusum: 'CUSUM of losses, in sd',
  'log-likelihood-ratio': 'log likelihood of the edge',
  trades: 'trades in DECAY',
  'age-ms': 'days in DECAY',
  falls: 'falls into PAPER',
};

const FLAWS: Record<NonNullable<SampleRecord['flaw']>, string> = {
  'too-few-trades': 'too few trades',
  'not-finite': 'a number that is none',
  'no-spread': 'every trade returned the same',
  'radicand-not-positive': 'returns too skewed for it',
};

const short = (value: number): string => String(Number(value.toPrecision(3)));

/** A number beside its limit, and how far it is from it. */
export function measureLine({ name, value, relation, limit, holds }: Measure): string {
  const scale = name === 'age-ms' ? DAY : 1;
  const shown = value === null ? 'undefined' : short(value / scale);
  const bound = limit === null ? 'undefined' : short(limit / scale);
  const distance =
    value === null || limit === null ? '' : `, ${short(Math.abs(limit - value) / scale)} away`;
  const head = `${holds ? '✓' : '✗'} ${NAMES[name]}`.padEnd(36);
  return `${head} ${shown.padStart(9)}  ${relation} ${bound}${distance}`;
}

const days = (ms: number): string => `${short(ms / DAY)} d`;

function dwellLine({ msLeft, tradesLeft }: Dwell, stage: Stage): string {
  const isOver =
    stage === 'DECAY' ? msLeft === 0 && tradesLeft === 0 : msLeft === 0 || tradesLeft === 0;
  if (isOver) return '  it has been here long enough to move on';
  const trades =
    tradesLeft === null ? '' : ` ${stage === 'DECAY' ? 'and' : 'or'} ${tradesLeft} more trades`;
  return `  it stays here for ${days(msLeft)}${trades}, whatever it passes`;
}

function sampleLine({ count, mean, sd, winRate, flaw }: SampleRecord): string {
  const moments = mean === null || sd === null ? '' : `, mean ${signed(mean)} R, sd ${short(sd)} R`;
  const wins = winRate === null ? '' : `, wins ${percent(winRate.low)} to ${percent(winRate.high)}`;
  const undefinedFor = flaw === null ? '' : ` (no PSR: ${FLAWS[flaw]})`;
  return `  sample of the next look: ${count} trades${moments}${wins}${undefinedFor}`;
}

export function evidenceLines(
  { id, version, isActive }: Configuration,
  state: LifecycleState,
  outlook: Outlook,
  history: readonly StageEntry[],
  { cap, paint, byHand }: { cap: number; paint: Paint; byHand: boolean },
): readonly string[] {
  const { nextLook, dwell, alarms, test, trades } = outlook;
  const indent = (measure: Measure): string => `    ${measureLine(measure)}`;
  const { validated, pass, falls } = state;
  return [
    `${paint.bold(plain(id))} version ${version}: ${state.stage} since ${dateTime(state.enteredAt)}${isActive ? '' : ', archived'}; a position may take ${percent(cap)} of capital`,
    `  ${trades} twin trades since then, ${falls} falls into PAPER`,
    sampleLine(outlook.sample),
    ...(validated === null
      ? []
      : [
          `  measured against a mean of ${signed(validated.mean)} R, sd ${short(validated.sd)} R, of ${validated.count} trades${validated.provisional ? ', provisionally' : ''}`,
        ]),
    ...(pass === null
      ? []
      : [
          `  passed: ${CAUSES[pass.cause]}; waits ${byHand ? 'for a person' : 'until its stay is over'}`,
        ]),
    ...(dwell === null ? [] : [dwellLine(dwell, state.stage)]),
    ...(nextLook === null
      ? []
      : [
          `  next look at ${nextLook.at} trades, ${nextLook.missing} to go; it needs, and were it now it would have`,
          ...nextLook.measures.map(indent),
        ]),
    ...(alarms.length === 0 ? [] : ['  goes down when one of these fails', ...alarms.map(indent)]),
    ...(test.length === 0 ? [] : ['  comes back by', ...test.map(indent)]),
    ...(history.length === 0 ? [] : ['  how it came here', ...history.flatMap(historyLines)]),
  ];
}

/** One move or judgement, with the numbers it rests on. */
function historyLines(entry: StageEntry): readonly string[] {
  const head = `    ${dateTime(entry.at)}  ${stageWords(entry)}`;
  if (entry.type === 'stage.overridden') return [head];
  return [head, ...entry.data.verdict.measures.map((one) => `      ${measureLine(one)}`)];
}

/** What became of a configuration, in a few words. */
export function stageWords({
  type,
  data,
}: FactOf<'stage.judged'> | FactOf<'stage.overridden'>): string {
  if (type === 'stage.overridden') {
    return `${data.from} → ${data.to} by ${plain(data.by)}: ${plain(data.reason)}`;
  }
  const { kind, from, to, cause, sample } = data.verdict;
  const why = `${CAUSES[cause]}, ${sample.count} trades`;
  switch (kind) {
    case 'promoted':
    case 'demoted':
      return `${from} → ${to}: ${why}; cap ${percent(data.cap.from)} → ${percent(data.cap.to)}`;
    case 'archived':
      return `${from} → archived: ${why}`;
    case 'kept':
      return `${from}: passed ${why}; waits until its stay is over`;
    case 'denied':
      return `${from}: did not pass ${why}`;
    case 'recounted':
      return `${from}: did not pass ${why}; counts anew`;
    case 'baselined':
      return `${from}: ${why}`;
    default:
      return kind satisfies never;
  }
}
