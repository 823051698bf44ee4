// `breakers`: every circuit breaker with what it measures now, at what it trips and how it closes again;
// and a person's reset.
import type { Command } from 'commander';
import {
  BREAKERS,
  type BreakerId,
  type BreakerReset,
  type BreakerTrips,
  breakerRule,
  isBreakerId,
  type OpenBreaker,
} from '../../domain/breaker.ts';
import { money } from '../../domain/money.ts';
import type { Portfolio } from '../../domain/portfolio.ts';
import { type Reading, readings } from '../../domain/tripping.ts';
import { plain } from '../../plain.ts';
import { openReader } from '../../store/read.ts';
import { words } from '../argument.ts';
import { bookOf } from '../book.ts';
import { loadSettings } from '../load.ts';
import type { Bench } from '../program.ts';
import { sendCommand } from '../send.ts';
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
        return list(storeOf(command).url, settings.breakers, bench.terminal(command));
      }),
    );
  breakers
    .command('reset')
    .argument('<breaker>', `one of ${Object.keys(BREAKERS).join(', ')}`)
    .description('close an open breaker; it measures from now on')
    .option('--on <configuration>', 'the configuration it is about', '')
    .requiredOption('--by <name>', 'who asks', words(80))
    .requiredOption('--reason <text>', 'why', words(500))
    .action(
      (breaker: string, options: { on: string; by: string; reason: string }, command: Command) =>
        bench.run(async () => {
          if (!isBreakerId(breaker)) {
            const known = Object.keys(BREAKERS).join(', ');
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

async function list(url: string, trips: BreakerTrips, terminal: Terminal): Promise<number> {
  const reader = openReader(url);
  try {
    const { book, at } = await bookOf(reader);
    const marked = await reader.equity();
    const now = marked === undefined ? [] : readings(book, money(marked.equity), at, trips);
    for (const id of Object.keys(BREAKERS).filter(isBreakerId))
      show(id, book, now, trips, terminal);
    return 0;
  } finally {
    await reader.close();
  }
}

function show(
  id: BreakerId,
  book: Portfolio,
  now: readonly Reading[],
  trips: BreakerTrips,
  terminal: Terminal,
): void {
  const { scope, action, reset, watches } = breakerRule(id);
  const open = [...book.breakers.values()].filter((one) => one.id === id);
  const reading = now.find((one) => one.id === id);
  const trip = reading?.trip ?? tripOf(id, trips);
  const value = reading?.value ?? null;
  const headroom = value === null || trip === null ? null : trip - value;
  const at = trip === null ? 'by its win rate' : `at ${short(trip)}`;
  const room = headroom === null ? '' : `, now ${short(value ?? 0)}, headroom ${short(headroom)}`;
  terminal.show({ id, scope, watches, action, reset, trip, value, headroom, open }, [
    `${open.length > 0 ? terminal.paint.bad('open  ') : 'closed'}  ${id.padEnd(16)} ${scope === 'portfolio' ? '' : 'of a configuration: '}${watches}`,
    `        trips ${at}${room} → ${actionWords(action)}; ${resetWords(reset)}`,
    ...open.map((one) => terminal.paint.bad(`        ${openWords(one)}`)),
  ]);
}

/** What a configuration's breaker trips at; null where that follows from its results. */
function tripOf(id: BreakerId, trips: BreakerTrips): number | null {
  if (id === 'loss-streak') return trips.lossStreak;
  if (id === 'entries-hour') return trips.entriesPerHour + 1;
  return id === 'entries-day' ? trips.entriesPerDay + 1 : null;
}

function resetWords(reset: BreakerReset): string {
  switch (reset.kind) {
    case 'below':
      return `closes below ${short(reset.level)}`;
    case 'after':
      return `closes after ${reset.ms / 3_600_000} h`;
    case 'person':
      return 'closed by a person alone';
    default:
      return reset satisfies never;
  }
}

function openWords({ on, at, value, trip, until }: OpenBreaker): string {
  const whose = on === '' ? '' : `${plain(on)}: `;
  const end = until === null ? '' : `, until ${dateTime(until)}`;
  return `${whose}since ${dateTime(at)}: ${short(value)} reached ${short(trip)}${end}`;
}

const short = (value: number): string => String(Number(value.toPrecision(4)));
