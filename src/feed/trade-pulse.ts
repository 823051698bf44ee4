// Whether trades still come: candles that move tell of trades, and whoever hears of them only that way hears
// prices seconds late. The candles themselves are well.
import type { Millis } from '../domain/time.ts';

/** Candles tell of a trade up to this much later. */
const echoMs: Millis = 5000;
/** So long may candles move without a trade being heard. */
const missedMsMax: Millis = 5000;

interface Line {
  tradedAt: Millis;
  /** Since when candles move although no trade is heard. */
  movedAt: Millis | undefined;
}

/** All times are monotonic milliseconds. */
export class TradePulse {
  readonly #lines = new Map<string, Line>();

  /** A trade of the pair was heard. */
  traded(pair: string, now: Millis): void {
    const line = this.#lines.get(pair);
    if (line === undefined) this.#lines.set(pair, { tradedAt: now, movedAt: undefined });
    else {
      line.tradedAt = now;
      line.movedAt = undefined;
    }
  }

  /** A candle of the pair told of trading. Of a pair whose trades were never heard, nothing is missed. */
  moved(pair: string, now: Millis): void {
    const line = this.#lines.get(pair);
    if (line !== undefined && now - line.tradedAt > echoMs) line.movedAt ??= now;
  }

  /** Pairs whose trades are missed. */
  missed(now: Millis): readonly string[] {
    return [...this.#lines].flatMap(([pair, { movedAt }]) =>
      movedAt !== undefined && now - movedAt > missedMsMax ? [pair] : [],
    );
  }
}
