// What the venue says of the account by itself. Until the first round of questions is through it is kept, in
// order: nothing falls between the two. Whether anything was lost since is counted for whoever asks.
import { makerOf } from '../domain/identity.ts';
import { decimal } from '../domain/money.ts';
import type { Portfolio } from '../domain/portfolio.ts';
import type { AccountNews } from '../domain/supervision.ts';
import type { Clock, OrderReport, VenueNews } from '../ports.ts';
import type { Strangers } from './stranger.ts';

export interface AccountEarOptions {
  readonly clock: Pick<Clock, 'market'>;
  readonly strangers: Strangers;
  /** The most of the quote currency that may be put in. */
  readonly ceiling: string;
  book(): Portfolio;
  /** Where the venue's news of orders and fills go. */
  pass(news: VenueNews): void;
  send(news: AccountNews): void;
}

export class AccountEar {
  readonly #options: AccountEarOptions;
  /** Something was heard that asks for a round: the events are back, an order of a person stands. */
  readonly #onWanted: (how: 'now' | 'soon') => void;
  #kept: VenueNews[] | undefined = [];
  #isLive = true;
  #turns = 0;

  constructor(options: AccountEarOptions, onWanted: (how: 'now' | 'soon') => void) {
    this.#options = options;
    this.#onWanted = onWanted;
  }

  /** What is said is taken at once. */
  get isOpen(): boolean {
    return this.#kept === undefined;
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  /** Losses and returns so far: two looks at the same number had nothing lost between them. */
  get turns(): number {
    return this.#turns;
  }

  hear(news: VenueNews): void {
    if (news.type === 'reports.lost' || news.type === 'reports.live') this.#turned(news);
    else if (this.#kept === undefined) this.#take(news);
    else this.#kept.push(news);
  }

  /** Takes what was kept, and from now on what is said. */
  open(): void {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    for (const news of kept) this.#take(news);
  }

  /** An order that the book does not have. */
  meet({ clientOrderId, venueOrderId, pair, at }: OrderReport): void {
    this.#options.send({ kind: 'order', clientOrderId, venueOrderId, pair, at });
    this.#options.strangers.met(clientOrderId, pair);
  }

  #turned(news: Extract<VenueNews, { type: 'reports.lost' | 'reports.live' }>): void {
    this.#turns += 1;
    this.#isLive = news.type === 'reports.live';
    if (news.type === 'reports.live') {
      this.#onWanted('now');
      return;
    }
    const at = this.#options.clock.market();
    this.#options.send({ kind: 'lost', reason: news.reason, at });
  }

  #take(news: VenueNews): void {
    const { book, pass, send, ceiling } = this.#options;
    if (news.type === 'balance.changed') {
      const { asset, delta: amount, at } = news;
      send({ kind: 'transfer', asset, amount, at, ceiling: decimal(ceiling) });
      return;
    }
    if (news.type === 'order.reported') {
      const { report } = news;
      const isOpen = report.state === 'open' || report.state === 'partial';
      if (isOpen && !book().orders.has(report.clientOrderId)) this.#noticed(report);
    }
    pass(news);
  }

  /** Another engine is met at once; a person's order mostly ends as it comes, or the next round finds it. */
  #noticed(report: OrderReport): void {
    const maker = makerOf(this.#options.book().engine, report.clientOrderId);
    if (maker === 'a person') this.#onWanted('soon');
    else this.meet(report);
  }
}
