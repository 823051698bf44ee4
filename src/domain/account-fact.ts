// The part of the journal's catalogue that is about the venue's account and not about the engine's orders.
import type { Posting } from './ledger.ts';
import type { DecimalText } from './money.ts';

/** A position that others have sold a part of: what it holds from now on, and what the part brought. */
export interface Shrunk {
  readonly configId: string;
  readonly held: { readonly quantity: DecimalText; readonly cost: DecimalText };
  /** Base units gone; `received` and `realised` in quote currency, 0 where nobody knows the price. */
  readonly sold: DecimalText;
  readonly received: DecimalText;
  readonly realised: DecimalText;
}

/** Fact type → its data. */
export interface AccountCatalogue {
  /** An order or trade on the account that is not the engine's, or has no place in its book any more. */
  'foreign.found': {
    readonly pair: string;
    readonly what: string;
    readonly detail: string;
    /** The venue's id of a trade; null for an order. */
    readonly tradeId: string | null;
    /** Entries on the pair wait until a person has looked. */
    readonly freezes: boolean;
    /** What others sold of the base by it, and for how much; below zero where they bought. */
    readonly sold: { readonly quantity: DecimalText; readonly value: DecimalText };
    readonly postings: readonly Posting[];
  };
  /** A deposit, or a withdrawal below zero; `equity`: what of it the engine may use, or had. */
  'transfer.recorded': {
    readonly id: string;
    readonly asset: string;
    readonly amount: DecimalText;
    readonly equity: DecimalText;
    readonly postings: readonly Posting[];
  };
  /** What the venue has less than the book now, by asset, and nothing explains; empty once it has not. */
  'difference.found': { readonly missing: Readonly<Record<string, DecimalText>> };
  /** The account's events were lost: whatever happened since has to be asked for. */
  'account.lost': { readonly reason: string };
  /** Everything since has been asked for; `reason` is why it was lost. */
  'account.reconciled': { readonly reason: string };
  /** A person accepts what the venue says; of one asset and its pair, or of all where `pair` is null. */
  'foreign.adopted': {
    readonly by: string;
    readonly reason: string;
    readonly pair: string | null;
    /** Open orders of others, by pair and the venue's id, that need not be told again. */
    readonly orders: readonly string[];
    /** How much of the change touched equity without being profit. */
    readonly equity: DecimalText;
    readonly shrunk: readonly Shrunk[];
    readonly postings: readonly Posting[];
  };
}
