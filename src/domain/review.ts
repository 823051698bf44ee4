// The supervisor's one decision: a batch of proposals against one running book. Each is checked in
// the order of DOMAIN §3, sized, trimmed and reserved before the next is looked at.
import { barring } from './account.ts';
import { assert } from './assert.ts';
import { assetOf } from './candle.ts';
import { byPrecedence } from './configuration.ts';
import {
  ineligible,
  occupiedOrSpent,
  type Proposal,
  type ReviewMoment,
  type ReviewTerms,
  unusable,
} from './eligibility.ts';
import { type Fact, type FactOf, fact } from './fact.ts';
import { apply, type Draft } from './fold.ts';
import { clientOrderId } from './identity.ts';
import type { Instrument } from './instrument.ts';
import { least, type Money, money } from './money.ts';
import type { Entrant } from './open-breaker.ts';
import type { Order } from './order.ts';
import type { Refusal } from './refusal.ts';
import { trim } from './risk.ts';
import { leastAmount, misfit, round } from './rounding.ts';
import { type Rounding, size, type Waterfall } from './sizing.ts';
import { Standing } from './standing.ts';
import { scaling, stopped, trying } from './stopping.ts';
import type { Millis } from './time.ts';
import { judgeEntry } from './tripping.ts';

/** Decides a batch, in the order of precedence and then of closes, and applies each decision to `draft` as it is made. */
export function review(
  draft: Draft,
  proposals: readonly Proposal[],
  terms: ReviewTerms,
  moment: ReviewMoment,
): readonly Fact[] {
  const order = [...proposals].sort(
    (a, b) => byPrecedence(a.configuration, b.configuration) || a.signal.at - b.signal.at,
  );
  let standing = new Standing(draft, moment.marks);
  return order.flatMap((proposal) => {
    const decided = decide(standing, proposal, terms, moment);
    const facts =
      decided.type === 'signal.approved'
        ? admitted(draft, decided, proposal, terms, moment)
        : [decided];
    for (const one of facts) if (one.type !== 'breaker.tripped') apply(draft, one);
    // A refusal changes no sum; however many there are in a batch, they cost it little.
    if (decided.type === 'signal.approved') standing = new Standing(draft, moment.marks);
    return facts;
  });
}

/** An approval, unless it is one entry too many: then its breaker trips, and it is refused by that. */
function admitted(
  draft: Draft,
  approval: FactOf<'signal.approved'>,
  proposal: Proposal,
  { breakers }: ReviewTerms,
  { at }: ReviewMoment,
): readonly Fact[] {
  const tripped = judgeEntry(draft, proposal.signal.configId, at, breakers);
  const refusal = stopped(draft, entrantOf(proposal));
  if (refusal === undefined) return [approval];
  const waterfall: Waterfall = { ...approval.data.waterfall, size: '0' };
  return [...tripped, refused(proposal, refusal, waterfall, at, true)];
}

const entrantOf = ({ signal }: Proposal): Entrant => ({
  configId: signal.configId,
  asset: assetOf(signal.pair),
});

const unsized: Waterfall = { formula: null, trims: [], rounding: null, size: '0', refusal: null };

function decide(
  standing: Standing,
  proposal: Proposal,
  terms: ReviewTerms,
  moment: ReviewMoment,
): Fact {
  // A SELL that has something to close goes the exits' way; what comes here closes nothing.
  if (proposal.signal.direction === 'SELL') {
    return refused(proposal, { code: 'no-position' }, unsized, moment.at, false);
  }
  const closed: Refusal | undefined = moment.open ? undefined : { code: 'trading-state' };
  const early =
    closed ??
    stopped(standing.book, entrantOf(proposal)) ??
    barring(standing.book, proposal.signal.pair) ??
    inDoubt(standing, proposal.signal.pair) ??
    ineligible(proposal, terms, moment) ??
    unusable(standing);
  if (early !== undefined) return refused(proposal, early, unsized, moment.at, false);
  const blocked = occupiedOrSpent(standing, proposal, terms);
  if (blocked !== undefined) return refused(proposal, blocked, unsized, moment.at, true);
  return sized(standing, proposal, terms, moment);
}

/** Whatever became of that order, this one might be one too many. */
function inDoubt({ doubted }: Standing, pair: string): Refusal | undefined {
  const clientOrderId = doubted.get(pair);
  if (clientOrderId === undefined) return undefined;
  return { code: 'symbol-frozen', detail: `order ${clientOrderId} of our own is in doubt` };
}

function sized(
  standing: Standing,
  proposal: Proposal,
  terms: ReviewTerms,
  moment: ReviewMoment,
): Fact {
  const { signal, configuration } = proposal;
  const instrument = terms.instruments.get(signal.pair);
  const { sharpe, stage, winRatePercent } = configuration;
  assert(instrument !== undefined && sharpe !== null, 'expected an eligible proposal');
  const capital = terms.sizing.capital === 'equity' ? standing.equity : standing.available;
  const { confidence } = signal;
  const formula = size({ stage, sharpe, winRatePercent, confidence, capital }, terms.sizing);
  const { wanted, scale } = scaled(standing, proposal, money(formula.size), () =>
    leastAmount(signal, instrument, terms.execution, terms.limits),
  );
  const trimmed = trim(
    wanted,
    { stage, asset: instrument.base },
    standing,
    terms.limits,
    terms.correlation,
  );
  const waterfall: Waterfall = {
    ...unsized,
    formula,
    ...(scale === undefined ? {} : { scale }),
    trims: trimmed.trims,
  };
  if (trimmed.refusal !== null) {
    return refused(proposal, trimmed.refusal, waterfall, moment.at, true);
  }
  const rounding = round(trimmed.size, signal, instrument, terms.execution);
  const unfit = misfit(rounding, signal, instrument, terms.limits);
  if (unfit !== undefined) {
    return refused(proposal, unfit, { ...waterfall, rounding }, moment.at, true);
  }
  return approved(proposal, instrument, { ...waterfall, rounding }, rounding, terms, moment.at);
}

/** What breakers leave of a size: all, a part, or as little as there can be where an entry only tries. */
function scaled(
  { book }: Standing,
  proposal: Proposal,
  size: Money,
  smallest: () => Money,
): { wanted: Money; scale?: NonNullable<Waterfall['scale']> } {
  const entrant = entrantOf(proposal);
  const breaker = trying(book, entrant);
  if (breaker !== undefined && size.gt(0)) {
    const wanted = least(size, smallest());
    return { wanted, scale: { factor: wanted.div(size).toNumber(), breaker } };
  }
  const scale = scaling(book, entrant);
  if (scale === undefined) return { wanted: size };
  return { wanted: money(size.times(scale.factor)), scale };
}

function approved(
  { signal, configuration }: Proposal,
  instrument: Instrument,
  waterfall: Waterfall,
  { quantity, collarPrice, reserved }: Rounding,
  { engine, execution }: ReviewTerms,
  at: Millis,
): Fact {
  const order: Order = {
    clientOrderId: clientOrderId(engine, { signalId: signal.id, purpose: 'entry', leg: 0 }),
    configId: signal.configId,
    signalId: signal.id,
    pair: signal.pair,
    side: 'buy',
    purpose: 'entry',
    type: execution.entry,
    quantity,
    limitPrice: execution.entry === 'limit' ? collarPrice : null,
    stopPrice: null,
    stage: configuration.stage,
    reserved,
    exitReason: null,
    at,
  };
  return fact(
    'signal.approved',
    { at, key: signal.configId, cause: signal.id },
    {
      signal,
      waterfall: { ...waterfall, size: reserved },
      order,
      strategy: configuration.strategy,
      asset: instrument.base,
    },
  );
}

function refused(
  { signal }: Proposal,
  refusal: Refusal,
  waterfall: Waterfall,
  at: Millis,
  spent: boolean,
): Fact {
  return fact(
    'signal.refused',
    { at, key: signal.configId, cause: signal.id },
    { signal, refusal, waterfall: { ...waterfall, refusal }, spent },
  );
}
