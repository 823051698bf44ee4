// Blocking entries never blocks exits: beside every refusal of the catalogue, in the very book that refuses,
// a position that is to go gets its order, and the gateway lets it pass. The tables are total: a refusal or
// a limit that is new does not compile before it stands here.
import { NEVER } from 'rxjs';
import { expect, test } from 'vitest';
import type { BREAKERS } from '../../src/domain/breaker.ts';
import type { Candle } from '../../src/domain/candle.ts';
import type { Configuration } from '../../src/domain/configuration.ts';
import type { Proposal, ReviewMoment, ReviewTerms } from '../../src/domain/eligibility.ts';
import { type Fact, fact } from '../../src/domain/fact.ts';
import { apply, type Draft, draftOf } from '../../src/domain/fold.ts';
import { transaction } from '../../src/domain/ledger.ts';
import { decimal, money, quantity } from '../../src/domain/money.ts';
import { EXIT_REASONS, type Order } from '../../src/domain/order.ts';
import type { RefusalCode } from '../../src/domain/refusal.ts';
import { REFUSALS } from '../../src/domain/refusal.ts';
import { review } from '../../src/domain/review.ts';
import { DEFAULT_LIMITS, type RiskLimits } from '../../src/domain/risk.ts';
import { settle } from '../../src/domain/settlement.ts';
import { exitProposed } from '../../src/domain/supervision.ts';
import { STRATEGIES } from '../../src/strategies/registry.ts';
import { Gateway } from '../../src/venue/gateway.ts';
import { decisions } from '../strategies/run.ts';
import { tableau } from '../strategies/tableau.ts';
import {
  configurationOf,
  fillOf,
  instrumentOf,
  momentAt,
  NOON,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

const [pair, other] = ['BTC/USDT', 'ETH/USDT'];

interface Scene {
  readonly draft: Draft;
  readonly proposal: Proposal;
  readonly terms: ReviewTerms;
  readonly moment: ReviewMoment;
}

/** A book that holds a tenth of itself in one pair, and somebody who wants into another. */
function calmScene(): Scene {
  const draft = draftOf(openedBook());
  const terms = termsFor([pair, other]);
  const [entered] = review(draft, [proposalOf(configurationOf('held'))], terms, momentAt());
  if (entered?.type !== 'signal.approved') throw new Error('expected an approval');
  settle(draft, fillOf(entered.data.order, { price: '100' }), instrumentOf(pair));
  return { draft, terms, proposal: wanting(), moment: momentAt({ [pair]: 100, [other]: 100 }) };
}

const wanting = (
  changes: Partial<Configuration> = {},
  signal: Parameters<typeof proposalOf>[1] = {},
): Proposal => proposalOf(configurationOf('one', { pair: other, ...changes }), signal);

type Change = (scene: Scene) => Scene;

const asking =
  (proposal: Proposal): Change =>
  (scene) => ({ ...scene, proposal });

const under =
  (limits: Partial<RiskLimits>): Change =>
  (scene) => ({
    ...scene,
    terms: { ...scene.terms, limits: { ...scene.terms.limits, ...limits } },
  });

/** Other rules of the venue for `pairs`. */
const trading =
  (pairs: readonly string[], changes: Parameters<typeof instrumentOf>[1]): Change =>
  (scene) => {
    const changed = pairs.map((one) => [one, instrumentOf(one, changes)] as const);
    const instruments = new Map([...scene.terms.instruments, ...changed]);
    return { ...scene, terms: { ...scene.terms, instruments } };
  };

const after =
  (...facts: readonly Fact[]): Change =>
  (scene) => {
    for (const one of facts) apply(scene.draft, one);
    return scene;
  };

const loss = (amount: number): Fact => {
  const postings = transaction([
    { account: 'cash', asset: 'USDT', amount: decimal(-amount) },
    { account: 'capital', asset: 'USDT', amount: decimal(amount) },
  ]);
  const data = { quote: 'USDT', capital: '1', engine: 'test', foreign: {}, postings };
  return fact('portfolio.opened', { at: NOON, key: 'x' }, data);
};

const latched = fact(
  'loss.latched',
  { at: NOON, key: 'd' },
  { day: Math.floor(NOON / 86_400_000), dayReturn: -0.03, limit: -0.02 },
);

const tripped = (id: keyof typeof BREAKERS): Fact =>
  fact(
    'breaker.tripped',
    { at: NOON, key: id },
    { id, on: '', at: NOON, value: 1, trip: 0.5, until: null },
  );

/** Every limit of the settings at its tightest, and the refusal that names it. */
const limits: { [L in keyof RiskLimits]: readonly [RefusalCode, RiskLimits[L], Change?] } = {
  maxTotalExposure: ['total-exposure', 0.1],
  stageCaps: ['stage-cap', { ...DEFAULT_LIMITS.stageCaps, MATURE: 0.1 }],
  maxAssetExposure: ['asset-cap', 0.1, asking(wanting({ pair }))],
  cashReserve: ['cash-reserve', 0.95],
  maxDailyLoss: ['daily-loss', 0],
  maxPositions: ['max-positions', 1],
  minPosition: ['position-min', 100, asking(wanting({}, { confidence: 0.001 }))],
  maxCorrelatedExposure: ['correlated-exposure', 0.05],
};

const limitScene =
  (name: keyof RiskLimits): Change =>
  (scene) => {
    const [, value, change = (same: Scene) => same] = limits[name];
    return under({ [name]: value })(change(scene));
  };

/** What the strategies say where there is nothing to judge: no proposal comes of it at all. */
const unfit: Partial<Record<RefusalCode, readonly Candle[]>> = {
  'not-warm': tableau(20, {}),
  gap: tableau(900, {}).filter((_, bar) => bar !== 880),
  'bad-candle': tableau(900, { 899: { high: 98 } }),
  'atr-zero': tableau(900, {}).map((candle) => ({ ...candle, open: 1, high: 1, low: 1, close: 1 })),
};

/** How each refusal comes about; the strategies' own have their candles above. */
const scenes = {
  'not-warm': 'strategy',
  gap: 'strategy',
  'bad-candle': 'strategy',
  'atr-zero': 'strategy',
  'trading-state': (scene) => ({ ...scene, moment: { ...scene.moment, open: false } }),
  'breaker-open': after(tripped('drawdown-halt')),
  'account-unreconciled': after(
    fact('account.lost', { at: NOON, key: 'USDT' }, { reason: 'the socket was closed' }),
  ),
  'symbol-frozen': after(
    fact(
      'foreign.found',
      { at: NOON, key: other },
      {
        ...{ pair: other, what: 'order of a person', detail: 'order 1 is open', tradeId: null },
        ...{ freezes: true, sold: { quantity: '0', value: '0' }, postings: [] },
      },
    ),
  ),
  'stage-without-capital': asking(wanting({ stage: 'PAPER' })),
  'sharpe-not-positive': asking(wanting({ sharpe: null })),
  inactive: asking(wanting({ isActive: false })),
  unhealthy: asking({ ...wanting(), healthy: false }),
  'pair-unknown': trading([pair, other], { active: false }),
  'stream-stale': asking({ ...wanting(), fresh: false }),
  'signal-late': asking(wanting({}, { at: NOON - 600_000 })),
  'not-finite': asking(wanting({}, { confidence: Number.NaN })),
  'levels-disordered': asking(wanting({}, { stopLoss: '101' })),
  'book-unmarked': (scene) => ({ ...scene, moment: momentAt() }),
  'equity-not-positive': after(loss(200_000)),
  duplicate: (scene) => {
    scene.draft.decided.set('one', NOON);
    return scene;
  },
  'position-open': asking(proposalOf(configurationOf('held'), { at: NOON + 60_000 })),
  'daily-loss': after(latched),
  'max-positions': limitScene('maxPositions'),
  'stage-cap': limitScene('stageCaps'),
  'asset-cap': limitScene('maxAssetExposure'),
  'total-exposure': limitScene('maxTotalExposure'),
  'cash-reserve': limitScene('cashReserve'),
  'correlated-exposure': limitScene('maxCorrelatedExposure'),
  'lot-size': trading([other], { quantityMin: quantity(1000) }),
  'notional-min': trading([other], { notionalMin: money(50_000) }),
  'position-min': limitScene('minPosition'),
  'no-position': asking(wanting({}, { direction: 'SELL' })),
} as const satisfies Record<RefusalCode, Change | 'strategy'>;

/** The order of an exit as it leaves the last line before the socket, where every switch is thrown. */
async function throughGateway(facts: readonly Fact[]): Promise<Order | undefined> {
  const reached: Order[] = [];
  const gateway = new Gateway({
    venue: {
      ...{ name: 'noting', news: NEVER },
      connect: async () => new Map(),
      instruments: async () => new Map(),
      balances: async () => new Map(),
      async place(order) {
        reached.push(order);
        return { kind: 'unknown', reason: 'no answer' };
      },
      cancel: async () => ({ kind: 'unknown', reason: 'no answer' }),
      find: async () => undefined,
      fills: async () => [],
      openOrders: async () => [],
      close: async () => {},
    },
    clock: { market: () => NOON, wall: () => 0, monotonic: () => 0, observe() {} },
    caps: {
      ...{ ordersPerMinuteMax: 0, notionalPerMinuteMax: decimal(0) },
      ...{ sendsPerMinuteMax: 0, sendsPerMinuteCeiling: 1 },
    },
    mayIncreaseExposure: () => false,
    takeCommitted: () => true,
    onBreach() {},
  });
  const ordered = facts.find(({ type }) => type === 'exit.ordered');
  if (ordered?.type === 'exit.ordered') await gateway.place(ordered.data.order);
  return reached[0];
}

/** Every way out of `scene`, each from the same book. */
async function expectExits({ draft, terms }: Scene): Promise<void> {
  for (const reason of EXIT_REASONS) {
    const request = { configId: 'held', reason, price: 99, at: NOON + 2000 };
    const facts = exitProposed(draftOf(draft), terms, request);
    const order = await throughGateway(facts);
    expect(order, reason).toMatchObject({ side: 'sell', purpose: 'exit', configId: 'held' });
    expect(Number(order?.quantity)).toBeGreaterThan(90);
  }
}

test('the book of these tests takes the entry, where nothing stands against it', () => {
  const { draft, proposal, terms, moment } = calmScene();
  expect(review(draft, [proposal], terms, moment)[0]?.type).toBe('signal.approved');
});

const named = (Object.keys(REFUSALS) as RefusalCode[]).map((code) => [code, scenes[code]] as const);

test.each(named)('%s refuses an entry, and no exit', async (code, change) => {
  if (change === 'strategy') {
    const candles = unfit[code] ?? [];
    for (const strategy of STRATEGIES) {
      expect(decisions(candles, { strategy }).at(-1), strategy.key).toMatchObject({
        kind: 'unfit',
        code,
      });
    }
    await expectExits(calmScene());
    return;
  }
  const scene = change(calmScene());
  const [refused] = review(scene.draft, [scene.proposal], scene.terms, scene.moment);
  expect(refused).toMatchObject({ type: 'signal.refused', data: { refusal: { code } } });
  await expectExits(scene);
});

test.each(Object.keys(limits) as (keyof RiskLimits)[])(
  'the limit %s refuses by its name',
  (name) => {
    const scene = limitScene(name)(calmScene());
    const [refused] = review(scene.draft, [scene.proposal], scene.terms, scene.moment);
    expect(refused).toMatchObject({ data: { refusal: { code: limits[name][0] } } });
  },
);

test('all of it at once refuses an entry, and no exit', async () => {
  const scene = Object.values(scenes).reduce<Scene>(
    (before, change) => (change === 'strategy' ? before : change(before)),
    calmScene(),
  );
  const [refused] = review(scene.draft, [scene.proposal], scene.terms, scene.moment);
  expect(refused?.type).toBe('signal.refused');
  await expectExits(scene);
});

test('what is more than the venue takes in one order leaves in several', () => {
  const { draft, terms, moment } = trading([pair], { quantityMax: quantity('40.0005') })(
    calmScene(),
  );
  const request = { configId: 'held', reason: 'stop', price: 99, at: moment.at } as const;
  const sold: string[] = [];
  while (draft.positions.has('held') && sold.length < 10) {
    const [ordered] = exitProposed(draft, terms, request);
    if (ordered?.type !== 'exit.ordered') throw new Error('expected an exit');
    const { order } = ordered.data;
    sold.push(order.quantity);
    settle(draft, fillOf(order, { price: '99' }), instrumentOf(pair));
  }
  expect(sold.slice(0, 2)).toEqual(['40', '40']);
  expect(sold).toHaveLength(3);
});
