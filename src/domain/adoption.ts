// A person accepts what the venue says: what nothing explains is posted as foreign, what others sold of
// the engine's leaves its positions, and what they took of its cash is a withdrawal. Only here is anything
// booked that no trade or transfer tells of.
import { soldAt } from './account.ts';
import type { Shrunk } from './account-fact.ts';
import { assetOf } from './candle.ts';
import { endOf } from './closing.ts';
import { partsOfShort, shortOf } from './coverage.ts';
import { type Fact, fact, type Named } from './fact.ts';
import { apply, type Draft, draftOf } from './fold.ts';
import { putIn } from './foreign.ts';
import { type Instrument, toLots } from './instrument.ts';
import { balanceOf, type Account as Ledger, transaction } from './ledger.ts';
import {
  type Decimal,
  decimal,
  type Money,
  money,
  notional,
  quantity,
  share,
  text,
  ZERO_MONEY,
} from './money.ts';
import { type Marks, marked, type Portfolio, type Position } from './portfolio.ts';
import type { Millis } from './time.ts';

/** Decimals that a position's part, and what it brought, are cut to. */
const PLACES = 12;

export interface Adoption extends Named {
  readonly at: Millis;
  /** One pair and its asset, or all. */
  readonly pair: string | null;
  /** By asset, what the venue has more, or below zero less, than the book. */
  readonly differences: ReadonlyMap<string, Decimal>;
  /** Open orders of others, by `orderKey`. */
  readonly orders: readonly string[];
  readonly marks: Marks;
}

interface Line {
  readonly account: Ledger;
  readonly asset: string;
  readonly amount: Decimal;
}

/** The facts of an adoption, applied to `draft`; positions of which nothing is left end. */
export function adopt(
  draft: Draft,
  adoption: Adoption,
  instruments: ReadonlyMap<string, Instrument>,
): readonly Fact[] {
  const { by, reason, at, pair, orders } = adoption;
  const chosen = new Set(pair === null ? assetsOf(draft, adoption) : [assetOf(pair)]);
  const losses = [...chosen].map((asset) => lossOf(draft, asset, adoption));
  const own = [...adoption.differences].filter(([of]) => chosen.has(of) || of === draft.quote);
  const lines: readonly Line[] = [
    ...own.flatMap(([asset, amount]) => exchanged(asset, amount)),
    ...losses.flatMap(({ lines: some }) => some),
  ];
  const taken = takenOf(draft, lines);
  const adopted = fact(
    'foreign.adopted',
    { at, key: pair ?? draft.quote, cause: by },
    {
      ...{ by, reason, pair, orders },
      equity: text(losses.reduce((sum, one) => sum.minus(one.lost), decimal(0)).minus(taken)),
      shrunk: losses.flatMap(({ shrunk }) => shrunk),
      postings: transaction([...lines, ...withdrawn(draft.quote, taken)]),
    },
  );
  apply(draft, adopted);
  return [adopted, ...adopted.data.shrunk.flatMap((one) => ended(draft, one, at, instruments))];
}

/** Assets that somebody else holds or holds less of: the quote is looked at in any case. */
function assetsOf(draft: Draft, { differences }: Adoption): Set<string> {
  const assets = new Set(differences.keys());
  for (const { opening } of draft.positions.values()) assets.add(opening.asset);
  assets.delete(draft.quote);
  return assets;
}

const exchanged = (asset: string, amount: Decimal): readonly Line[] => [
  { account: 'foreign', asset, amount },
  { account: 'venue', asset, amount: amount.negated() },
];

const withdrawn = (quote: string, amount: Decimal): readonly Line[] => [
  ...putIn(quote, amount.negated()),
  ...exchanged(quote, amount),
];

/** What others took of the engine's cash: as much as the foreign quote would be below zero. */
function takenOf({ balances, quote }: Portfolio, lines: readonly Line[]): Decimal {
  let foreign = balanceOf(balances, 'foreign', quote);
  for (const { account, asset, amount } of lines) {
    if (account === 'foreign' && asset === quote) foreign = foreign.plus(amount);
  }
  return foreign.lt(0) ? foreign.negated() : ZERO_MONEY;
}

interface Loss {
  readonly lines: readonly Line[];
  readonly shrunk: readonly Shrunk[];
  /** Marked value that left without a price: no loss of trading. */
  readonly lost: Decimal;
}

/** What leaves dust and positions of an asset that the account has not any more. */
function lossOf(draft: Draft, asset: string, { differences, marks }: Adoption): Loss {
  // The difference is posted with it: what is short then is short for good.
  const after = draftOf(draft);
  const more = differences.get(asset) ?? ZERO_MONEY;
  after.account = {
    ...draft.account,
    missing: new Map(draft.account.missing).set(asset, more.negated()),
  };
  const dust = dustGone(after, asset, more);
  const price = soldAt(draft.account, asset);
  const parts = spread(after, asset, shortOf(after, asset)).map(([position, part]) =>
    partGone(draft.quote, position, part, price, marks),
  );
  const all = [dust, ...parts];
  return {
    lines: all.flatMap(({ lines }) => lines),
    shrunk: all.flatMap(({ shrunk }) => shrunk),
    lost: all.reduce((sum, { lost }) => sum.plus(lost), decimal(0)),
  };
}

/**
 * What is short, fairly among the positions of the asset, and of none more than it holds; what the cutting
 * leaves goes to the first that has room for it.
 */
function spread(book: Portfolio, asset: string, short: Decimal): [Position, Decimal][] {
  let left = short;
  const parts: [Position, Decimal][] = [];
  for (const [id, part] of partsOfShort(book, asset, short)) {
    const position = book.positions.get(id);
    if (position === undefined) continue;
    const gone = least(part.toDecimalPlaces(PLACES, 1), position.quantity);
    left = left.minus(gone);
    parts.push([position, gone]);
  }
  const filled = parts.map(([position, gone]): [Position, Decimal] => {
    const rest = least(left, position.quantity.minus(gone));
    left = left.minus(rest);
    return [position, gone.plus(rest)];
  });
  return filled.filter(([, gone]) => gone.gt(0));
}

const least = (a: Decimal, b: Decimal): Decimal => (a.lt(b) ? a : b);

/** Dust goes first, without a price; what all dust cost stays where it is. */
function dustGone(book: Portfolio, asset: string, more: Decimal): Loss {
  const units = balanceOf(book.balances, 'units:dust', asset);
  const foreign = balanceOf(book.balances, 'foreign', asset).plus(more);
  if (!units.gt(0) || !foreign.lt(0)) return { lines: [], shrunk: [], lost: ZERO_MONEY };
  const gone = least(units, foreign.negated());
  return {
    lines: [
      { account: 'units:dust', asset, amount: gone.negated() },
      { account: 'foreign', asset, amount: gone },
    ],
    shrunk: [],
    lost: ZERO_MONEY,
  };
}

/** A part of a position that others sold, at their price; or took, where there is none. */
function partGone(
  quote: string,
  position: Position,
  gone: Decimal,
  price: Decimal | undefined,
  marks: Marks,
): Loss {
  const { configId, asset } = position.opening;
  const units = quantity(gone);
  const cost = share(position.cost, units, position.quantity);
  const received =
    price === undefined ? ZERO_MONEY : money(price.times(gone).toDecimalPlaces(PLACES, 1));
  const realised = price === undefined ? ZERO_MONEY : received.minus(cost);
  const moved: readonly Line[] = [
    { account: `units:${configId}`, asset, amount: gone.negated() },
    { account: 'foreign', asset, amount: gone },
    { account: `cost:${configId}`, asset: quote, amount: cost.negated() },
  ];
  const paid: readonly Line[] =
    price === undefined
      ? [{ account: 'capital', asset: quote, amount: cost }]
      : [
          { account: 'cash', asset: quote, amount: received },
          { account: 'realised', asset: quote, amount: realised.negated() },
          ...exchanged(quote, received.negated()),
        ];
  const held = {
    quantity: text(position.quantity.minus(gone)),
    cost: text(position.cost.minus(cost)),
  };
  return {
    lines: [...moved, ...paid],
    shrunk: [
      {
        ...{ configId, held, received: text(received), realised: text(realised) },
        sold: price === undefined ? '0' : text(gone),
      },
    ],
    lost: price === undefined ? worthOf(position, gone, marks) : ZERO_MONEY,
  };
}

const worthOf = (position: Position, gone: Decimal, marks: Marks): Money => {
  const mark = marks.get(position.opening.pair);
  return mark === undefined
    ? share(marked(position, marks), quantity(gone), position.quantity)
    : notional(mark, quantity(gone));
};

/** A position of less than a lot is over. */
function ended(
  draft: Draft,
  { configId }: Shrunk,
  at: Millis,
  instruments: ReadonlyMap<string, Instrument>,
): readonly Fact[] {
  const position = draft.positions.get(configId);
  const instrument = position && instruments.get(position.opening.pair);
  if (position === undefined || instrument === undefined) return [];
  if (toLots(instrument, position.quantity).gt(0)) return [];
  const end = endOf(draft, position, position.exiting ?? 'manual', at);
  if (end === undefined) return [];
  apply(draft, end);
  return [end];
}
