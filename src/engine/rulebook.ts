// The venue's rules of trading in force: asked again every hour, and when an order was refused for breaking
// one. What is sized or sold is held to them as they are now; a pair that the venue no longer trades takes
// no entries, and keeps its last rules for whoever holds it (RELIABILITY X11, X14).
import { type Instrument, rulesInForce } from '../domain/instrument.ts';
import { hasEnded, type Portfolio } from '../domain/portfolio.ts';
import type { Millis } from '../domain/time.ts';
import type { Clock, Log, Timers, Venue } from '../ports.ts';

const everyMs: Millis = 3_600_000;
/** A run of refusals asks once. */
const againMsMin: Millis = 10_000;

export interface Rulebook {
  instruments(): ReadonlyMap<string, Instrument>;
  /** Begins to ask; the handle ends it. */
  open(): () => void;
}

export function createRulebook(options: {
  venue: Pick<Venue, 'instruments' | 'news'>;
  clock: Pick<Clock, 'monotonic'>;
  timers: Pick<Timers, 'every'>;
  log: Log;
  listed: ReadonlyMap<string, Instrument>;
  book(): Portfolio;
}): Rulebook {
  const { venue, clock, timers, log, book } = options;
  let rules = options.listed;
  let askedAt = Number.NEGATIVE_INFINITY;

  /** Pairs that must be able to settle and to be sold. */
  function needed(): ReadonlySet<string> {
    const { positions, orders } = book();
    const live = [...orders.values()].filter((one) => !hasEnded(one));
    return new Set([
      ...[...positions.values()].map(({ opening }) => opening.pair),
      ...live.map(({ order }) => order.pair),
    ]);
  }

  /** `wasActive`: what was believed of a pair until now; undefined of one nobody knew. */
  function take(
    listed: ReadonlyMap<string, Instrument>,
    wasActive: (pair: string) => boolean | undefined,
  ): void {
    const held = needed();
    const next = rulesInForce(rules, listed, held);
    for (const [pair, { active }] of next) {
      const was = wasActive(pair);
      if (was !== undefined && active !== was) tell(pair, active, held.has(pair));
    }
    rules = next;
  }

  function tell(pair: string, isActive: boolean, isHeld: boolean): void {
    if (isActive) log.warn({ pair }, 'the venue trades the pair again');
    else if (isHeld) log.error({ pair }, 'held, and the venue does not trade it any more');
    else log.warn({ pair }, 'the venue does not trade the pair any more: no entries');
  }

  async function ask(): Promise<void> {
    askedAt = clock.monotonic();
    try {
      take(await venue.instruments(), (pair) => rules.get(pair)?.active);
    } catch (error) {
      log.warn({ error: String(error) }, 'the rules of trading could not be asked for; as before');
    }
  }

  return {
    instruments: () => rules,
    open() {
      const held = needed();
      take(rules, (pair) => (held.has(pair) ? true : undefined));
      const stop = timers.every(everyMs, () => void ask());
      const listening = venue.news.subscribe(({ type }) => {
        if (type === 'rules.doubted' && clock.monotonic() - askedAt >= againMsMin) void ask();
      });
      return () => {
        stop();
        listening.unsubscribe();
      };
    },
  };
}
