// The portfolio at a glance, and the first and last words of a run.
import { breakerRule } from '../../domain/breaker.ts';
import { byPrecedence, type Configuration } from '../../domain/configuration.ts';
import { REFUSALS } from '../../domain/refusal.ts';
import type { NearestMiss } from '../../engine/nearest-miss.ts';
import type { StartFacts } from '../../engine/start.ts';
import type { Status } from '../../engine/status.ts';
import { plain } from '../../plain.ts';
import { amount, clockTime, dateTime, type Paint, priceText, signed } from './format.ts';
import { actionWords, breakerName } from './waterfall.ts';

const bar = (share: number, width = 12): string => {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
};

/** Equity, the day, exposure against its caps, and every open position, within `width` columns. */
export function panel(
  status: Status,
  misses: readonly NearestMiss[],
  paint: Paint,
  width: number,
): readonly string[] {
  const { equity, cash, dayReturn, trading, positions, stages } = status;
  const day = (dayReturn >= 0 ? paint.good : paint.bad)(`day ${signed(dayReturn * 100)} %`);
  const state = trading === 'active' ? paint.good(trading) : paint.warn(trading);
  const rule = Math.max(0, Math.min(64, width) - 24);
  const lines = [
    `${paint.bold(`── ${dateTime(status.at)} `)}${paint.dim('─'.repeat(rule))}`,
    `   equity ${paint.bold(amount(equity))}  ${day}  cash ${amount(cash)}  exposure ${amount(status.exposure)}  ${state}`,
    ...besideEachOther(stages.map(stageGauge), width),
  ];
  for (const open of status.breakers.slice(0, breakersShown)) {
    lines.push(
      paint.bad(
        `   open breaker ${breakerName(open)} → ${actionWords(breakerRule(open.id).action)}`,
      ),
    );
  }
  if (status.quarantined > 0) {
    const { quarantined, configurations } = status;
    lines.push(paint.bad(`   ${quarantined} of ${configurations} configurations quarantined`));
  }
  const shown = positions.slice(0, positionsShown);
  for (const position of shown) {
    lines.push(`   ${positionLine(position)}`);
    const bareMs = status.unprotected[position.configId] ?? 0;
    if (bareMs > bareMsShown) {
      lines.push(paint.bad(`   not protected for ${Math.round(bareMs / 1000)} s`));
    }
  }
  if (shown.length < positions.length) {
    lines.push(`   and ${positions.length - shown.length} more positions`);
  }
  for (const miss of misses.slice(0, missesShown)) lines.push(paint.dim(`   ${missLine(miss)}`));
  return lines;
}

function missLine({ configId, at, missed, unfit }: NearestMiss): string {
  const who = `${plain(configId)} ${clockTime(at)}`;
  return unfit === undefined
    ? `nearest miss ${who}: failed ${missed.join(', ')}`
    : `cannot judge ${who}: ${unfit}, ${REFUSALS[unfit]}`;
}

/** A panel is a glance: with a thousand configurations it shows the first of them. */
const positionsShown = 20;
const breakersShown = 8;
const missesShown = 8;
/** A gap that closes within this is nobody's worry. */
const bareMsShown = 5000;

const stageGauge = ({ stage, used, cap }: Status['stages'][number]): string =>
  `${stage} ${bar(Number(used) / Number(cap), 8)} ${amount(used, 0)}/${amount(cap, 0)}`;

/** As many cells to a line as fit. */
function besideEachOther(cells: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  let line = ' ';
  for (const cell of cells) {
    if (line !== ' ' && line.length + cell.length + 2 > width) {
      lines.push(line);
      line = ' ';
    }
    line += `  ${cell}`;
  }
  return [...lines, line];
}

function positionLine(position: Status['positions'][number]): string {
  const { pair, configId, quantity, cost, value, mark, stopLoss, takeProfit, exiting } = position;
  const profit = signed(Number(value) - Number(cost));
  const price = mark === null ? 'no price yet' : `mark ${priceText(mark)}`;
  const way = exiting === null ? '' : `  leaving: ${exiting}`;
  return `${pair} ${plain(configId)} ${quantity}  ${price}  stop ${priceText(stopLoss)}  target ${priceText(takeProfit)}  ${profit}${way}`;
}

/** Whether it trades, and where it does not, who said so. */
function tradingWords({ book, word }: StartFacts): string {
  if (book.trading === 'active' || word === undefined) return `trading ${book.trading}`;
  const { by, reason } = word.data;
  return `trading ${book.trading} by ${plain(by)}: ${plain(reason)} (\`resume\` takes entries again)`;
}

/** What a start found. */
export function startLines(
  what: { mode: string; venue: string; speed: number; data: string },
  facts: StartFacts,
  paint: Paint,
): readonly string[] {
  const speed = what.speed === 1 ? '' : `, market time ×${what.speed}`;
  const kept = facts.book.positions.size;
  const found = facts.fresh
    ? `a new book`
    : `resumed: ${kept} open position${kept === 1 ? '' : 's'}, ${tradingWords(facts)}`;
  const lines = [
    `${paint.bold('Troupe')} ${what.mode} on ${what.venue}${speed}; data in ${what.data}; ${found}`,
    ...shortList([...facts.configurations].sort(byPrecedence)),
    ...facts.problems.map(({ path, expected, was }) =>
      paint.warn(`  ✗ ${plain(path)} does not run: expected ${expected}, was ${was}`),
    ),
    ...(facts.absent.length === 0 ? [] : [absentLine(facts.absent, paint)]),
    ...facts.differences.map(({ asset, book, venue }) =>
      paint.bad(`  ! ${asset}: the book has ${book}, the venue ${venue}`),
    ),
  ];
  return lines;
}

/** Configurations one a line, in columns. */
export function configurationLines(configurations: readonly Configuration[]): readonly string[] {
  const rows = configurations.map(
    ({ id, pair, timeframe, strategy, stage, sharpe, winRatePercent }) => [
      ...[plain(id), `${pair} ${timeframe}`, strategy, stage],
      ...[`Sharpe ${sharpe ?? 'none'}`, `win rate ${winRatePercent} %`],
    ],
  );
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** As many as a person reads. */
const listedMax = 24;

function shortList(configurations: readonly Configuration[]): readonly string[] {
  const rest = configurations.length - listedMax;
  return [
    ...configurationLines(configurations.slice(0, listedMax)).map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and ${rest} more: \`configurations list\` shows all`] : []),
  ];
}

/** What the file does not name any more goes on all the same: the store owns it. */
function absentLine(ids: readonly string[], paint: Paint): string {
  const named = ids.slice(0, 5).map(plain).join(', ');
  const rest = ids.length > 5 ? ` and ${ids.length - 5} more` : '';
  return paint.warn(
    `  ! not in the configuration file any more, still active: ${named}${rest}; \`configurations deactivate ID\` archives one`,
  );
}

/** Said once, when history is loaded and every stream is live. */
export const openLine = ({ at, streams, trading }: Status, paint: Paint): string =>
  `${paint.dim(clockTime(at))} ${streams.live} stream${streams.live === 1 ? '' : 's'} live, trading ${trading}: watching for signals`;

/** A progress bar of loading history; goes over itself on a terminal. */
export const progressLine = (loaded: number, wanted: number): string =>
  `loading history ${bar(wanted === 0 ? 1 : loaded / wanted, 24)} ${loaded}/${wanted} candles`;

const openWords = (count: number): string =>
  count === 0
    ? 'none open'
    : `${count} open (stops and targets stand in the book and are armed again at the next start)`;

/** What went wrong with the market's data, and with us. */
function troubles(counters: Status['counters']): readonly string[] {
  const { gaps, candlesRejected, candlesCorrected, framesDropped, faults } = counters;
  const further = candlesCorrected + framesDropped;
  if (gaps + candlesRejected + further + faults === 0)
    return ['  no gaps, no bad candles, no faults'];
  return [
    `  repaired gaps ${gaps}, refused candles ${candlesRejected}, faults ${faults}`,
    ...(further === 0
      ? []
      : [`  candles corrected late ${candlesCorrected}, frames dropped ${framesDropped}`]),
  ];
}

/** The last words. */
export function summaryLines(status: Status, startEquity: string, paint: Paint): readonly string[] {
  const { counters, equity, positions } = status;
  const change = Number(equity) - Number(startEquity);
  const colour = change >= 0 ? paint.good : paint.bad;
  return [
    '',
    paint.bold('Summary'),
    `  ${counters.candles} candles, ${counters.prices} prices, ${counters.signals} signals: ${counters.approvals} approved, ${counters.refusals} refused`,
    `  ${counters.fills} fills, ${counters.closed} positions closed, ${openWords(positions.length)}`,
    `  equity ${amount(equity)}, ${colour(signed(change))} in this run, day ${signed(status.dayReturn * 100)} %`,
    ...troubles(counters),
  ];
}
