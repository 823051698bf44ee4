// The genuine Binance client with an ear on the wire: what the venue answered to each order, word for
// word, and every event of the account as its frame is parsed. It knows what each request is for, and never
// sends an order that its sender has given up.
import type { pro } from 'ccxt';
import type { Order } from '../domain/order.ts';
import type { ExchangeClass } from '../exchange/client.ts';
import { VenueFault } from '../exchange/fault.ts';
import type { Asked, UrgencyOf } from '../exchange/polite.ts';
import type { Urgency } from '../exchange/rate-budget.ts';
import { type AccountListener, listening } from './account-ear.ts';
import type { VenueTime } from './venue-time.ts';
import { isWords } from './wire.ts';

export type Binance = InstanceType<typeof pro.binance>;

/** One order on its way: filled in as the request goes out and its answer comes in. */
export interface Passage {
  readonly purpose: Order['purpose'];
  written: boolean;
  abandoned: boolean;
  answer: { readonly status: number; readonly body: string } | undefined;
}

export interface Wire {
  readonly type: ExchangeClass<Binance>;
  /** Orders now being placed, by client id. */
  readonly passages: Map<string, Passage>;
  /** What takes risk away goes first; what nobody asked for by name is market data. */
  readonly urgencyOf: UrgencyOf;
}

/** Errors of dialling: the request was never written. */
const DIAL_FAILURES: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const urgencies: Readonly<Record<Order['purpose'], Urgency>> = {
  protection: 'protect',
  exit: 'exit',
  entry: 'enter',
};

/** Who is asked about the account, or about what its signatures need. */
const ACCOUNT_PATHS: ReadonlySet<string> = new Set([
  ...['account', 'account/apiRestrictions', 'order', 'openOrders', 'myTrades', 'time'],
]);

/** Binance's code for a signature outside its window of time. */
const OUT_OF_TIME = -1021;

/** `listener` must not throw; `time` is what signatures carry. */
export function wired(
  base: ExchangeClass,
  listener: AccountListener,
  time: Pick<VenueTime, 'now' | 'isInDoubt' | 'doubt' | 'settled'>,
): Wire {
  const Base = listening(base as ExchangeClass<Binance>, listener);
  const passages = new Map<string, Passage>();

  const passageOf = (method: unknown, body: unknown): Passage | undefined => {
    if (method !== 'POST' || typeof body !== 'string') return undefined;
    return passages.get(new URLSearchParams(body).get('newClientOrderId') ?? '');
  };

  const type = class extends Base {
    override nonce(): number {
      return time.now();
    }

    override async fetch2(...asked: Parameters<Binance['fetch2']>): Promise<unknown> {
      const [, api, , parameters] = asked;
      const passage = passages.get(String(parameters?.['newClientOrderId']));
      // An entry never waits: whoever let it through may have thrown a switch meanwhile.
      if (passage?.purpose === 'entry' && time.isInDoubt()) throw doubtful();
      // A signature would only be refused again.
      if (api !== 'public') await time.settled();
      return await super.fetch2(...asked);
    }

    override async fetch(url: string, method?: string, headers?: object, body?: string) {
      const passage = passageOf(method, body);
      if (passage?.abandoned === true) throw abandoned();
      if (passage !== undefined) passage.written = true;
      return await super.fetch(url, method, headers, body);
    }

    override async undiciRequest(url: string, request: { method?: string; body?: string }) {
      try {
        return await super.undiciRequest(url, request);
      } catch (error) {
        const passage = passageOf(request.method, request.body);
        const neverDialled = isWords(error) && DIAL_FAILURES.has(error['code']);
        if (passage !== undefined && neverDialled) passage.written = false;
        throw error;
      }
    }

    override handleErrors(...told: Parameters<Binance['handleErrors']>) {
      const [status, , , method, , body, answer, , requestBody] = told;
      const passage = passageOf(method, requestBody);
      if (passage !== undefined) passage.answer = { status, body };
      if (isWords(answer) && answer['code'] === OUT_OF_TIME) time.doubt();
      return super.handleErrors(...told);
    }
  };
  return { type, passages, urgencyOf: (asked) => urgencyOf(asked, passages) };
}

function urgencyOf({ method, path, parameters }: Asked, passages: Wire['passages']): Urgency {
  if (method === 'DELETE') return 'protect';
  const passage = passages.get(String(parameters['newClientOrderId']));
  if (passage !== undefined) return urgencies[passage.purpose];
  return ACCOUNT_PATHS.has(path) ? 'reconcile' : 'data';
}

const doubtful = (): VenueFault =>
  new VenueFault('expected to know the venue’s time, was asking for it', { retryable: true });

const abandoned = (): VenueFault =>
  new VenueFault('expected an order someone waits for, was one given up', { retryable: false });
