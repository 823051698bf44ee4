// Which streams are wanted, which configurations listen to which, whether each is live, and the returns of
// its asset for the correlation limit.
import { type Candle, type Stream, streamKey } from '../domain/candle.ts';
import type { Configuration } from '../domain/configuration.ts';
import { correlate } from '../domain/correlation.ts';
import type { Portfolio } from '../domain/portfolio.ts';
import type { Correlation } from '../domain/risk.ts';
import type { Millis } from '../domain/time.ts';
import type { ClosedCandle } from '../ports.ts';
import { barsWanted } from './evaluate.ts';

export interface Streams {
  add(configuration: Configuration): void;
  remove(configuration: Configuration): void;
  live(stream: Stream): void;
  stale(stream: Stream): void;
  closed(candle: ClosedCandle): void;
  count(): { readonly live: number; readonly stale: number };
  /** Of two base assets; 1 while too little is known of them: the cautious answer. */
  readonly correlation: Correlation;
}

interface Line {
  readonly configIds: Set<string>;
  live: boolean;
}

interface Track {
  readonly key: string;
  readonly returns: Map<Millis, number>;
  last: Candle | undefined;
}

/** Returns kept of each asset. */
const RETURNS_MAX = 500;

type Freshness = { readonly type: 'stream.live' } | { readonly type: 'stream.stale' };

export function createStreams(
  notify: (configIds: Iterable<string>, event: Freshness) => void,
): Streams {
  const lines = new Map<string, Line>();
  const tracks = new Map<string, Track>();

  const lineOf = (stream: Stream): Line => {
    const key = streamKey(stream);
    const line = lines.get(key) ?? { configIds: new Set(), live: false };
    lines.set(key, line);
    return line;
  };

  function turn(stream: Stream, live: boolean): void {
    const line = lineOf(stream);
    if (line.live === live) return;
    line.live = live;
    notify(line.configIds, { type: live ? 'stream.live' : 'stream.stale' });
  }

  /** One stream speaks for its asset: the first that closed a candle. */
  function track({ stream, candle }: ClosedCandle): void {
    const asset = stream.pair.slice(0, stream.pair.indexOf('/'));
    const key = streamKey(stream);
    const known = tracks.get(asset) ?? { key, returns: new Map(), last: undefined };
    tracks.set(asset, known);
    if (known.key !== key) return;
    if (known.last !== undefined) {
      known.returns.set(candle.openTime, Math.log(candle.close / known.last.close));
    }
    known.last = candle;
    if (known.returns.size <= RETURNS_MAX) return;
    for (const oldest of known.returns.keys()) {
      known.returns.delete(oldest);
      return;
    }
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
    closed: track,
    count() {
      const live = [...lines.values()].filter((line) => line.live).length;
      return { live, stale: lines.size - live };
    },
    correlation(a, b) {
      const [left, right] = [tracks.get(a), tracks.get(b)];
      if (left === undefined || right === undefined) return 1;
      return correlate(left.returns, right.returns) ?? 1;
    },
  };
}

/**
 * The streams of all configurations, each with the longest history anyone wants; and, without history,
 * a stream for every position whose configuration is gone, so that its stop hears prices.
 */
export function wantedStreams(configurations: readonly Configuration[], book: Portfolio) {
  const wanted = new Map<string, { stream: Stream; bars: number }>();
  for (const configuration of configurations) {
    const { pair, timeframe } = configuration;
    const key = streamKey(configuration);
    const bars = Math.max(barsWanted(configuration), wanted.get(key)?.bars ?? 0);
    wanted.set(key, { stream: { pair, timeframe }, bars });
  }
  const heard = new Set([...wanted.values()].map(({ stream }) => stream.pair));
  for (const { opening } of book.positions.values()) {
    if (heard.has(opening.pair)) continue;
    const stream: Stream = { pair: opening.pair, timeframe: '1m' };
    wanted.set(streamKey(stream), { stream, bars: 1 });
  }
  return [...wanted.values()];
}
