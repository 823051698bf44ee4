// What may be sent to a venue, and in which order: one budget for all clients of an address, because the
// venue counts them together. What takes risk away goes first and may use all of it; entries and market
// data stop long before the limit, so that they can never be why an exit is refused (RELIABILITY X3, X4).
import type { Millis } from '../domain/time.ts';
import { Allowance } from './allowance.ts';
import { VenueFault } from './fault.ts';
import { VenueSilence } from './silence.ts';
import { type Headers, wordOf } from './venue-word.ts';

/** In the order in which they are served; `protect`: cancels and stops at the venue. */
export const URGENCIES = ['protect', 'reconcile', 'exit', 'enter', 'data'] as const;
export type Urgency = (typeof URGENCIES)[number];

export interface Wish {
  readonly urgency: Urgency;
  /** In the venue's request weight. */
  readonly weight: number;
  /** It places an order: the venue counts those as well. */
  readonly isOrder: boolean;
}

/** Leave to send one request. */
export interface Leave {
  /** The head of its answer. */
  heard(status: number, headers: Headers): void;
  /** It was answered, failed, or was given up. */
  done(): void;
}

interface Manner {
  /** Share of a limit that may be used before it waits. */
  readonly share: number;
  /** How long it waits at most; what is known to take longer is refused at once. */
  readonly waitMsMax: Millis;
  readonly underWayMax: number;
}

const MANNERS: Readonly<Record<Urgency, Manner>> = {
  protect: { share: 1, waitMsMax: 8000, underWayMax: Number.POSITIVE_INFINITY },
  reconcile: { share: 0.85, waitMsMax: 8000, underWayMax: Number.POSITIVE_INFINITY },
  exit: { share: 1, waitMsMax: 8000, underWayMax: Number.POSITIVE_INFINITY },
  // Not at all: whoever let it through may have thrown a switch meanwhile.
  enter: { share: 0.7, waitMsMax: 0, underWayMax: Number.POSITIVE_INFINITY },
  // A few at a time: what is already on the wire cannot be overtaken.
  data: { share: 0.6, waitMsMax: 65_000, underWayMax: 8 },
};

const takesRiskAway = (urgency: Urgency): boolean => urgency === 'protect' || urgency === 'exit';

/** Binance's limits, until the venue has told its own. */
const PRESET = { weight: 6000, orders: 100 };

interface Waiting {
  readonly wish: Wish;
  readonly until: Millis;
  grant(leave: Leave): void;
  refuse(fault: VenueFault): void;
}

export interface BudgetTime {
  monotonic(): Millis;
  /** Calls back once; the handle cancels. */
  after(delayMs: Millis, run: () => void): () => void;
}

export class RateBudget {
  readonly #time: BudgetTime;
  readonly #weight = new Allowance(PRESET.weight, 60_000);
  readonly #orders = new Allowance(PRESET.orders, 10_000);
  readonly #silence = new VenueSilence();
  readonly #waiting = new Map(URGENCIES.map((urgency) => [urgency, [] as Waiting[]]));
  readonly #underWay = new Map(URGENCIES.map((urgency) => [urgency, 0]));
  readonly #banListeners = new Set<(forMs: Millis) => void>();
  #cancelWake = (): void => {};

  constructor(time: BudgetTime) {
    this.#time = time;
  }

  /**
   * Leave to send. Throws a retryable `VenueFault` when it would come too late to be of use, or when nobody
   * wants it any more, which `ended` tells.
   */
  leave(wish: Wish, ended?: AbortSignal): Promise<Leave> {
    return new Promise((resolve, reject) => {
      const queue = this.#waiting.get(wish.urgency) ?? [];
      const leaveQueue = (): void => {
        queue.splice(queue.indexOf(waiting), 1);
        waiting.refuse(tooLate(0));
        this.#serve();
      };
      const waiting: Waiting = {
        wish,
        until: this.#time.monotonic() + MANNERS[wish.urgency].waitMsMax,
        grant(leave) {
          ended?.removeEventListener('abort', leaveQueue);
          resolve(leave);
        },
        refuse(fault) {
          ended?.removeEventListener('abort', leaveQueue);
          reject(fault);
        },
      };
      ended?.addEventListener('abort', leaveQueue);
      queue.push(waiting);
      this.#serve();
    });
  }

  /** The venue's own limits; what is not above zero is left as it was. */
  learn(limits: { readonly weight?: number | undefined; readonly orders?: number | undefined }) {
    const { weight = 0, orders = 0 } = limits;
    if (weight > 0) this.#weight.limit = weight;
    if (orders > 0) this.#orders.limit = orders;
  }

  /** Tells how long a ban is, and when it was made longer; the handle stops it. */
  onBan(listener: (forMs: Millis) => void): () => void {
    this.#banListeners.add(listener);
    return () => this.#banListeners.delete(listener);
  }

  #serve(): void {
    this.#cancelWake();
    this.#cancelWake = () => {};
    const now = this.#time.monotonic();
    for (const urgency of URGENCIES) this.#serveOne(urgency, now);
    const wakeAt = this.#wakeAt(now);
    if (wakeAt < Number.POSITIVE_INFINITY) {
      this.#cancelWake = this.#time.after(Math.max(1, Math.ceil(wakeAt - now)), () =>
        this.#serve(),
      );
    }
  }

  #serveOne(urgency: Urgency, now: Millis): void {
    const queue = this.#waiting.get(urgency) ?? [];
    for (let first = queue[0]; first !== undefined; first = queue[0]) {
      if (this.#mayGo(first.wish, now)) {
        queue.shift();
        first.grant(this.#granted(first.wish, now));
      } else if (now >= first.until || this.#closedUntil(urgency) > first.until) {
        queue.shift();
        first.refuse(tooLate(this.#closedUntil(urgency) - now));
      } else {
        return;
      }
    }
  }

  /** Monotonic time before which none of an urgency can go, whatever else happens. */
  #closedUntil(urgency: Urgency): Millis {
    return takesRiskAway(urgency) ? this.#silence.bannedUntil : this.#silence.until;
  }

  #mayGo({ urgency, weight, isOrder }: Wish, now: Millis): boolean {
    const { share, underWayMax } = MANNERS[urgency];
    if (now < this.#closedUntil(urgency)) return false;
    if (now < this.#silence.until && !this.#silence.maySpare(now)) return false;
    if (!((this.#underWay.get(urgency) ?? 0) < underWayMax)) return false;
    const fits = (allowance: Allowance, amount: number): boolean =>
      allowance.used(now) + amount <= allowance.limit * share;
    return fits(this.#weight, weight) && (!isOrder || fits(this.#orders, 1));
  }

  #granted({ urgency, weight, isOrder }: Wish, now: Millis): Leave {
    const orders = isOrder ? 1 : 0;
    const isSpared = now < this.#silence.until;
    if (isSpared) this.#silence.spare(now);
    this.#weight.take(weight);
    this.#orders.take(orders);
    this.#count(urgency, 1);
    let isOpen = true;
    const counted = { weight: false, orders: false };
    return {
      heard: (status, headers) => {
        const word = this.#hear(status, headers);
        counted.weight = word.weight !== undefined;
        counted.orders = word.orders !== undefined;
      },
      done: () => {
        if (!isOpen) return;
        isOpen = false;
        const at = this.#time.monotonic();
        if (isSpared) this.#silence.spared();
        this.#weight.settle(weight, counted.weight, at);
        this.#orders.settle(orders, counted.orders, at);
        this.#count(urgency, -1);
        this.#serve();
      },
    };
  }

  #count(urgency: Urgency, change: number): void {
    this.#underWay.set(urgency, (this.#underWay.get(urgency) ?? 0) + change);
  }

  #hear(status: number, headers: Headers): ReturnType<typeof wordOf> {
    const now = this.#time.monotonic();
    const word = wordOf(status, headers);
    const hear = (allowance: Allowance, used: number | undefined): void => {
      if (used === undefined) return;
      const restMs =
        word.at === undefined ? undefined : allowance.lengthMs - (word.at % allowance.lengthMs);
      allowance.hear(used, now, restMs);
    };
    hear(this.#weight, word.weight);
    hear(this.#orders, word.orders);
    const { silence } = word;
    if (silence !== undefined) {
      const isNew = silence.isBan && now + silence.ms > this.#silence.bannedUntil;
      this.#silence.hear(silence, now);
      if (isNew) for (const listener of this.#banListeners) listener(silence.ms);
      this.#serve();
    }
    return word;
  }

  /** The next moment at which something that waits may go, or has waited too long. */
  #wakeAt(now: Millis): Millis {
    const heads = [...this.#waiting.values()].flatMap(([first]) => first?.until ?? []);
    if (heads.length === 0) return Number.POSITIVE_INFINITY;
    const { until, bannedUntil, spareAt } = this.#silence;
    const moments = [until, bannedUntil, spareAt, this.#weight.endsAt, this.#orders.endsAt];
    return Math.min(...[...heads, ...moments].filter((at) => at > now));
  }
}

const tooLate = (restMs: Millis): VenueFault =>
  new VenueFault(
    restMs > 0
      ? `expected leave to send, was told to wait ${Math.ceil(restMs)} ms more`
      : 'expected leave to send in time, was none: the venue’s limit is used up',
    { retryable: true },
  );
