// What became of an order that was handed to the venue. Only what proves something counts: an answer on
// the list below is a refusal, an echo of our own id is an acceptance, and all the rest is unknown,
// because an order believed dead that lives is the worst of mistakes (RELIABILITY §3.3).
import { decimal } from '../domain/money.ts';
import type { Order } from '../domain/order.ts';
import type { Outcome } from '../ports.ts';
import { fillsOf, isWords, type PairOf, reportOf, type Words } from './wire.ts';

/** One attempt to place an order, as the client saw it. */
export interface Attempt {
  /** The request was handed to a socket; before that nothing can have reached the venue. */
  readonly written: boolean;
  /** The venue's HTTP answer, whole; undefined when there was none. */
  readonly answer: { readonly status: number; readonly body: string } | undefined;
  /** What went wrong, in words without secrets; undefined when nothing did. */
  readonly failure: string | undefined;
}

/** Refusals of Binance that are final: it says that there is no order. */
const FINAL_CODES: ReadonlySet<unknown> = new Set([
  -1002, // unauthorized
  -1003, // too many requests
  -1013, // a filter of the symbol
  -1014, // unsupported combination
  -1015, // too many orders
  -1020, // unsupported operation
  -1021, // timestamp outside recvWindow
  -1022, // signature
  ...range(-1100, -1108), // parameters: missing, malformed, too many
  -1111, // precision
  ...range(-1114, -1118), // time in force, type, side, client id
  -1121, // symbol
  -2010, // the order was refused: balance, market closed, …
  -2014, // key malformed
  -2015, // key, address or permission
]);

/** Statuses whose coded answers are believed; a server's failure (5xx) never is. */
const FINAL_STATUSES: ReadonlySet<number> = new Set([400, 401, 403]);
/** Refused at the door, whatever the body: too fast, banned. */
const DOOR_STATUSES: ReadonlySet<number> = new Set([418, 429]);

const DUPLICATE = /duplicate order/i;

function range(from: number, to: number): number[] {
  return Array.from({ length: from - to + 1 }, (_, index) => from - index);
}

/** The class of what came of `order`. Total: anything that is not understood is `unknown`. */
export function outcomeOf(order: Order, attempt: Attempt, pairOf: PairOf): Outcome {
  const { written, answer, failure } = attempt;
  if (!written) {
    return { kind: 'not-sent', code: 'not-sent', message: failure ?? 'nothing was written' };
  }
  if (answer === undefined) return unknown(failure ?? 'no answer');
  const { status, body } = answer;
  const words = wordsIn(body);
  if (status >= 200 && status < 300)
    return accepted(order, words, pairOf) ?? unknown(`HTTP ${status}: ${body}`);
  return refused(status, words) ?? unknown(`HTTP ${status}: ${body}`);
}

const reasonLengthMax = 200;
const unknown = (reason: string): Outcome => ({
  kind: 'unknown',
  reason: reason.slice(0, reasonLengthMax),
});

/** What a body says; nothing where it cannot be read. */
function wordsIn(body: string): Words {
  try {
    const value: unknown = JSON.parse(body);
    return isWords(value) ? value : {};
  } catch {
    return {};
  }
}

function accepted(order: Order, words: Words, pairOf: PairOf): Outcome | undefined {
  const report = reportOf(words, pairOf);
  if (report === undefined) return undefined;
  if (report.clientOrderId !== order.clientOrderId || report.pair !== order.pair) return undefined;
  const fills = fillsOf(words, report);
  if (fills === undefined) return undefined;
  // An answer that leaves trades out would end the order without them: ask instead.
  const sum = fills.reduce((total, { quantity }) => total.plus(quantity), decimal(0));
  return sum.eq(report.filled) ? { kind: 'accepted', report, fills } : undefined;
}

function refused(status: number, words: Words): Outcome | undefined {
  const code = words['code'];
  const text = words['msg'];
  const message = typeof text === 'string' ? text.slice(0, reasonLengthMax) : `HTTP ${status}`;
  if (DOOR_STATUSES.has(status)) {
    return {
      kind: 'rejected',
      code: typeof code === 'number' ? `${code}` : `http-${status}`,
      message,
    };
  }
  if (!FINAL_STATUSES.has(status)) return undefined;
  if (code === -2010 && DUPLICATE.test(message)) return { kind: 'exists' };
  return FINAL_CODES.has(code) ? { kind: 'rejected', code: `${code}`, message } : undefined;
}
