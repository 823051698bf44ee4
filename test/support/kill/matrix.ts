// The matrix of kills (RELIABILITY §2, P1): at each numbered step of the life of each kind of order the
// process ends itself, in five ways, and is started again.
//
//  1 before the intent        the transaction of the intent is about to be committed
//  2 after the intent         it is committed, and nothing has happened yet. Intent and SENDING are one
//                             transaction here (ARCHITECTURE), so that this is "after SENDING" as well
//  3 after SENDING            at the gateway, the last line before the socket: nothing is written
//  4 during the POST          the request's bytes are written, nobody heard of an answer (a DELETE for a cancel)
//  5 after the ack            the answer is here, and nobody has heard of it
//  6 before the fill's commit of a cancel: before the commit of the order's end
//  7 after the fill's commit  of a cancel: after it
//  8 during reconciliation    killed after the ack, and again between two answers of the next start's round
//  9 during the placement of a native stop, and
// 10 during its replacement   as far as it has to do with an order of that kind
import type { Course } from './market.ts';
import type { FactPoint, Kill, Point } from './point.ts';

export const KINDS = ['entry', 'exit', 'stop', 'cancel'] as const;
export type Kind = (typeof KINDS)[number];

export const STEPS = [
  'before the intent',
  'after the intent',
  'after SENDING',
  'during the POST',
  'after the ack',
  'before the fill',
  'after the fill',
  'reconciliation',
  'placement',
  'replacement',
] as const;

/** Ways of each cell: where several points are within a step they take turns. */
export const WAYS = 5;

export interface Trial {
  readonly kind: Kind;
  /** Numbered from 1. */
  readonly step: number;
  readonly way: number;
  readonly course: Course;
  /** One start each; after them one that nobody kills. */
  readonly kills: readonly Kill[];
}

interface Story {
  readonly course: Course;
  readonly kills: readonly Kill[];
}

/** The `way`th of `items`, which take turns. */
function turn<T>(items: readonly [T, ...T[]], way: number): T {
  return items[way % items.length] ?? items[0];
}

const INTENTS: Readonly<Record<Kind, FactPoint>> = {
  entry: { type: 'signal.approved' },
  exit: { type: 'exit.ordered' },
  stop: { type: 'protection.ordered' },
  cancel: { type: 'cancel.ordered' },
};

const OUTCOMES: Readonly<Record<Kind, FactPoint>> = {
  entry: { type: 'fill.recorded', purpose: 'entry' },
  exit: { type: 'fill.recorded', purpose: 'exit' },
  stop: { type: 'fill.recorded', purpose: 'protection' },
  cancel: { type: 'order.ended', purpose: 'protection' },
};

/** The point of one of the steps 1 to 7 in the life of an order of a kind. */
export function pointOf(kind: Kind, step: number): Point {
  const [intent, ...more] = wayOf(kind);
  const outcomes: readonly Point[] = [
    { edge: 'commit', fact: OUTCOMES[kind] },
    { edge: 'committed', fact: OUTCOMES[kind] },
  ];
  return [intent, ...more, ...outcomes][step - 1] ?? intent;
}

/** The five points of a request's way: from the intent's transaction to the answer. */
const wayOf = (kind: Kind): readonly [Point, Point, Point, Point, Point] => [
  { edge: 'commit', fact: INTENTS[kind] },
  { edge: 'committed', fact: INTENTS[kind] },
  { edge: 'gateway', request: kind },
  { edge: 'written', request: kind },
  { edge: 'answered', request: kind },
];

/**
 * Which of its kind: the first and the second entry, the stop for one position and the one that replaces
 * it for two, the cancel for that and the one for an exit, the exit of one position and that of both.
 */
function occasionOf(kind: Kind, way: number): { course: Course; nth: number } {
  const nth = 1 + (way % 2);
  if (kind === 'exit') return { course: nth === 1 ? 'dip' : 'plunge', nth };
  if (kind === 'cancel') return { course: 'dip', nth };
  return { course: 'calm', nth };
}

const onTheWay =
  (index: 0 | 1 | 2 | 3 | 4) =>
  (kind: Kind, way: number): Story => {
    const { course, nth } = occasionOf(kind, way);
    return { course, kills: [{ at: wayOf(kind)[index], nth }] };
  };

const atOutcome =
  (edge: 'commit' | 'committed') =>
  (kind: Kind, way: number): Story => {
    const { course, nth } = occasionOf(kind, way);
    const at = { edge, fact: OUTCOMES[kind] };
    // A stop fills where the price falls through everything at once.
    if (kind === 'stop') return { course: 'crash', kills: [{ at }] };
    return { course, kills: [{ at, nth }] };
  };

/** Answers of the round that every start begins with; it asks for the balances before the engine is there. */
export const RECONCILING: readonly [Kill, Kill, Kill, Kill] = [
  { at: { edge: 'written', request: 'GET /api/v3/openOrders' } },
  { at: { edge: 'answered', request: 'GET /api/v3/order' } },
  { at: { edge: 'answered', request: 'GET /api/v3/myTrades' } },
  { at: { edge: 'answered', request: 'GET /api/v3/account' }, nth: 2 },
];

function duringReconciliation(kind: Kind, way: number): Story {
  const { course, nth } = occasionOf(kind, way);
  const news: FactPoint = kind === 'stop' ? { type: 'order.accepted' } : OUTCOMES[kind];
  const [open, order, trades, balances] = RECONCILING;
  const second = turn<Kill>(
    [open, order, trades, { at: { edge: 'commit', fact: news } }, balances],
    way,
  );
  return { course, kills: [{ at: wayOf(kind)[4], nth }, second] };
}

/** The first stop; the one for what an exit leaves; the one sent once more; the one after a cancel. */
function duringPlacement(kind: Kind, way: number): Story {
  const at = turn(wayOf('stop'), way);
  switch (kind) {
    case 'entry':
      return { course: 'calm', kills: [{ at }] };
    case 'exit':
      // What is left is covered anew as soon as the old stop has let go, with the exit's own order.
      return { course: 'dip', kills: [{ at, since: { type: 'exit.decided' } }] };
    case 'cancel':
      return { course: 'calm', kills: [{ at, since: INTENTS.cancel }] };
    default: {
      const again: Point =
        at.edge === 'commit' || at.edge === 'committed'
          ? { edge: at.edge, fact: { type: 'order.resent' } }
          : at;
      return { course: 'calm', kills: [{ at: wayOf('stop')[2] }, { at: again }] };
    }
  }
}

/** The cancel for another entry, for an exit, the acceptance of the new stop, the cancel asked once more. */
function duringReplacement(kind: Kind, way: number): Story {
  const at = turn(wayOf('cancel'), way);
  const accepted: FactPoint = { type: 'order.accepted', purpose: 'protection' };
  switch (kind) {
    case 'entry':
      return { course: 'calm', kills: [{ at }] };
    case 'exit':
      // The first cancel was for the second entry.
      return { course: 'dip', kills: [{ at, nth: 2 }] };
    case 'stop': {
      const [, , , written, answered] = wayOf('stop');
      const points: [Point, ...Point[]] = [
        { edge: 'commit', fact: accepted },
        { edge: 'committed', fact: accepted },
        ...[written, answered],
        { edge: 'commit', fact: { type: 'order.ended', purpose: 'protection' } },
      ];
      return { course: 'calm', kills: [{ at: turn(points, way), since: INTENTS.cancel }] };
    }
    default: {
      const [, , gateway, written, answered] = wayOf('cancel');
      const points: [Point, ...Point[]] = [
        ...([gateway, written, answered] as const),
        { edge: 'commit', fact: { type: 'order.ended' } },
        { edge: 'committed', fact: { type: 'order.ended' } },
      ];
      return { course: 'calm', kills: [{ at: gateway }, { at: turn(points, way) }] };
    }
  }
}

const STORIES: readonly ((kind: Kind, way: number) => Story)[] = [
  onTheWay(0),
  onTheWay(1),
  onTheWay(2),
  onTheWay(3),
  onTheWay(4),
  atOutcome('commit'),
  atOutcome('committed'),
  duringReconciliation,
  duringPlacement,
  duringReplacement,
];

/** One trial; `step` and `way` from 1. */
export function trialOf(kind: Kind, step: number, way: number): Trial {
  const story = STORIES[step - 1];
  if (story === undefined) throw new Error(`expected a step from 1 to ${STORIES.length}`);
  return { kind, step, way, ...story(kind, way - 1) };
}

export const allTrials = (): readonly Trial[] =>
  Array.from({ length: WAYS }, (_, way) =>
    STORIES.flatMap((_story, step) => KINDS.map((kind) => trialOf(kind, step + 1, way + 1))),
  ).flat();
