// What the engine makes of the feed's news: who hears that a stream is live or stale, what is counted, and
// the one thing that is written down.
import { streamKey } from '../domain/candle.ts';
import { fact } from '../domain/fact.ts';
import type { Millis } from '../domain/time.ts';
import type { FeedNews } from '../ports.ts';
import type { Parts } from './part.ts';
import { countNews } from './status.ts';

/** `at`: market time. */
export function hearFeed(
  news: FeedNews,
  {
    streams,
    gauges,
    counters,
    recorder,
  }: Pick<Parts, 'streams' | 'gauges' | 'counters' | 'recorder'>,
  at: Millis,
): void {
  gauges.heard(news);
  if (news.type === 'stream.live') streams.live(news.stream);
  if (news.type === 'stream.stale') streams.stale(news.stream);
  countNews(counters, news);
  if (news.type !== 'gap.found') return;
  const { from, to } = news;
  const stream = streamKey(news.stream);
  recorder.record([fact('stream.gapped', { at, key: stream }, { stream, from, to })]);
}
