// The way of one request to the exchange and of its answer back: each may be lost, a request may come late or be
// refused at the door, and what is too late for its window of time is refused by the exchange.
import type { Millis } from '../../src/domain/time.ts';
import type { EventQueue } from './event-queue.ts';
import type { Refused } from './exchange.ts';
import type { Life, Step } from './life.ts';
import type { Fate } from './swarm.ts';
import type { Trace } from './trace.ts';

export interface Request {
  /** It leaves the trader. */
  written?(): void;
  /** What the exchange makes of it: an answer, or why not. */
  carryOut(): unknown;
  /** The answer as it comes over the wire. */
  answered?(status: number, body: string): void;
}

type Kind = 'order' | 'cancel' | 'question';

/** What a request may take at the exchange after its validity was checked. */
const processingMsMax: Millis = 8000;
/** A connection that stands without an answer is given up by the client. */
const answerMsMax: Millis = 10_000;
/** A round of questions is a dozen of them, and good only if all are: they fail less often than orders do. */
const QUESTIONS = 0.3;
/** Statuses and codes of those who refuse before the exchange has looked. */
const DOORS = [
  [503, -1000],
  [500, -1007],
  [502, 0],
  [429, -1003],
] as const;

const tooLate: Refused = {
  code: -1021,
  msg: 'Timestamp for this request is outside of the recvWindow.',
};

/** An error as the client names it. */
export const named = (name: string, message: string): Error =>
  Object.assign(new Error(message), { name });

interface NetworkWorld {
  readonly queue: EventQueue;
  readonly fate: Fate;
  readonly trace: Trace;
}

export class Network {
  readonly #world: NetworkWorld;
  readonly #life: Life;
  readonly #recvWindowMs: Millis;

  constructor(world: NetworkWorld, life: Life, recvWindowMs: Millis) {
    this.#world = world;
    this.#life = life;
    this.#recvWindowMs = recvWindowMs;
  }

  /** The answer; rejects as the client would. A dead process hears neither. */
  send(kind: Kind, request: Request): Promise<unknown> {
    const { queue, fate, trace } = this.#world;
    const part = kind === 'question' ? QUESTIONS : 1;
    return new Promise((resolve, reject) => {
      if (!this.#life.passes(`${kind}.leaves`)) return;
      request.written?.();
      const signedAt = queue.now;
      const back = (status: number, value: unknown): void =>
        this.#comesBack({ kind, part, request, status, value }, resolve, reject);
      if (fate.strikes('requestLost', part)) {
        trace.write(queue.now, `${kind}: the request is lost`, `${kind} lost`);
        this.#breaks(fate.skewed('lost', 20, answerMsMax + 100), reject);
        return;
      }
      const late = fate.strikes('requestLate', part) ? fate.skewed('late', 100, 30_000) : 0;
      if (late > 0) trace.met(`${kind} late`);
      queue.after(fate.between('latency', 2, 120) + late, () =>
        this.#arrives({ kind, part, request, signedAt, isSlow: late > 0 }, back),
      );
      // What left may arrive although its sender is gone.
      if (kind !== 'question') this.#life.passes(`${kind}.left`);
    });
  }

  #arrives(
    {
      kind,
      part,
      request,
      signedAt,
      isSlow,
    }: { kind: Kind; part: number; request: Request; signedAt: Millis; isSlow: boolean },
    back: (status: number, value: unknown) => void,
  ): void {
    const { queue, fate, trace } = this.#world;
    if (fate.strikes('requestRefused', part)) {
      trace.met(`${kind} refused at the door`);
      const [status, code] = DOORS[Math.floor(fate.draw('door') * DOORS.length)] ?? DOORS[0];
      // A server's failure says nothing of whether it was carried out.
      if (status >= 500 && fate.draw('carried') < 0.5) request.carryOut();
      back(status, { code, msg: 'refused' });
      return;
    }
    if (queue.now - signedAt > this.#recvWindowMs) {
      trace.met(`${kind} too late for its window`);
      back(400, tooLate);
      return;
    }
    const workMs = isSlow && kind !== 'question' ? fate.between('slow', 0, processingMsMax) : 0;
    queue.after(workMs, () => {
      const value = request.carryOut();
      back(isRefused(value) ? 400 : 200, value);
    });
  }

  #comesBack(
    answer: { kind: Kind; part: number; request: Request; status: number; value: unknown },
    resolve: (value: unknown) => void,
    reject: (error: Error) => void,
  ): void {
    const { kind, part, request, status, value } = answer;
    const { queue, fate, trace } = this.#world;
    const latencyMs = fate.between('latency', 2, 120);
    if (fate.strikes('replyLost', part)) {
      trace.write(queue.now, `${kind}: the reply is lost`, `${kind} reply lost`);
      this.#breaks(fate.draw('cut') < 0.5 ? latencyMs : answerMsMax + 100, reject);
      return;
    }
    queue.after(latencyMs, () => {
      if (!this.#life.passes(`${kind}.answered` satisfies Step)) return;
      request.answered?.(status, JSON.stringify(value));
      if (status === 200) resolve(value);
      else reject(errorOf(status, value));
    });
  }

  #breaks(afterMs: Millis, reject: (error: Error) => void): void {
    this.#world.queue.after(afterMs, () => {
      if (!this.#life.isOver) reject(named('NetworkError', 'the connection was reset'));
    });
  }
}

const isRefused = (value: unknown): value is Refused =>
  typeof value === 'object' && value !== null && 'code' in value && 'msg' in value;

/** As the client names it. */
function errorOf(status: number, value: unknown): Error {
  const { code, msg } = isRefused(value) ? value : { code: 0, msg: '' };
  if (code === -2013) return named('OrderNotFound', msg);
  if (status === 429) return named('RateLimitExceeded', msg);
  if (status >= 500) return named('ExchangeNotAvailable', `HTTP ${status}`);
  return named('InvalidOrder', `${code} ${msg}`);
}
