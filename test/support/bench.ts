// Nouns for the domain's tests: instruments, configurations, signals and an opened book.
import { DEFAULT_LEVELS } from '../../src/domain/breaker-levels.ts';
import type { Configuration } from '../../src/domain/configuration.ts';
import type { Proposal, ReviewMoment, ReviewTerms } from '../../src/domain/eligibility.ts';
import { fact } from '../../src/domain/fact.ts';
import type { Fill } from '../../src/domain/fill.ts';
import { fold } from '../../src/domain/fold.ts';
import { engineId, signalId } from '../../src/domain/identity.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import { transaction } from '../../src/domain/ledger.ts';
import { decimal, money, price, quantity } from '../../src/domain/money.ts';
import { DEFAULT_EXECUTION, type Order } from '../../src/domain/order.ts';
import { EMPTY_PORTFOLIO, type Portfolio } from '../../src/domain/portfolio.ts';
import { DEFAULT_LIMITS } from '../../src/domain/risk.ts';
import type { Signal } from '../../src/domain/signal.ts';
import { DEFAULT_SIZING } from '../../src/domain/sizing.ts';
import type { Enrolment } from '../../src/engine/enrolment.ts';

export const NOON = Date.UTC(2026, 0, 15, 12);

export const instrumentOf = (pair: string, changes: Partial<Instrument> = {}): Instrument => {
  const [base = '', quote = ''] = pair.split('/');
  return {
    pair,
    base,
    quote,
    active: true,
    tickSize: decimal('0.01'),
    stepSize: decimal('0.001'),
    quantityMin: quantity('0.001'),
    quantityMax: quantity('100000'),
    notionalMin: money('5'),
    ...changes,
  };
};

export const configurationOf = (
  id: string,
  changes: Partial<Configuration> = {},
): Configuration => ({
  id,
  version: 1,
  strategy: 'liquidity_sweep',
  pair: 'BTC/USDT',
  exchange: 'binance',
  timeframe: '1m',
  stage: 'MATURE',
  parameters: {},
  winRatePercent: 100,
  sharpe: 3,
  isActive: true,
  performance: {},
  validation: {},
  regime: null,
  evidence: null,
  ...changes,
});

/** A BUY at `entry`, stop 1 % below, target 2 % above. */
export function signalOf(
  { id, pair }: Pick<Configuration, 'id' | 'pair'>,
  changes: Partial<Signal> & { entry?: number } = {},
): Signal {
  const { entry = 100, ...rest } = changes;
  const at = rest.at ?? NOON;
  return {
    id: signalId(id, at),
    configId: id,
    pair,
    direction: 'BUY',
    confidence: 1,
    components: {},
    entryPrice: String(entry),
    stopLoss: String(entry * 0.99),
    takeProfit: String(entry * 1.02),
    level: String(entry * 0.995),
    expiresAt: at + 30 * 60_000,
    at,
    ...rest,
  };
}

/** A configuration that takes its seat for the first time. */
export const newcomer = (configuration: Configuration): Enrolment => ({
  configuration,
  past: null,
  again: false,
});

export const proposalOf = (
  configuration: Configuration,
  changes: Parameters<typeof signalOf>[1] = {},
): Proposal => ({
  signal: signalOf(configuration, changes),
  configuration,
  healthy: true,
  fresh: true,
});

export const termsFor = (
  pairs: readonly string[],
  changes: Partial<ReviewTerms> = {},
): ReviewTerms => ({
  engine: engineId('test'),
  limits: DEFAULT_LIMITS,
  sizing: DEFAULT_SIZING,
  execution: DEFAULT_EXECUTION,
  instruments: new Map(pairs.map((pair) => [pair, instrumentOf(pair)])),
  correlation: () => 1,
  breakers: DEFAULT_LEVELS,
  protection: { by: 'engine', offset: 0.01 },
  ...changes,
});

export const momentAt = (
  marks: Readonly<Record<string, number>> = {},
  at = NOON + 100,
): ReviewMoment => ({
  at,
  open: true,
  readings: [],
  marks: new Map(Object.entries(marks).map(([pair, mark]) => [pair, price(mark)])),
});

/** A book with `capital` in cash and nothing else. */
export function openedBook(capital = 100_000): Portfolio {
  const postings = transaction([
    { account: 'cash', asset: 'USDT', amount: decimal(capital) },
    { account: 'capital', asset: 'USDT', amount: decimal(-capital) },
  ]);
  const engine = engineId('test');
  const data = { quote: 'USDT', capital: String(capital), engine, foreign: {}, postings };
  return fold(EMPTY_PORTFOLIO, [
    fact('portfolio.opened', { at: NOON - 1000, key: 'USDT' }, data),
    fact(
      'day.opened',
      { at: NOON - 1000, key: 'd' },
      { day: Math.floor(NOON / 86_400_000), equity: String(capital) },
    ),
  ]);
}

let trades = 0;

/** The venue's word that (part of) an order was filled. */
export function fillOf(order: Order, changes: Partial<Fill> = {}): Fill {
  trades += 1;
  const buys = order.side === 'buy';
  const [base = '', quote = ''] = order.pair.split('/');
  const amount = changes.quantity ?? order.quantity;
  const at = changes.price ?? order.limitPrice ?? '100';
  const got = buys ? decimal(amount) : decimal(amount).times(at);
  return {
    tradeId: `t${trades}`,
    clientOrderId: order.clientOrderId,
    pair: order.pair,
    side: order.side,
    price: at,
    quantity: amount,
    fee: got.times('0.001').toFixed(),
    feeAsset: buys ? base : quote,
    at: NOON + 1000,
    ...changes,
  };
}
