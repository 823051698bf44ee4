// The journal's catalogue: every fact the engine can record, in the past tense. Facts are plain JSON
// with amounts as decimal text, so that what is folded live is byte for byte what a restart folds.
import type { AccountCatalogue } from './account-fact.ts';
import type { BreakerId } from './breaker.ts';
import type { Configuration, Stage } from './configuration.ts';
import type { Fill } from './fill.ts';
import type { EngineId } from './identity.ts';
import type { Posting } from './ledger.ts';
import type { Verdict } from './lifecycle-state.ts';
import type { DecimalText } from './money.ts';
import type { Trip } from './open-breaker.ts';
import type { ExitReason, Order } from './order.ts';
import type { OrderCatalogue } from './order-fact.ts';
import type { Poison } from './poison.ts';
import type { Refusal } from './refusal.ts';
import type { Signal } from './signal.ts';
import type { Waterfall } from './sizing.ts';
import type { Millis } from './time.ts';

/** What a position is when its first fill arrives. */
export interface PositionOpening {
  readonly signalId: string;
  readonly configId: string;
  readonly strategy: string;
  readonly pair: string;
  readonly asset: string;
  readonly stage: Stage;
  readonly confidence: number;
  readonly entryReference: DecimalText;
  readonly stopLoss: DecimalText;
  readonly takeProfit: DecimalText;
  readonly level: DecimalText;
  readonly expiresAt: Millis;
  readonly at: Millis;
}

/** A finished round trip; amounts in quote currency unless named otherwise. */
export interface Trade extends Omit<PositionOpening, 'at'> {
  readonly entryAt: Millis;
  readonly exitAt: Millis;
  /** Base units bought, before fees taken in the base. */
  readonly quantity: DecimalText;
  /** Volume-weighted. */
  readonly entryPrice: DecimalText;
  readonly exitPrice: DecimalText;
  readonly exitReason: ExitReason;
  readonly fees: DecimalText;
  /** Realised profit after fees. */
  readonly profit: DecimalText;
  /** Profit in units of the risk taken: (entry reference − stop) × quantity (STRATEGIES A35). */
  readonly returnR: number;
}

/** A mark of the whole book, for the equity curve. */
export interface EquityMark {
  readonly equity: DecimalText;
  readonly cash: DecimalText;
  readonly exposure: DecimalText;
  readonly realised: DecimalText;
  readonly fees: DecimalText;
  /** Profit since 00:00 UTC, realised and not, as a share of the day's start. */
  readonly dayReturn: number;
}

/** Who asked, and why: every command by a person carries both. */
export interface Named {
  readonly by: string;
  readonly reason: string;
}

/** A position of a paper twin: bought whole, at a price, in a virtual book (DOMAIN §4). */
export interface TwinPosition {
  readonly opening: PositionOpening;
  /** Base units. */
  readonly quantity: DecimalText;
  /** Model slippage included. */
  readonly entryPrice: DecimalText;
}

/** The most one position of the configuration may take, as a share of capital, before and after. */
export interface Capped {
  readonly cap: { readonly from: number; readonly to: number };
}

/** A configuration that failed, the error in words, and what it was working on. */
export interface Failing {
  readonly id: string;
  readonly version: number;
  readonly error: string;
  readonly poison: Poison;
}

/** Fact type → its data. */
export interface Catalogue extends OrderCatalogue, AccountCatalogue {
  'engine.started': {
    readonly mode: 'paper' | 'live';
    readonly venue: string;
    readonly version: string;
    /** The machine's time; older programs did not write it down. */
    readonly wall?: Millis;
  };
  'engine.stopped': { readonly reason: string };
  'portfolio.opened': {
    readonly quote: string;
    readonly capital: DecimalText;
    /** The mark of this engine's orders at the venue. */
    readonly engine: EngineId;
    /** Balances that were there before, posted as foreign: outside equity, never sold (DOMAIN §1). */
    readonly foreign: Readonly<Record<string, DecimalText>>;
    readonly postings: readonly Posting[];
  };
  'configuration.imported': { readonly configuration: Configuration; readonly by: string };
  'configuration.activated': Named & { readonly id: string };
  'configuration.deactivated': Named & { readonly id: string };
  /** One configuration's own failure; it starts again after `waitMs` of the machine's time. */
  'configuration.faulted': Failing & { readonly waitMs: Millis };
  /** It failed too often: it takes no part until a person releases it; what it holds stays watched. */
  'configuration.quarantined': Failing;
  'configuration.released': Named & { readonly id: string; readonly version: number };
  /**
   * A configuration's version begins without evidence, at `stage`; `equity` of its virtual book. `again`: it
   * had begun before, and its backtest is spent.
   */
  'evidence.opened': {
    readonly id: string;
    readonly version: number;
    readonly stage: Stage;
    readonly equity: DecimalText;
    readonly again: boolean;
  };
  'twin.opened': TwinPosition & { readonly version: number };
  /** `equity`: of the virtual book, after it. */
  'twin.closed': {
    readonly version: number;
    readonly trade: Trade;
    readonly equity: DecimalText;
  };
  /** A judgement with its evidence. Where it moves the stage it moves the configuration and its cap at once. */
  'stage.judged': Capped & {
    readonly id: string;
    readonly version: number;
    readonly verdict: Verdict;
  };
  'stage.overridden': Named &
    Capped & {
      readonly id: string;
      readonly version: number;
      readonly from: Stage;
      readonly to: Stage;
    };
  'signal.refused': {
    readonly signal: Signal;
    readonly refusal: Refusal;
    readonly waterfall: Waterfall;
    readonly spent: boolean;
  };
  'signal.approved': {
    readonly signal: Signal;
    readonly waterfall: Waterfall;
    readonly order: Order;
    readonly strategy: string;
    readonly asset: string;
  };
  'position.opened': PositionOpening;
  'fill.recorded': {
    readonly fill: Fill;
    readonly purpose: Order['purpose'];
    readonly configId: string;
    readonly signalId: string;
    readonly postings: readonly Posting[];
    /** The fee in quote currency at the fill price. */
    readonly feeValue: DecimalText;
    /** Realised by this fill before fees, in quote currency; 0 on a buy. */
    readonly realised: DecimalText;
    /** The position after the fill: base units held and their cost in quote currency. */
    readonly held: { readonly quantity: DecimalText; readonly cost: DecimalText };
  };
  'position.closed': { readonly trade: Trade; readonly postings: readonly Posting[] };
  'day.opened': { readonly day: number; readonly equity: DecimalText };
  'loss.latched': { readonly day: number; readonly dayReturn: number; readonly limit: number };
  'equity.marked': EquityMark;
  'breaker.tripped': Trip;
  /** One entry may try whether it may close; said again where the last one brought no answer. */
  'breaker.half-opened': { readonly id: BreakerId; readonly on: string };
  /** `equity` where a person reset it: its reference begins anew there. */
  'breaker.closed': Named & {
    readonly id: BreakerId;
    readonly on: string;
    readonly equity: DecimalText | null;
  };
  'trading.reduced': Named;
  'trading.flattened': Named;
  'trading.resumed': Named;
  'command.acknowledged': {
    readonly id: string;
    readonly kind: string;
    readonly ok: boolean;
    readonly message: string;
  };
  'stream.gapped': { readonly stream: string; readonly from: Millis; readonly to: Millis };
}

export type FactType = keyof Catalogue;

/** A fact before it has a place in the journal. */
export type FactOf<T extends FactType> = {
  readonly type: T;
  /** Market time. */
  readonly at: Millis;
  /** What it is about: a configuration, an order, a pair; the handle for queries. */
  readonly key: string;
  /** The key of what caused it, usually a signal or an order. */
  readonly cause: string | null;
  readonly data: Catalogue[T];
};

export type Fact = { [T in FactType]: FactOf<T> }[FactType];

/** A fact in the journal: numbered, versioned. */
export type Entry = Fact & { readonly seq: number; readonly v: number };

/** An entry of one type. */
export type EntryOf<T extends FactType> = FactOf<T> & { readonly seq: number; readonly v: number };

/** Builds a fact; keeps type and data together for the compiler. */
export function fact<T extends FactType>(
  type: T,
  about: { at: Millis; key: string; cause?: string | null },
  data: Catalogue[T],
): FactOf<T> {
  return { type, at: about.at, key: about.key, cause: about.cause ?? null, data };
}
