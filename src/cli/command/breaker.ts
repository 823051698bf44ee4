// `breakers`: every circuit breaker with what it measures now, at what it trips and how it closes again;
// and a person's reset.
import type { Command } from 'commander';
import { type KeptReadings, readReadings } from '../../control/readings-file.ts';
import {
  BREAKER_IDS,
  type BreakerId,
  type BreakerReset,
  type BreakerRule,
  breakerRule,
  isBreakerId,
} from '../../domain/breaker.ts';
import type { BreakerLevels } from '../../domain/breaker-levels.ts';
import { type Money, money } from '../../domain/money.ts';
import type { OpenBreaker } from '../../domain/open-breaker.ts';
import { dayReturn, type Portfolio } from '../../domain/portfolio.ts';
import { type Measured, readingsOf } from '../../domain/recall.ts';
import { plain } from '../../plain.ts';
import type { Settings } from '../../settings/settings.ts';
import { openReader } from '../../store/read.ts';
import { words } from '../argument.ts';
import { bookOf } from '../book.ts';
import { loadSettings } from '../load.ts';
import type { Bench } from '../program.ts';
import { engineRuns, sendCommand, type Where } from '../send.ts';
import { dateTime } from '../story/format.ts';
import { actionWords } from '../story/waterfall.ts';
import { type Terminal, WrongUse } from '../terminal.ts';
import { storeOf, told } from './control.ts';

export function addBreakerCommands(program: Command, bench: Bench): void {
  const breakers = program
    .command('breakers')
    .description('the circuit breakers: what they measure, at what they trip, which are open')
    .action((_, command: Command) =>
      bench.run(async () => {
        const settings = loadSettings(command.optsWithGlobals()['settings']);
        return list(storeOf(command), settings, bench.terminal(command));
      }),
    );
  breakers
    .command('reset')
    .argument('<breaker>', `one of ${BREAKER_IDS.join(', ')}`)
    .description('close an open breaker; it measures from now on')
    .option('--on <name>', 'the asset or configuration it is about', '')
    .requiredOption('--by <name>', 'who asks', words(80))
    .requiredOption('--reason <text>', 'why', words(500))
    .action(
      (breaker: string, options: { on: string; by: string; reason: string }, command: Command) =>
        bench.run(async () => {
          if (!isBreakerId(breaker)) {
            const known = BREAKER_IDS.join(', ');
            throw new WrongUse(`expected a breaker of ${known}, was ${breaker}`);
          }
          const answer = await sendCommand(storeOf(command), {
            kind: 'reset',
            breaker,
            ...options,
          });
          return told(answer, bench.terminal(command));
        }),
    );
}

async function list(
  { url, dataDirectory }: Where,
  settings: Settings,
  terminal: Terminal,
): Promise<number> {
  const kept = engineRuns(dataDirectory) ? readReadings(dataDirectory) : undefined;
  const reader = openReader(url);
  try {
    const { book, at } = await bookOf(reader);
    const marked = await reader.equity();
    const worth = marked === undefined ? undefined : money(marked.equity);
    showDay(book, worth, settings, terminal);
    for (const id of BREAKER_IDS) {
      const readings =
        readingsOf(id, book, worth, at, settings.breakers) ?? keptOf(id, kept, settings.breakers);
      show(id, book, readings, settings.breakers, terminal);
    }
    showSwitch(book, terminal);
    return 0;
  } finally {
    await reader.close();
  }
}

/** What the running engine measured a moment ago. */
function keptOf(
  id: BreakerId,
  kept: KeptReadings | undefined,
  levels: BreakerLevels,
): readonly Measured[] | undefined {
  return kept?.readings.flatMap(({ id: whose, on, value }) => {
    const trip = whose === id ? breakerRule(id).trip(levels, on) : null;
    return trip === null || value === null ? [] : [{ on, value, trip }];
  });
}

/** The day's loss is judged with the day and closes with it; it stands here so that the list is whole. */
function showDay(
  book: Portfolio,
  worth: Money | undefined,
  { risk }: Settings,
  terminal: Terminal,
): void {
  const trip = risk.maxDailyLoss;
  const value = worth === undefined ? null : -dayReturn(book, worth);
  const headroom = value === null ? null : trip - value;
  const isOpen = book.day?.latched === true;
  const now = value === null || headroom === null ? '' : room(value, headroom);
  terminal.show({ id: 'daily-loss', scope: 'portfolio', trip, value, headroom, open: isOpen }, [
    `${stateWords(isOpen, terminal)}  ${'daily-loss'.padEnd(18)} loss since 00:00 UTC, as a share of the equity then`,
    `        trips at ${short(trip)}${now} → no entries; closes with the UTC day`,
  ]);
}

/** A person's switch: what stands in the book, whoever threw it. */
function showSwitch({ trading }: Portfolio, terminal: Terminal): void {
  const isOpen = trading !== 'active';
  terminal.show({ id: 'kill-switch', scope: 'portfolio', trading, value: null, open: isOpen }, [
    `${stateWords(isOpen, terminal)}  ${'kill-switch'.padEnd(18)} halt, flatten, the file HALT, SIGUSR2: trading is ${trading}`,
    '        thrown and closed by a person; the drawdown ladder throws it too',
  ]);
}

function show(
  id: BreakerId,
  book: Portfolio,
  readings: readonly Measured[] | undefined,
  levels: BreakerLevels,
  terminal: Terminal,
): void {
  const { scope, action, reset, watches } = breakerRule(id);
  const open = [...book.breakers.values()].filter((one) => one.id === id);
  const nearest = readings?.toSorted((a, b) => a.trip - a.value - (b.trip - b.value))[0];
  const trip = nearest?.trip ?? breakerRule(id).trip(levels, '');
  const value = nearest?.value ?? null;
  const headroom = nearest === undefined ? null : nearest.trip - nearest.value;
  const closes = resetWords(reset, levels);
  const at = trip === null ? 'by its win rate' : `at ${short(trip)}`;
  terminal.show(
    { id, scope, watches, action, closes, trip, value, on: nearest?.on ?? null, headroom, open },
    [
      `${stateWords(open.length > 0, terminal)}  ${id.padEnd(18)} ${ofWhat[scope]}${watches}`,
      `        trips ${at}${nowWords(readings, nearest)} → ${actionWords(action)}; ${closes}`,
      ...open.map((one) => terminal.paint.bad(`        ${openWords(one)}`)),
    ],
  );
}

const stateWords = (isOpen: boolean, { paint }: Terminal): string =>
  isOpen ? paint.bad('open  ') : 'closed';

const ofWhat = {
  portfolio: '',
  venue: 'of the venue: ',
  asset: 'of an asset: ',
  configuration: 'of a configuration: ',
} as const satisfies Record<BreakerRule['scope'], string>;

/** The store has what follows from the book; the market is known to the engine that watches it. */
function nowWords(
  readings: readonly Measured[] | undefined,
  nearest: Measured | undefined,
): string {
  if (readings === undefined) return ', now known to the running engine alone';
  if (nearest === undefined) return ', nothing measured yet';
  const whose = nearest.on === '' ? '' : ` (${plain(nearest.on)})`;
  return room(nearest.value, nearest.trip - nearest.value) + whose;
}

const room = (value: number, headroom: number): string =>
  `, now ${short(value)}, headroom ${short(headroom)}`;

function resetWords(reset: BreakerReset, levels: BreakerLevels): string {
  switch (reset.kind) {
    case 'calm':
      return `closes when ${reset.until(levels)}`;
    case 'after':
      return `closes after ${hours(reset.wait(levels))}`;
    case 'probe':
      return `held ${hours(reset.wait(levels))}, then one smallest entry tries`;
    case 'person':
      return 'closed by a person alone';
    default:
      return reset satisfies never;
  }
}

const hours = (ms: number): string =>
  ms < 3_600_000 ? `${short(ms / 60_000)} min` : `${short(ms / 3_600_000)} h`;

function openWords({ on, at, value, trip, until, state }: OpenBreaker): string {
  const whose = on === '' ? '' : `${plain(on)}: `;
  const end = until === null ? '' : `, until ${dateTime(until)} at least`;
  const now = state === 'open' ? end : ', half open: one smallest entry tries';
  const measured = value === null ? 'no number' : short(value);
  return `${whose}since ${dateTime(at)}: ${measured} reached ${short(trip)}${now}`;
}

const short = (value: number): string => String(Number(value.toPrecision(4)));
