// An order whose end is not known: ask until the venue tells it, or until the order can no longer arrive.
// "Not found" counts only after its validity window and the venue's own processing have passed, and
// twice (RELIABILITY X2); until then its exposure stays reserved.
import type { Order } from '../domain/order.ts';
import type { Millis } from '../domain/time.ts';
import type { Clock, Log, Timers } from '../ports.ts';
import { type Inquiry, inquire, type Word } from './inquiry.ts';

/** The venue may work on a request this long after its validity was checked. */
const processingMs: Millis = 10_000;
/** Our clock against the venue's, at worst. */
const skewMs: Millis = 1000;
const firstWaitMs: Millis = 500;
/** A cancel was answered already: the order is looked up at once. */
const soonMs: Millis = 50;
const waitMsMax: Millis = 5000;
const secondMissMs: Millis = 1000;
/** A timer may fire this much early; a question asked too early proves nothing, and the next comes late. */
const timerSlackMs: Millis = 2;
/** Nobody could find out for this long: a person has to look. It is asked on, less often. */
const despairMs: Millis = 10 * 60_000;
const despairedWaitMs: Millis = 30_000;

const missesAfter = (misses: number, word: Word | 'silence', isConclusive: boolean): number => {
  if (word === 'living') return 0;
  return word === 'none' && isConclusive ? misses + 1 : misses;
};

export interface ResolverOptions extends Inquiry {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly recvWindowMs: Millis;
}

export function createResolver(options: ResolverOptions): (order: Order) => void {
  const { clock, timers, log, sink } = options;
  const asking = new Set<string>();

  const pause = (ms: Millis): Promise<void> =>
    new Promise((resolve) => {
      timers.after(ms, resolve);
    });

  async function ask(order: Order): Promise<Word | 'silence'> {
    const { clientOrderId } = order;
    try {
      const word = await inquire(order, options);
      // A start finds it as if it were being sent; from now on it is in doubt.
      const reason = 'the venue does not know it, or not yet';
      const doubt = { kind: 'unresolved', clientOrderId, at: clock.market(), reason } as const;
      if (word === 'none') sink.onOrderNews(doubt);
      return word;
    } catch (error) {
      log.warn({ order: clientOrderId, error: String(error) }, 'could not ask the venue');
      return 'silence';
    }
  }

  /** Asks until the venue's word settles it (true), or twice of no such order when that is conclusive. */
  async function isSettled(order: Order, conclusiveAt: Millis): Promise<boolean> {
    const wait = patienceWith(order, options);
    for (let misses = 0; misses < 2; ) {
      await pause(misses > 0 ? secondMissMs : notBeyond(conclusiveAt, wait()));
      const askedAt = clock.monotonic();
      const word = await ask(order);
      if (word === 'ended' || word === 'standing') return true;
      misses = missesAfter(misses, word, askedAt >= conclusiveAt);
    }
    return false;
  }

  /** The first question whose answer proves something is asked in time: a stop may wait for it. */
  function notBeyond(conclusiveAt: Millis, waitMs: Millis): Millis {
    const leftMs = conclusiveAt - clock.monotonic();
    return leftMs > 0 ? Math.min(waitMs, Math.ceil(leftMs) + timerSlackMs) : waitMs;
  }

  function conclude({ clientOrderId }: Order): void {
    log.warn({ order: clientOrderId }, 'order never reached the venue');
    const message = 'not found twice after its validity had passed';
    const news = { clientOrderId, at: clock.market(), code: 'absent', message } as const;
    sink.onOrderNews({ kind: 'ended', state: 'absent', ...news });
  }

  async function pursue(order: Order, conclusiveAt: Millis): Promise<void> {
    const isKnown = await isSettled(order, conclusiveAt);
    asking.delete(order.clientOrderId);
    if (!isKnown) conclude(order);
  }

  return (order) => {
    if (asking.has(order.clientOrderId)) return;
    asking.add(order.clientOrderId);
    // Counted from now: it cannot have been sent later than this. Not on the clock of the day, which
    // can be set forward.
    const conclusiveAt = clock.monotonic() + options.recvWindowMs + processingMs + skewMs;
    void pursue(order, conclusiveAt);
  };
}

/** How long to wait before each next question; who waited for too long despairs, and says so. */
function patienceWith(order: Order, { clock, sink, isUnwanted }: ResolverOptions): () => Millis {
  const { clientOrderId } = order;
  const despairsAt = clock.monotonic() + despairMs;
  let next = isUnwanted(order) ? soonMs : firstWaitMs;
  return () => {
    const waitMs = next;
    const despairs = clock.monotonic() >= despairsAt;
    next = despairs ? despairedWaitMs : Math.min(waitMsMax, next * 2);
    if (despairs && waitMs < despairedWaitMs) {
      const reason = `nobody could tell for ${despairMs / 60_000} minutes`;
      sink.onOrderNews({ kind: 'quarantined', clientOrderId, at: clock.market(), reason });
    }
    return waitMs;
  };
}
