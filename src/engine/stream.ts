// Which streams are wanted, which configurations listen to which, and whether each is live.
import { type Stream, streamKey } from '../domain/candle.ts';
import type { Configuration } from '../domain/configuration.ts';
import type { Portfolio } from '../domain/portfolio.ts';
import { barsWanted } from './evaluate.ts';
import { HOURS_WANTED } from './month.ts';

export interface Streams {
  add(configuration: Configuration): void;
  remove(configuration: Configuration): void;
  live(stream: Stream): void;
  stale(stream: Stream): void;
  count(): { readonly live: number; readonly stale: number };
  /** Whether prices of a pair come: one of its streams is live. */
  isLive(pair: string): boolean;
  /** Pairs that configurations listen to. */
  pairs(): ReadonlySet<string>;
}

interface Line {
  readonly pair: string;
  readonly configIds: Set<string>;
  live: boolean;
}

type Freshness = { readonly type: 'stream.live' } | { readonly type: 'stream.stale' };

export function createStreams(
  notify: (configIds: Iterable<string>, event: Freshness) => void,
): Streams {
  const lines = new Map<string, Line>();

  const lineOf = (stream: Stream): Line => {
    const key = streamKey(stream);
    const line = lines.get(key) ?? { pair: stream.pair, configIds: new Set(), live: false };
    lines.set(key, line);
    return line;
  };

  function turn(stream: Stream, live: boolean): void {
    const line = lineOf(stream);
    if (line.live === live) return;
    line.live = live;
    notify(line.configIds, { type: live ? 'stream.live' : 'stream.stale' });
  }

  return {
    add(configuration) {
      const line = lineOf(configuration);
      line.configIds.add(configuration.id);
      if (line.live) notify([configuration.id], { type: 'stream.live' });
    },
    remove(configuration) {
      lines.get(streamKey(configuration))?.configIds.delete(configuration.id);
    },
    live: (stream) => turn(stream, true),
    stale: (stream) => turn(stream, false),
    count() {
      const heard = [...lines.values()].filter(({ configIds }) => configIds.size > 0);
      const live = heard.filter((line) => line.live).length;
      return { live, stale: heard.length - live };
    },
    isLive: (pair) => [...lines.values()].some((line) => line.live && line.pair === pair),
    pairs() {
      const heard = [...lines.values()].filter(({ configIds }) => configIds.size > 0);
      return new Set(heard.map(({ pair }) => pair));
    },
  };
}

interface Wanted {
  readonly stream: Stream;
  readonly bars: number;
}

/** The streams of a configuration: the one it decides on, and the hours of its pair. */
export function streamsOf(configuration: Configuration): readonly Wanted[] {
  const { pair, timeframe } = configuration;
  const hours: Wanted = { stream: { pair, timeframe: '1h' }, bars: HOURS_WANTED };
  const bars = barsWanted(configuration);
  if (timeframe === '1h') return [{ ...hours, bars: Math.max(bars, hours.bars) }];
  return [{ stream: { pair, timeframe }, bars }, hours];
}

/**
 * The streams of all configurations, each with the longest history anyone wants; and, without history,
 * a stream for every position whose configuration is gone, so that its stop hears prices.
 */
export function wantedStreams(
  configurations: readonly Configuration[],
  book: Portfolio,
): readonly Wanted[] {
  const wanted = new Map<string, Wanted>();
  for (const { stream, bars } of configurations.flatMap(streamsOf)) {
    const key = streamKey(stream);
    wanted.set(key, { stream, bars: Math.max(bars, wanted.get(key)?.bars ?? 0) });
  }
  const heard = new Set([...wanted.values()].map(({ stream }) => stream.pair));
  for (const { opening } of book.positions.values()) {
    if (heard.has(opening.pair)) continue;
    const stream: Stream = { pair: opening.pair, timeframe: '1m' };
    wanted.set(streamKey(stream), { stream, bars: 1 });
  }
  return [...wanted.values()];
}
