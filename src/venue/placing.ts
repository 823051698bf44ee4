// One order to the venue, once: never repeated here, never sent after its sender gave up, and its
// outcome told by what the wire said rather than by what the client made of it.
import { decimal } from '../domain/money.ts';
import type { Order } from '../domain/order.ts';
import type { Millis } from '../domain/time.ts';
import { withDeadline } from '../exchange/deadline.ts';
import { VenueFault } from '../exchange/fault.ts';
import type { Outcome, Timers } from '../ports.ts';
import type { Asking } from './asking.ts';
import { outcomeOf } from './outcome.ts';
import type { PairOf } from './wire.ts';
import type { Binance, Passage, Wire } from './wired-client.ts';

export interface Placing {
  readonly client: Binance;
  readonly wire: Pick<Wire, 'passages'>;
  readonly asking: Pick<Asking, 'words'>;
  readonly pairOf: PairOf;
  readonly timers: Pick<Timers, 'after'>;
  /** How long an answer is waited for; after it the outcome is unknown. */
  readonly deadlineMs: Millis;
}

/** Places `order`. Never throws. */
export async function place(order: Order, placing: Placing): Promise<Outcome> {
  const { wire, asking, pairOf, deadlineMs } = placing;
  const { clientOrderId } = order;
  if (wire.passages.has(clientOrderId)) {
    return { kind: 'not-sent', code: 'in-flight', message: 'an order with this id is on its way' };
  }
  const passage: Passage = {
    ...{ purpose: order.purpose, written: false, abandoned: false },
    answer: undefined,
  };
  wire.passages.set(clientOrderId, passage);
  const sent = send(order, placing.client);
  // Not before the client is done with it: a request that waits its turn must still find it given up.
  const forget = (): boolean => wire.passages.delete(clientOrderId);
  sent.then(forget, forget);
  let failure: string | undefined;
  try {
    await withDeadline(sent, deadlineMs, 'an answer to the order', placing.timers.after);
  } catch (error) {
    failure = asking.words(error);
  }
  passage.abandoned = true;
  const outcome = outcomeOf(order, { ...passage, failure }, pairOf);
  return outcome.kind === 'unknown'
    ? { kind: 'unknown', reason: asking.words(outcome.reason) }
    : outcome;
}

async function send(order: Order, client: Binance): Promise<void> {
  const { pair, side, type, quantity, limitPrice, stopPrice, clientOrderId } = order;
  const amount = exact(quantity, client.amountToPrecision(pair, quantity), 'quantity');
  const own = { newClientOrderId: clientOrderId, newOrderRespType: 'FULL' };
  if (type === 'market') {
    // Never a price: with one, ccxt turns the quantity into money.
    await client.createOrder(pair, 'market', side, asIs(amount), undefined, own);
    return;
  }
  const price = exactPrice(client, pair, limitPrice, 'limit price');
  if (type === 'limit') {
    const extra = { ...own, timeInForce: 'IOC' };
    await client.createOrder(pair, 'limit', side, asIs(amount), asIs(price), extra);
    return;
  }
  const stopLossPrice = exactPrice(client, pair, stopPrice, 'stop price');
  const extra = { ...own, timeInForce: 'GTC', stopLossPrice };
  await client.createOrder(pair, 'limit', side, asIs(amount), asIs(price), extra);
}

/** ccxt's types say number; exact text passes through, and a number would not be exact. */
const asIs = (text: string): number => text as unknown as number;

const final = { retryable: false } as const;

/** What was decided is what is sent: the client must not round it. */
function exact(decided: string, rounded: string | undefined, what: string): string {
  if (rounded !== undefined && decimal(rounded).eq(decided)) return rounded;
  throw new VenueFault(`expected a ${what} in whole steps, was ${decided}`, final);
}

function exactPrice(client: Binance, pair: string, decided: string | null, what: string): string {
  if (decided === null) throw new VenueFault(`expected a ${what}, was none`, final);
  return exact(decided, client.priceToPrecision(pair, decided), what);
}
