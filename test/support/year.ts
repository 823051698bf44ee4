// A journal as long use leaves it: hundreds of configurations, round trips with their orders, fills and twins,
// a mark of the equity every minute, a checkpoint every day. Made by the domain's own decisions.
import type { Configuration } from '../../src/domain/configuration.ts';
import { judgeDay } from '../../src/domain/day.ts';
import { type Fact, fact } from '../../src/domain/fact.ts';
import { DEFAULT_LIMITS } from '../../src/domain/risk.ts';
import { DAY } from '../../src/domain/time.ts';
import { saveCheckpoint } from '../../src/engine/recover.ts';
import { openStore } from '../../src/store/store.ts';
import { CONTEXT } from '../store/context.ts';
import { configuration, START, Story } from '../store/story.ts';

export interface YearOptions {
  /** `sqlite:PATH` of a store that does not exist yet. */
  readonly url: string;
  readonly days: number;
  readonly configurations: number;
  readonly roundTripsPerDay: number;
  /** Whether days end with a checkpoint. */
  readonly checkpoints: boolean;
}

const minuteMs = 60_000;
const appendFacts = 2000;

/** Writes the journal; the number of its entries. The last day has no checkpoint of its own. */
export async function writeYear(options: YearOptions): Promise<number> {
  const store = await openStore({ ...CONTEXT, url: options.url });
  const all = Array.from({ length: options.configurations }, (_, index) =>
    configuration(`c${index}`),
  );
  let story = new Story().open(...all);
  const at = START;
  const opened = all.map(({ id, version, stage }) => {
    const data = { id, version, stage, equity: '100000', again: false };
    return fact('evidence.opened', { at, key: id }, data);
  });
  story.tell(...opened);
  let seq = 0;
  for (let day = 0; day < options.days; day += 1) {
    if (day > 0) story = new Story(story.draft, START + day * DAY);
    live(story, all, day, options.roundTripsPerDay);
    for (let from = 0; from < story.facts.length; from += appendFacts) {
      const entries = await store.journal.append(story.facts.slice(from, from + appendFacts));
      seq = entries.at(-1)?.seq ?? seq;
    }
    if (options.checkpoints && day < options.days - 1) {
      await saveCheckpoint(store.journal, story.draft, seq);
    }
  }
  await store.close();
  return seq;
}

/** One day: its first mark, then minute for minute, with round trips spread over it. */
function live(story: Story, all: readonly Configuration[], day: number, roundTrips: number): void {
  const marks = new Map();
  const first = judgeDay(story.draft, marks, START + day * DAY, DEFAULT_LIMITS);
  story.facts.push(...first);
  const every = Math.floor(1440 / roundTrips);
  for (let minute = 0; minute < 1440; minute += 1) {
    if (minute % every === 0 && minute / every < roundTrips) {
      const one = all[(day * roundTrips + minute / every) % all.length];
      if (one !== undefined) roundTrip(story, one, START + day * DAY + minute * minuteMs);
    }
    story.mark();
  }
}

/** In and out in two fills each, a little above what it cost; its twin beside it. */
function roundTrip(story: Story, one: Configuration, at: number): void {
  const from = story.facts.length;
  story.propose(one).accept().fill('0.4', '67000').fill('0.6', '67001');
  story.exit(one.id, 'target').accept().fill('0.4', '67140').fill('0.6', '67140');
  const closed = story.facts.slice(from).find(({ type }) => type === 'position.closed');
  if (closed?.type !== 'position.closed') throw new Error('expected a round trip');
  story.tell(...twinOf(closed.data.trade, at));
}

function twinOf(trade: Extract<Fact, { type: 'position.closed' }>['data']['trade'], at: number) {
  const { entryAt, entryPrice, quantity, exitAt: _, ...rest } = trade;
  const about = { at, key: trade.configId };
  const opening = { ...rest, at: entryAt };
  return [
    fact('twin.opened', about, { version: 1, opening, quantity, entryPrice }),
    fact('twin.closed', about, { version: 1, trade, equity: '100000' }),
  ];
}
