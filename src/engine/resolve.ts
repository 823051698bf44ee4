// An order whose end is not known: ask until the venue tells it, or until the order can no longer arrive.
// "Not found" counts only after its validity window and the venue's own processing have passed, and
// twice (RELIABILITY X2); until then its exposure stays reserved.
import type { Order } from '../domain/order.ts';
import type { Millis } from '../domain/time.ts';
import type { Clock, Log, Timers, Venue } from '../ports.ts';
import { type ExecutionSink, isOver, newsOf } from './execution.ts';
import { fillLookBackMs } from './recover.ts';

/** The venue may work on a request this long after its validity was checked. */
const processingMs: Millis = 10_000;
/** Our clock against the venue's, at worst. */
const skewMs: Millis = 1000;
const firstWaitMs: Millis = 500;
const waitMsMax: Millis = 5000;
const secondMissMs: Millis = 1000;

/** What asking brought: an end, an order that stands or has trades, no such order, or no answer. */
type Word = 'ended' | 'living' | 'none' | 'silence';

const missesAfter = (misses: number, word: Word, isConclusive: boolean): number => {
  if (word === 'living') return 0;
  return word === 'none' && isConclusive ? misses + 1 : misses;
};

export function createResolver(options: {
  venue: Pick<Venue, 'find' | 'fills'>;
  clock: Clock;
  timers: Timers;
  log: Log;
  recvWindowMs: Millis;
  sink: Pick<ExecutionSink, 'onFill' | 'onOrderNews'>;
}): (order: Order) => void {
  const { venue, clock, timers, log, sink } = options;
  const asking = new Set<string>();

  /** The venue's word on the order and its fills, as `reconcileOrders` asks for them. */
  async function ask(order: Order): Promise<Word> {
    const report = await venue.find(order);
    const fills = (await venue.fills(order.pair, order.at - fillLookBackMs)).filter(
      ({ clientOrderId }) => clientOrderId === order.clientOrderId,
    );
    for (const fill of fills) sink.onFill(fill);
    if (report === undefined) return fills.length > 0 ? 'living' : 'none';
    sink.onOrderNews(newsOf(report));
    return isOver(report) ? 'ended' : 'living';
  }

  function conclude(order: Order): void {
    log.warn({ order: order.clientOrderId }, 'order never reached the venue');
    const { clientOrderId } = order;
    const message = 'not found twice after its validity had passed';
    const news = { clientOrderId, at: clock.market(), code: 'absent', message } as const;
    sink.onOrderNews({ kind: 'ended', state: 'absent', ...news });
  }

  const pause = (ms: Millis): Promise<void> =>
    new Promise((resolve) => {
      timers.after(ms, resolve);
    });

  const tryAsking = (order: Order): Promise<Word> =>
    ask(order).catch((error: unknown) => {
      log.warn({ order: order.clientOrderId, error: String(error) }, 'could not ask the venue');
      return 'silence';
    });

  /** Asks until the venue tells an end (true), or twice of no such order when that is conclusive. */
  async function hasEnd(order: Order, conclusiveAt: Millis): Promise<boolean> {
    let waitMs = firstWaitMs;
    for (let misses = 0; misses < 2; waitMs = Math.min(waitMsMax, waitMs * 2)) {
      await pause(misses > 0 ? secondMissMs : waitMs);
      const askedAt = clock.monotonic();
      const word = await tryAsking(order);
      if (word === 'ended') return true;
      misses = missesAfter(misses, word, askedAt >= conclusiveAt);
    }
    return false;
  }

  async function pursue(order: Order, conclusiveAt: Millis): Promise<void> {
    const ended = await hasEnd(order, conclusiveAt);
    asking.delete(order.clientOrderId);
    if (!ended) conclude(order);
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
