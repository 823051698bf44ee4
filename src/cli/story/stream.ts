// What befalls the streams, told so that a flood of it stays readable: a stream speaks when it went
// stale and when it came back, bad candles are counted aloud in tens, hundreds, thousands.
import { streamKey } from '../../domain/candle.ts';
import { plain } from '../../plain.ts';
import type { FeedNews } from '../../ports.ts';
import type { Paint } from './format.ts';

/** 1, 10, 100 and so on: the counts that are said aloud. */
const isRound = (count: number): boolean => /^10*$/.test(String(count));

export class StreamStory {
  readonly #paint: Paint;
  readonly #stale = new Set<string>();
  #rejected = 0;
  #malformed = 0;

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  /** The line for a piece of news; undefined where a person need not hear of it. */
  tell(news: Exclude<FeedNews, { type: 'backfill.progressed' }>): string | undefined {
    const { good, warn } = this.#paint;
    if (news.type === 'frame.malformed') {
      this.#malformed += 1;
      if (!isRound(this.#malformed)) return undefined;
      return warn(`! malformed frame no. ${this.#malformed} dropped: ${plain(news.reason)}`);
    }
    const name = plain(`${news.stream.pair} ${news.stream.timeframe}`);
    switch (news.type) {
      case 'stream.stale':
        this.#stale.add(streamKey(news.stream));
        return warn(
          `~ ${name} is stale (${plain(news.reason)}): no entries on it until it is back`,
        );
      case 'stream.live':
        // The first time is no news: the run says once that everything is live.
        return this.#stale.delete(streamKey(news.stream))
          ? good(`~ ${name} is live again`)
          : undefined;
      case 'candle.rejected':
        this.#rejected += 1;
        if (!isRound(this.#rejected)) return undefined;
        return warn(`! bad candle no. ${this.#rejected} refused, ${name}: ${plain(news.reason)}`);
      case 'candle.corrected':
        return warn(
          `! ${name}: the venue corrected a candle it had called closed, from ${news.was.close} to ${news.is.close}; what was decided on it stands`,
        );
      case 'gap.found':
        // Told by the journal's own entry.
        return undefined;
      default:
        return news satisfies never;
    }
  }
}
