// `reconcile`: the book against the venue, while an engine runs or not; `--adopt`: a person accepts what the
// venue says, of one pair or of the whole account.
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { createClock, nodeTimers } from '../../clock.ts';
import { adoptOffline } from '../../control/adopting.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { type AccountStatement, statementOf } from '../../engine/account-statement.ts';
import type { Credentials } from '../../exchange/client.ts';
import { budgetOf, exchangeOf } from '../../launch/venue-setting.ts';
import { plainLog } from '../../log.ts';
import { plain } from '../../plain.ts';
import type { Venue } from '../../ports.ts';
import { type Settings, venueOf } from '../../settings/settings.ts';
import { openReader } from '../../store/read.ts';
import { connectVenue } from '../../venue/ccxt.ts';
import { words } from '../argument.ts';
import { bookOf } from '../book.ts';
import { loadSettings } from '../load.ts';
import type { Bench } from '../program.ts';
import { ownCredentials } from '../seclusion.ts';
import { engineRuns, sendCommand, type Where } from '../send.ts';
import { priceText } from '../story/format.ts';
import { Failure, type Terminal, WrongUse } from '../terminal.ts';
import { storeOf, told } from './control.ts';

/** Book and venue differ, or something waits for a person. */
const APART = 3;

interface Options {
  readonly adopt?: string | true;
  readonly by?: string;
  readonly reason?: string;
}

export function addReconcileCommand(program: Command, bench: Bench): void {
  program
    .command('reconcile')
    .description('the book against the venue: balances, orders, positions; 3 where they differ')
    .option(
      '--adopt [pair]',
      'accept what the venue says, of one pair and its asset or of the whole account',
    )
    .option('--by <name>', 'who accepts', words(80))
    .option('--reason <text>', 'why', words(500))
    .action((options: Options, command: Command) =>
      bench.run(() => reconcile(options, command, bench.terminal(command))),
    );
}

async function reconcile(options: Options, command: Command, terminal: Terminal): Promise<number> {
  const settings = loadSettings(command.optsWithGlobals()['settings']);
  const where = storeOf(command);
  if (options.adopt !== undefined) return adopt(options, settings, where, terminal);
  return compare(settings, where, terminal);
}

async function adopt(
  { adopt: chosen, by, reason }: Options,
  settings: Settings,
  where: Where,
  terminal: Terminal,
): Promise<number> {
  if (by === undefined || reason === undefined) {
    throw new WrongUse('expected --by and --reason with --adopt, was one without');
  }
  const pair = typeof chosen === 'string' ? chosen : null;
  const word = { kind: 'adopt', pair, by, reason } as const;
  if (engineRuns(where.dataDirectory)) return told(await sendCommand(where, word), terminal);
  const answer = await withVenue(settings, (venue, instruments) =>
    adoptOffline(settings, venue, instruments, { ...word, id: randomUUID() }),
  );
  return told(answer, terminal);
}

async function compare(settings: Settings, where: Where, terminal: Terminal): Promise<number> {
  const reader = openReader(where.url);
  try {
    if ((await reader.context()).get('mode') === 'paper') {
      throw new Failure('expected a live book, was one on paper: there is no account to compare');
    }
    return await withVenue(settings, async (venue) => {
      const [open, balances] = [await venue.openOrders(), await venue.balances()];
      // Last, so that what the engine booked meanwhile is in it.
      const { book } = await bookOf(reader);
      const statement = statementOf(book, balances, open);
      const isWatched = engineRuns(where.dataDirectory);
      terminal.show({ ...statement, isWatched }, linesOf(statement, isWatched, terminal));
      return statement.isEqual ? 0 : APART;
    });
  } finally {
    await reader.close();
  }
}

/** Asks the venue with the keys of the environment. Throws what connecting throws, without secrets. */
async function withVenue<T>(
  settings: Settings,
  work: (venue: Venue, instruments: ReadonlyMap<string, Instrument>) => Promise<T>,
): Promise<T> {
  const { name, venue: at } = venueOf(settings);
  const credentials: Credentials | undefined = ownCredentials(name);
  if (credentials === undefined) {
    const prefix = `TROUPE_${name.toUpperCase()}`;
    throw new WrongUse(
      `expected ${prefix}_KEY and ${prefix}_SECRET in the environment, was neither`,
    );
  }
  const secrets = [credentials.key, credentials.secret];
  const log = plainLog({ write: (line) => void process.stderr.write(line), secrets });
  const bench = { clock: createClock(at.speed), timers: nodeTimers, log };
  const venue = connectVenue(exchangeOf({ settings, credentials }, budgetOf(bench)), bench);
  try {
    return await work(venue, await venue.connect());
  } finally {
    await venue.close();
  }
}

function linesOf(
  { assets, orders, positions, frozen, lost, isEqual }: AccountStatement,
  isWatched: boolean,
  { paint }: Terminal,
): readonly string[] {
  const rows = [
    ['asset', 'traded', 'dust', 'foreign', 'book', 'venue', 'difference'],
    ...assets.map((line) => [
      ...[plain(line.asset), line.traded, line.dust, line.foreign, line.book, line.venue],
      line.difference,
    ]),
  ];
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const table = rows.map((row) =>
    row
      .map((cell, at) =>
        at === 0 ? cell.padEnd(widths?.[at] ?? 0) : cell.padStart(widths?.[at] ?? 0),
      )
      .join('  '),
  );
  return [
    ...table.map((line, at) => {
      const difference = assets[at - 1]?.difference ?? '0';
      return difference === '0' ? line : paint.bad(line);
    }),
    ...orders.map(({ pair, clientOrderId, maker, book, venue }) => {
      const line = `order ${plain(clientOrderId)} of ${maker} on ${plain(pair)}: book ${book ?? 'has none'}, venue ${venue ?? 'has none open'}`;
      return book === null ? paint.bad(line) : line;
    }),
    ...positions.map(({ configId, pair, quantity, stopLoss, exiting }) => {
      const way = exiting === null ? protectedBy(isWatched) : `leaving: ${exiting}`;
      return `${plain(pair)} ${plain(configId)} ${quantity}  stop ${priceText(stopLoss)}, ${way}`;
    }),
    ...frozen.map(({ pair, what, detail }) =>
      paint.bad(
        `${plain(pair)} takes no entries: ${plain(what)}, ${plain(detail)}; \`reconcile --adopt ${plain(pair)} --by … --reason …\` accepts it`,
      ),
    ),
    ...(lost === null ? [] : [paint.warn(`the account’s events were lost: ${plain(lost)}`)]),
    isEqual
      ? paint.good('book and venue agree')
      : paint.bad(
          'book and venue differ; `reconcile --adopt --by … --reason …` books what the venue says',
        ),
  ];
}

const protectedBy = (isWatched: boolean): string =>
  isWatched ? 'watched by the running engine' : 'watched by nobody: no engine runs';
