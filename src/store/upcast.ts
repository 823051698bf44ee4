// Facts outlive the program that wrote them: each type has a version, and what an older program wrote
// is lifted, version by version, to what this one reads.
import type { FactType } from '../domain/fact.ts';
import { StoreFault } from './fault.ts';

/** The data of a fact as some version wrote it. */
type Data = Readonly<Record<string, unknown>>;
type Lift = (data: Data) => Data;

/** Before stops could rest at the venue, no order had a price that wakes it. */
const orderWithoutStop: Lift = ({ order, ...data }) => ({
  ...data,
  order: { ...Object(order), stopPrice: null },
});

/**
 * Per type, the steps from version 1 on: the first lifts 1 to 2, and so on. A type's current version is
 * one more than the number of its steps. A released step is never changed.
 */
const LIFTS: { readonly [T in FactType]: readonly Lift[] } = {
  'engine.started': [],
  'engine.stopped': [],
  // 2: what was there before is posted.
  'portfolio.opened': [withForeignPosted],
  'configuration.imported': [],
  'configuration.activated': [],
  'configuration.deactivated': [],
  'configuration.faulted': [],
  'configuration.quarantined': [],
  'configuration.released': [],
  'evidence.opened': [],
  'twin.opened': [],
  'twin.closed': [],
  'stage.judged': [],
  'stage.overridden': [],
  'signal.refused': [],
  'signal.approved': [orderWithoutStop],
  'exit.ordered': [orderWithoutStop],
  'exit.decided': [],
  'protection.ordered': [],
  'protection.lost': [],
  'protection.regained': [],
  'cancel.ordered': [],
  'order.resent': [],
  'order.quarantined': [],
  'order.overfilled': [],
  'order.accepted': [],
  'order.unresolved': [],
  'order.ended': [],
  'position.opened': [],
  'fill.recorded': [],
  'position.closed': [],
  'day.opened': [],
  'loss.latched': [],
  'equity.marked': [],
  'breaker.tripped': [],
  'breaker.half-opened': [],
  'breaker.closed': [],
  'trading.reduced': [],
  'trading.flattened': [],
  'trading.resumed': [],
  'command.acknowledged': [],
  'stream.gapped': [],
  // 2: says what it moved, and whether it freezes its pair.
  'foreign.found': [
    (data) => ({
      ...{ ...data, tradeId: null, freezes: false, postings: [] },
      sold: { quantity: '0', value: '0' },
    }),
  ],
  'transfer.recorded': [],
  'difference.found': [],
  'account.lost': [],
  'account.reconciled': [],
  'foreign.adopted': [],
};

function withForeignPosted(data: Data): Data {
  const { postings, foreign } = data;
  const held = Object.entries(foreign ?? {}).flatMap(([asset, amount]) => {
    const text = String(amount);
    const other = text.startsWith('-') ? text.slice(1) : `-${text}`;
    return [
      { account: 'foreign', asset, amount: text },
      { account: 'venue', asset, amount: other },
    ];
  });
  return { ...data, postings: [...(Array.isArray(postings) ? postings : []), ...held] };
}

/** The version that this program writes of a type. */
export const versionOf = (type: FactType): number => LIFTS[type].length + 1;

const isFactType = (type: string): type is FactType => Object.hasOwn(LIFTS, type);

/** The data of a stored fact as this program's catalogue has it. Throws `StoreFault` on a newer one. */
export function upcast(type: string, v: number, data: Data): { type: FactType; data: Data } {
  if (!isFactType(type)) {
    throw new StoreFault('newer-store', `expected a fact of the catalogue, was ${type}`);
  }
  if (!(v >= 1 && v <= versionOf(type))) {
    throw new StoreFault(
      'newer-store',
      `expected ${type} up to version ${versionOf(type)}, was version ${v}`,
    );
  }
  return { type, data: LIFTS[type].slice(v - 1).reduce((old, lift) => lift(old), data) };
}
