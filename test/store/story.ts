// Genuine facts for the store's tests: made by the domain's own decisions on a book of their own, so
// that what is stored is what the engine would store.
import { DEFAULT_LEVELS } from '../../src/domain/breaker-levels.ts';
import { conclude } from '../../src/domain/conclusion.ts';
import type { Configuration, Stage } from '../../src/domain/configuration.ts';
import { judgeDay } from '../../src/domain/day.ts';
import { orderExit } from '../../src/domain/exit.ts';
import { type Fact, fact } from '../../src/domain/fact.ts';
import type { Fill } from '../../src/domain/fill.ts';
import { apply, type Draft, draftOf } from '../../src/domain/fold.ts';
import { engineId, signalId } from '../../src/domain/identity.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import { transaction } from '../../src/domain/ledger.ts';
import { decimal, money, price, quantity } from '../../src/domain/money.ts';
import { DEFAULT_EXECUTION, type ExitReason, type Order } from '../../src/domain/order.ts';
import { EMPTY_PORTFOLIO, equityMark, type Portfolio } from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import { DEFAULT_LIMITS } from '../../src/domain/risk.ts';
import { settle } from '../../src/domain/settlement.ts';
import { DEFAULT_SIZING } from '../../src/domain/sizing.ts';

export const START = 1_717_200_000_000;
const PAIR = 'BTC/USDT';
const ENGINE = engineId('story');
const MARKS = new Map([[PAIR, price('67000')]]);

const instrument: Instrument = {
  pair: PAIR,
  base: 'BTC',
  quote: 'USDT',
  active: true,
  tickSize: decimal('0.01'),
  stepSize: decimal('0.00001'),
  quantityMin: quantity('0.00001'),
  quantityMax: quantity('1000'),
  notionalMin: money('5'),
};

export const configuration = (
  id: string,
  stage: Stage = 'MATURE',
  sharpe: number | null = 2.1,
): Configuration => ({
  id,
  version: 1,
  strategy: 'liquidity-sweep',
  pair: PAIR,
  exchange: 'binance',
  timeframe: '1m',
  stage,
  parameters: { lookback: 100, depthMax: 1.5 },
  winRatePercent: 68,
  sharpe,
  isActive: true,
  performance: { gross_win_rate: 68 },
  validation: { sharpe_ratio: sharpe },
  regime: 'ranging',
  evidence: { returns_r: [1.2, -1], trials: 40 },
});

export class Story {
  readonly facts: Fact[] = [];
  readonly draft: Draft;
  #at: number;

  /** Begins with nothing, or goes on from a book at a market time. */
  constructor(book: Portfolio = EMPTY_PORTFOLIO, at = START) {
    this.draft = draftOf(book);
    this.#at = at;
  }

  /** Records facts that the caller made; applies them to the book. */
  tell(...facts: readonly Fact[]): this {
    for (const next of facts) apply(this.draft, next);
    return this.#keep(facts);
  }

  #keep(facts: readonly Fact[]): this {
    this.facts.push(...facts);
    return this;
  }

  get at(): number {
    this.#at += 1000;
    return this.#at;
  }

  open(...configurations: readonly Configuration[]): this {
    const postings = transaction([
      { account: 'cash', asset: 'USDT', amount: decimal(100_000) },
      { account: 'capital', asset: 'USDT', amount: decimal(-100_000) },
      { account: 'foreign', asset: 'BNB', amount: decimal('1.5') },
      { account: 'venue', asset: 'BNB', amount: decimal('-1.5') },
    ]);
    const foreign = { BNB: '1.5' };
    const { at } = this;
    const opening = { quote: 'USDT', capital: '100000', engine: ENGINE, foreign, postings };
    this.tell(
      fact(
        'engine.started',
        { at, key: 'engine' },
        { mode: 'live', venue: 'binance', version: '1' },
      ),
      fact('portfolio.opened', { at, key: 'portfolio' }, opening),
    );
    for (const each of configurations) {
      const imported = { configuration: each, by: 'file' };
      this.tell(fact('configuration.imported', { at, key: each.id }, imported));
    }
    return this.#keep(judgeDay(this.draft, MARKS, at, DEFAULT_LIMITS));
  }

  /** A BUY signal of a configuration through review: approved or refused. */
  propose(of: Configuration, confidence = 0.9): this {
    const { at } = this;
    const signal = {
      id: signalId(of.id, at),
      configId: of.id,
      pair: PAIR,
      direction: 'BUY',
      confidence,
      components: { volume: confidence },
      entryPrice: '67000',
      stopLoss: '66000',
      takeProfit: '69000',
      level: '66500',
      expiresAt: at + 1_800_000,
      at,
    } as const;
    const terms = {
      engine: ENGINE,
      limits: DEFAULT_LIMITS,
      sizing: DEFAULT_SIZING,
      execution: DEFAULT_EXECUTION,
      instruments: new Map([[PAIR, instrument]]),
      correlation: () => 1,
      protection: { by: 'engine', offset: 0.01 } as const,
      // A story enters as often as it is told to.
      breakers: { ...DEFAULT_LEVELS, entriesPerHour: 1e6, entriesPerDay: 1e6 },
    };
    const proposal = { signal, configuration: of, healthy: true, fresh: true };
    return this.#keep(
      review(this.draft, [proposal], terms, { at, marks: MARKS, readings: [], open: true }),
    );
  }

  /** The newest order of the book. */
  get order(): Order {
    const newest = [...this.draft.orders.values()].at(-1);
    if (newest === undefined) throw new Error('expected an order in the story, was none');
    return newest.order;
  }

  accept(order = this.order): this {
    const { clientOrderId } = order;
    const news = { clientOrderId, at: this.at, kind: 'accepted', venueOrderId: '42' } as const;
    return this.#keep(conclude(this.draft, news, instrument));
  }

  lose(order = this.order): this {
    const { clientOrderId } = order;
    const news = { clientOrderId, at: this.at, kind: 'unresolved', reason: 'no answer' } as const;
    return this.#keep(conclude(this.draft, news, instrument));
  }

  end(state: 'rejected' | 'canceled' | 'absent', order = this.order): this {
    const { clientOrderId } = order;
    const news = { clientOrderId, at: this.at, kind: 'ended', state, code: '-2010', message: 'no' };
    return this.#keep(conclude(this.draft, { ...news, kind: 'ended' }, instrument));
  }

  /** A fill of `share` of an order; the fee in base on a buy, in quote on a sell. */
  fill(share: string, at: string, order = this.order): this {
    const { at: filledAt } = this;
    const amount = decimal(order.quantity).times(share);
    const value = order.side === 'buy' ? amount : amount.times(at);
    const fill: Fill = {
      tradeId: String(filledAt),
      clientOrderId: order.clientOrderId,
      pair: PAIR,
      side: order.side,
      price: at,
      quantity: amount.toFixed(),
      fee: value.times('0.001').toFixed(),
      feeAsset: order.side === 'buy' ? 'BTC' : 'USDT',
      at: filledAt,
    };
    return this.#keep(settle(this.draft, fill, instrument));
  }

  exit(configId: string, reason: ExitReason = 'stop'): this {
    const request = { configId, reason, price: 65990, at: this.at };
    return this.#keep(orderExit(this.draft, request, instrument, ENGINE));
  }

  mark(): this {
    const mark = equityMark(this.draft, MARKS);
    return this.tell(fact('equity.marked', { at: this.at, key: 'portfolio' }, mark));
  }
}

/** A book's life in which every type of fact occurs. */
export function wholeStory(): Story {
  const [first, second, third] = [
    configuration('a'),
    configuration('b', 'VALIDATION', 1.4),
    configuration('c', 'DISCOVERY', null),
  ];
  const story = new Story().open(first, second, third).mark();
  story.propose(first).accept().fill('0.4', '67001').fill('0.6', '67010.5').mark();
  story.propose(third).propose(second).lose().fill('0.5', '67005').end('canceled');
  story.exit('a', 'stop').accept().fill('1', '65980').mark();
  const named = { by: 'anna', reason: 'a look' };
  const { at } = story;
  return story.tell(
    fact('configuration.deactivated', { at, key: 'b' }, { ...named, id: 'b' }),
    fact('configuration.activated', { at, key: 'b' }, { ...named, id: 'b' }),
    fact(
      'loss.latched',
      { at, key: '19875' },
      {
        day: story.draft.day?.number ?? 0,
        dayReturn: -0.021,
        limit: -0.02,
      },
    ),
    fact('trading.reduced', { at, key: 'portfolio' }, named),
    fact('trading.flattened', { at, key: 'portfolio' }, named),
    fact('trading.resumed', { at, key: 'portfolio' }, named),
    fact(
      'command.acknowledged',
      { at, key: '7' },
      {
        id: '7',
        kind: 'halt',
        ok: true,
        message: 'done',
      },
    ),
    fact(
      'stream.gapped',
      { at, key: 'BTC/USDT@1m' },
      {
        stream: 'BTC/USDT@1m',
        from: at - 120_000,
        to: at,
      },
    ),
    ...strangersFacts(at),
    fact('engine.stopped', { at, key: 'engine' }, { reason: 'SIGINT' }),
  );
}

/** What others do on the account, and a person's word on it. */
const strangersFacts = (at: number): readonly Fact[] => {
  const away = (asset: string, amount: number) =>
    transaction([
      { account: 'foreign', asset, amount: decimal(amount) },
      { account: 'venue', asset, amount: decimal(-amount) },
    ]);
  return [
    fact('account.lost', { at, key: 'USDT' }, { reason: 'the socket was closed' }),
    fact(
      'foreign.found',
      { at, key: PAIR, cause: 'web_1' },
      {
        ...{ pair: PAIR, what: 'trade of a person', detail: 'trade 9: sell 0.01 at 66000' },
        ...{ tradeId: '9', freezes: true, sold: { quantity: '0.01', value: '660' } },
        postings: [...away('BTC', -0.01), ...away('USDT', 660)],
      },
    ),
    fact(
      'transfer.recorded',
      { at, key: 'BNB' },
      {
        ...{ id: `BNB 2 ${at}`, asset: 'BNB', amount: '2', equity: '0' },
        postings: away('BNB', 2),
      },
    ),
    fact('difference.found', { at, key: 'USDT' }, { missing: { BTC: '0.002' } }),
    fact('account.reconciled', { at, key: 'USDT' }, { reason: 'the socket was closed' }),
    fact(
      'foreign.adopted',
      { at, key: 'USDT', cause: 'anna' },
      {
        ...{ by: 'anna', reason: 'sold by hand', pair: null, orders: [`${PAIR} 17`], equity: '0' },
        ...{ shrunk: [], postings: away('BTC', -0.002) },
      },
    ),
  ];
};
