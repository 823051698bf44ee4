// The connection as all streams share it: what they miss on it, what it garbles and how long it lasts,
// gathered into one remedy at a time, so that many streams in trouble cause one redial.
import type { Millis } from '../domain/time.ts';
import { Escalation, type Remedy } from './escalation.ts';
import { Garble } from './garble.ts';
import { Silence } from './silence.ts';
import { Tenure } from './tenure.ts';
import { TradePulse } from './trade-pulse.ts';

export interface Prescription {
  readonly remedy: Remedy;
  readonly reason: string;
}

/** All times but the market's are monotonic milliseconds. */
export class ConnectionWatch {
  readonly #silence: Silence;
  readonly #tenure: Tenure;
  readonly #garble = new Garble();
  readonly #trades = new TradePulse();
  #tradeEscalation: Escalation | undefined;
  #isGarbled = false;
  /** What streams ask for since the last look. */
  #wanted: Remedy | undefined;

  constructor(now: Millis) {
    this.#silence = new Silence(now);
    this.#tenure = new Tenure(now);
  }

  /** A frame came, of whatever kind. */
  heard(now: Millis): void {
    this.#silence.heard(now);
  }

  traded(pair: string, now: Millis): void {
    this.#trades.traded(pair, now);
  }

  /** A candle told of trading. */
  moved(pair: string, now: Millis): void {
    this.#trades.moved(pair, now);
  }

  malformed(now: Millis): void {
    if (this.#garble.drop(now)) this.#isGarbled = true;
  }

  /** The venue says that it will end the connection. */
  noticed(): void {
    this.#tenure.notice();
  }

  /** The connection was lost; the next one begins. */
  lost(now: Millis): void {
    this.#tenure.begin(now);
    this.#isGarbled = false;
  }

  /** A stream misses its frames. */
  want(remedy: Remedy): void {
    if (this.#wanted !== 'cut') this.#wanted = remedy;
  }

  /** What to do now; called about once a second. */
  look(now: Millis, market: Millis): Prescription | undefined {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    if (this.#isGarbled) {
      this.#isGarbled = false;
      return { remedy: 'cut', reason: 'too many frames were garbled' };
    }
    if (this.#tenure.isOver(now, market)) {
      this.#tenure.begin(now);
      return { remedy: 'cut', reason: 'the venue is about to end the connection' };
    }
    return this.#forStreams(wanted, now) ?? this.#forTrades(now);
  }

  /** On a connection that is silent as a whole a subscription is not worth renewing. */
  #forStreams(wanted: Remedy | undefined, now: Millis): Prescription | undefined {
    if (wanted === undefined) return undefined;
    if (this.#silence.isTotal(now) || wanted === 'cut') {
      if (!this.#silence.mayCut(now)) return undefined;
      return { remedy: 'cut', reason: 'frames stay away' };
    }
    return { remedy: 'renew', reason: 'a stream is silent' };
  }

  #forTrades(now: Millis): Prescription | undefined {
    const missed = this.#trades.missed(now);
    if (missed.length === 0) {
      this.#tradeEscalation = undefined;
      return undefined;
    }
    this.#tradeEscalation ??= new Escalation(now);
    const remedy = this.#tradeEscalation.next(now);
    if (remedy === undefined || (remedy === 'cut' && !this.#silence.mayCut(now))) return undefined;
    return { remedy, reason: `trades of ${missed.join(', ')} stay away` };
  }
}
