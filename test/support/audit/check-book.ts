// Do the books add up by themselves? Positions and totals recomputed fill by fill, and the identity
// cash + positions at cost = initial + realised − fees, exact to the last decimal.
import { cashOf, isDust, moved, posted } from './check-balance.ts';
import {
  add,
  exact,
  multiply,
  type Rational,
  show,
  sign,
  subtract,
  sum,
  zero,
} from './rational.ts';
import { feeValue, flat, type Replayed, replay, shrink } from './replay.ts';
import type { BookFill, BookStatement, Shrunk } from './statement.ts';
import type { Tally } from './tally.ts';

/** A share of a cost may need a division, which books must round somewhere: at most this, each time. */
const rounding = exact('0.00000001');

const roundings = (count: number): Rational => multiply(rounding, exact(String(count)));

/** Every position's state after the fills and what others sold of it, by position. */
function replayAll(
  tally: Tally,
  fills: readonly BookFill[],
  shrunk: readonly Shrunk[],
): Map<string, Replayed> {
  const positions = new Map<string, Replayed>();
  const held = new Map<string, string>();
  const take = (position: string, step: (before: Replayed) => Replayed): void => {
    try {
      positions.set(position, step(positions.get(position) ?? flat));
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      tally.object('oversold', cause.message);
    }
  };
  for (const step of [...fills, ...shrunk].toSorted((left, right) => left.seq - right.seq)) {
    if ('position' in step) {
      held.set(step.config, step.position);
      take(step.position, (before) => replay(before, step));
    } else {
      take(held.get(step.config) ?? '', (before) => shrink(before, step));
    }
  }
  return positions;
}

type Positions = ReadonlyMap<string, Replayed>;

function checkPositions(tally: Tally, book: BookStatement, positions: Positions): void {
  const within = roundings(book.fills.length + book.others.shrunk.length);
  for (const { position, quantity, cost } of book.open) {
    const mine = positions.get(position) ?? flat;
    const name = `position ${position}`;
    const quantities = { expected: mine.quantity, actual: quantity };
    tally.compare('position-quantity', `${name}: quantity`, quantities);
    tally.compare('position-cost', `${name}: cost`, { expected: mine.cost, actual: cost, within });
  }
  for (const { position, fees, profit } of book.closed) {
    const mine = positions.get(position) ?? flat;
    const name = `trade ${position}`;
    tally.compare('trade-fees', `${name}: fees`, { expected: mine.fees, actual: fees });
    const expected = subtract(mine.realised, mine.fees);
    tally.compare('trade-profit', `${name}: profit`, { expected, actual: profit, within });
  }
}

/** What is left of closed positions must be the dust that the books keep, asset by asset. */
function checkDust(tally: Tally, book: BookStatement, positions: Positions): void {
  const open = new Set(book.open.map(({ position }) => position));
  const baseOf = new Map(book.fills.map(({ position, base }) => [position, base]));
  for (const asset of new Set(baseOf.values())) {
    const closed = [...positions].filter(([id]) => !open.has(id) && baseOf.get(id) === asset);
    tally.compare('dust', `${asset}: dust of closed positions`, {
      // A person may have accepted that some of it is gone.
      expected: sum([...closed.map(([, { quantity }]) => quantity), moved(book, isDust, asset)]),
      actual: posted(book, isDust, asset),
    });
  }
}

/** What the owner put in: at the beginning, by transfers, and by fees paid in assets of their own. */
function putIn(book: BookStatement): Rational {
  const thirds = book.fills.filter(
    ({ feeAsset, base, quote }) => ![base, quote].includes(feeAsset),
  );
  const moves = moved(book, (account) => account === 'capital', book.opening.quote);
  return sum([book.opening.capital, subtract(zero, moves), ...thirds.map(feeValue)]);
}

/** Cash + positions at cost = initial + realised − fees: cash and fees recomputed, the rest as booked. */
function checkIdentity(tally: Tally, book: BookStatement, positions: Positions): void {
  const { quote } = book.opening;
  const cash = cashOf(book, book.fills);
  const dustCost = posted(book, (account) => account === 'cost:dust', quote);
  const cost = add(sum(book.open.map((position) => position.cost)), dustCost);
  const realised = subtract(
    sum(book.fills.map((fill) => fill.realised)),
    moved(book, (account) => account === 'realised', quote),
  );
  const fees = sum([...positions.values()].map((position) => position.fees));
  tally.compare('identity', 'cash + positions at cost = initial + realised − fees', {
    expected: subtract(add(putIn(book), realised), fees),
    actual: add(cash, cost),
  });
  tally.compare('ledger-cash', 'cash account of the ledger', {
    expected: cash,
    actual: posted(book, (account) => account === 'cash', quote),
  });
}

function checkMark(tally: Tally, book: BookStatement): void {
  const { lastMark: mark } = book;
  if (mark === undefined) return;
  const until = book.fills.filter(({ seq }) => seq <= mark.seq);
  const shrunk = book.others.shrunk.filter(({ seq }) => seq <= mark.seq);
  const positions = [...replayAll(tally, until, shrunk).values()];
  const name = `equity row ${mark.seq}`;
  const cash = cashOf(book, until, mark.seq);
  tally.compare('mark-cash', `${name}: cash`, { expected: cash, actual: mark.cash });
  const fees = sum(positions.map((position) => position.fees));
  tally.compare('mark-fees', `${name}: fees`, { expected: fees, actual: mark.fees });
  tally.compare('mark-realised', `${name}: realised`, {
    expected: sum(positions.map(({ realised }) => realised)),
    actual: mark.realised,
    within: roundings(until.length + shrunk.length),
  });
}

/** Double entry: the postings of every journal entry cancel out, asset by asset. */
function checkLedger(tally: Tally, book: BookStatement): void {
  const sums = new Map<string, Rational>();
  for (const { seq, asset, amount } of book.postings) {
    const key = `entry ${seq}, ${asset}`;
    sums.set(key, add(sums.get(key) ?? zero, amount));
  }
  for (const [key, total] of sums) {
    if (sign(total) !== 0)
      tally.object('ledger-unbalanced', `${key}: expected 0, was ${show(total)}`);
  }
}

export function checkBook(tally: Tally, book: BookStatement): void {
  const positions = replayAll(tally, book.fills, book.others.shrunk);
  checkPositions(tally, book, positions);
  checkDust(tally, book, positions);
  checkIdentity(tally, book, positions);
  checkMark(tally, book);
  checkLedger(tally, book);
}
