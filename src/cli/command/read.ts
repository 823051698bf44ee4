// `positions`, `trades`, `explain`, `status`, `journal`, `backup`: what the store knows, while an engine
// runs or not.
import type { Command } from 'commander';
import { plain } from '../../plain.ts';
import { backup } from '../../store/backup.ts';
import { openReader, type Reader, type TradeRow } from '../../store/read.ts';
import { wholeBetween } from '../argument.ts';
import { bookOf } from '../book.ts';
import type { Bench } from '../program.ts';
import { engineRuns } from '../send.ts';
import { amount, dateTime, percent, priceText, signed } from '../story/format.ts';
import { quarantinedNow } from '../story/health.ts';
import { breakerName, reason, waterfallLines } from '../story/waterfall.ts';
import { Failure, type Terminal } from '../terminal.ts';
import { storeOf } from './control.ts';

const rowsMax = 1_000_000;
const pageRows = 1000;
const quarantinedShown = 8;
/** A signal's own decision is among the first things recorded about it. */
const aboutRows = 20;

export function addReadCommands(program: Command, bench: Bench): void {
  const reading = (
    work: (reader: Reader, terminal: Terminal, command: Command) => Promise<number>,
    command: Command,
  ): Promise<void> =>
    bench.run(async () => {
      const reader = openReader(storeOf(command).url);
      try {
        return await work(reader, bench.terminal(command), command);
      } finally {
        await reader.close();
      }
    });
  program
    .command('positions')
    .description('open positions')
    .action((_, command: Command) => reading(positions, command));
  program
    .command('trades')
    .description('finished round trips, newest first')
    .option('--csv', 'as comma-separated values', false)
    .option('--twins', "the paper twins' instead of the portfolio's", false)
    .option('--last <count>', 'how many', wholeBetween(1, rowsMax), 50)
    .action((options: TradesOptions, command: Command) =>
      reading((reader, terminal) => trades(reader, terminal, options), command),
    );
  program
    .command('explain')
    .argument('[signal]', 'signal id, as CONFIGURATION@CLOSE')
    .option('--last <count>', 'the last signals instead', wholeBetween(1, 10_000))
    .description('why a signal got the size it got, or none')
    .action((signal: string | undefined, { last }: { last?: number }, command: Command) =>
      reading((reader, terminal) => explain(reader, terminal, signal, last), command),
    );
  program
    .command('status')
    .description('the book as it was last marked, and whether an engine runs')
    .action((_, command: Command) => reading(status, command));
  program
    .command('journal')
    .description('every fact, in order')
    .option('--from <seq>', 'first entry', wholeBetween(0, Number.MAX_SAFE_INTEGER), 1)
    .action(({ from }: { from: number }, command: Command) =>
      reading((reader, terminal) => journal(reader, terminal, from), command),
    );
  program
    .command('backup')
    .argument('<file>', 'a file that does not exist yet')
    .description('write a checked copy of the store')
    .action((file: string, _, command: Command) =>
      bench.run(async () => {
        backup(storeOf(command).url, file);
        bench.terminal(command).show({ ok: true, file }, [`wrote ${file}`]);
        return 0;
      }),
    );
}

async function positions(reader: Reader, terminal: Terminal): Promise<number> {
  const rows = await reader.positions();
  const lines = rows.map((row) => {
    const entry =
      row.entry_price === null ? 'not filled yet' : `entry ${priceText(row.entry_price)}`;
    const way = row.exit_reason === null ? '' : `  leaving: ${row.exit_reason}`;
    return `${row.symbol} ${plain(row.config_id)} ${row.quantity}  ${entry}  cost ${amount(row.cost)}  stop ${priceText(row.stop_loss)}  target ${priceText(row.take_profit)}${way}`;
  });
  terminal.show(rows, lines.length > 0 ? lines : ['no open positions']);
  return 0;
}

const columns: readonly (keyof TradeRow)[] = [
  'id',
  'config_id',
  'symbol',
  'direction',
  'strategy_name',
  'lifecycle_stage',
  'entry_timestamp',
  'entry_price',
  'quantity',
  'stop_loss',
  'take_profit',
  'exit_timestamp',
  'exit_price',
  'exit_reason',
  'fees',
  'profit',
  'return_r',
  'is_paper_trade',
];

/** As RFC 4180 has it; nothing at all for null. */
function csvField(value: unknown): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

interface TradesOptions {
  readonly csv: boolean;
  readonly last: number;
  readonly twins: boolean;
}

async function trades(
  reader: Reader,
  terminal: Terminal,
  { csv, last, twins }: TradesOptions,
): Promise<number> {
  const rows = await reader.trades(twins ? 'twins' : 'portfolio', last);
  if (csv) {
    terminal.write(`${columns.join(',')}\n`);
    for (const row of rows) {
      terminal.write(`${columns.map((name) => csvField(row[name])).join(',')}\n`);
    }
    return 0;
  }
  const lines = rows.map(
    (row) =>
      `${row.exit_timestamp.slice(0, 19)}  ${row.symbol} ${plain(row.config_id)}  ${row.quantity}  ${priceText(row.entry_price)} → ${priceText(row.exit_price)}  ${row.exit_reason}  ${signed(row.profit)} (${signed(row.return_r)} R)`,
  );
  terminal.show(rows, lines.length > 0 ? lines : ['no finished trades yet']);
  return 0;
}

async function explain(
  reader: Reader,
  terminal: Terminal,
  signalId: string | undefined,
  last: number | undefined,
): Promise<number> {
  const chosen =
    signalId === undefined
      ? await reader.signals(last ?? 1)
      : (await reader.about(signalId, aboutRows)).filter(
          (entry) => entry.type === 'signal.approved' || entry.type === 'signal.refused',
        );
  if (chosen.length === 0) throw new Failure(`expected a signal, was ${signalId ?? 'none yet'}`);
  const lines = chosen.flatMap((entry) => {
    const { signal, waterfall } = entry.data;
    const verdict =
      entry.type === 'signal.approved' ? 'approved' : `refused, ${reason(entry.data.refusal)}`;
    return [
      `${dateTime(signal.at)}  ${signal.direction} ${signal.pair} ${plain(signal.configId)}: ${verdict}`,
      `  entry ${priceText(signal.entryPrice)}  stop ${priceText(signal.stopLoss)}  target ${priceText(signal.takeProfit)}`,
      `  confidence ${signal.confidence.toFixed(3)} = ${Object.entries(signal.components)
        .map(([name, part]) => `${name} ${part.toFixed(3)}`)
        .join(' + ')}`,
      ...waterfallLines(waterfall).map((line) => `  ${line}`),
      '',
    ];
  });
  terminal.show(chosen, lines);
  return 0;
}

async function status(reader: Reader, terminal: Terminal, command: Command): Promise<number> {
  const running = engineRuns(storeOf(command).dataDirectory);
  const [mark, day, open] = await Promise.all([reader.equity(), reader.day(), reader.positions()]);
  const { book } = await bookOf(reader);
  const word = await reader.tradingWord();
  const { trading } = book;
  const breakers = [...book.breakers.values()];
  const quarantined = [...(await quarantinedNow(reader)).keys()];
  const frozen = [...book.account.frozen];
  const said = { running, trading, word: word?.data, breakers, quarantined, frozen, mark, day };
  terminal.show({ ...said, positions: open }, [
    running ? 'an engine is running' : 'no engine is running',
    trading === 'active' || word === undefined
      ? `trading ${trading}`
      : `trading ${trading} since ${dateTime(word.at)}, by ${plain(word.data.by)}: ${plain(word.data.reason)}; \`resume\` takes entries again`,
    ...breakers.map((one) => `open breaker ${breakerName(one)}`),
    ...(quarantined.length === 0
      ? []
      : [
          `${quarantined.length} quarantined: ${quarantined.slice(0, quarantinedShown).map(plain).join(', ')}${quarantined.length > quarantinedShown ? ', …' : ''}`,
        ]),
    ...frozen.map(
      ([pair, one]) =>
        `no entries on ${plain(pair)}: ${plain(one.what)}, ${plain(one.detail)}; see \`reconcile\``,
    ),
    mark === undefined
      ? 'the book was never marked'
      : `${dateTime(mark.marked_at)}  equity ${amount(mark.equity)}  cash ${amount(mark.cash)}  exposure ${amount(mark.exposure)}  day ${percent(mark.day_return)}`,
    `${open.length} open position${open.length === 1 ? '' : 's'}`,
  ]);
  return 0;
}

async function journal(reader: Reader, terminal: Terminal, from: number): Promise<number> {
  for (let next = from; ; ) {
    const entries = await reader.journal(next, pageRows);
    for (const entry of entries) {
      terminal.show(entry, [
        plain(
          `${entry.seq}  ${dateTime(entry.at)}  ${entry.type}  ${entry.key}  ${JSON.stringify(entry.data)}`,
        ),
      ]);
    }
    const last = entries.at(-1);
    if (last === undefined) return 0;
    next = last.seq + 1;
  }
}
