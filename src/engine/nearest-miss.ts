// HOLDs are counted, not journalled; of each configuration the bar that came nearest to a decision is
// kept, with the conditions it failed, until someone looks. One that cannot judge at all says why.
import type { Unfit } from '../domain/signal.ts';
import type { Millis } from '../domain/time.ts';

export interface NearestMiss {
  readonly configId: string;
  readonly at: Millis;
  readonly missed: readonly string[];
  /** Why the newest bar could not be judged; undefined where it was. */
  readonly unfit?: Unfit;
}

export interface NearestMisses {
  hold(configId: string, at: Millis, missed: readonly string[]): void;
  unfit(configId: string, at: Millis, code: Unfit): void;
  /** A configuration that takes no part any more has nothing to say. */
  forget(configId: string): void;
  /** What came nearest since the last look; looking begins anew. */
  take(): readonly NearestMiss[];
}

export function createNearestMisses(): NearestMisses {
  const nearest = new Map<string, NearestMiss>();
  const unfit = new Map<string, NearestMiss>();
  return {
    hold(configId, at, missed) {
      unfit.delete(configId);
      if (missed.length === 0) return;
      const best = nearest.get(configId);
      if (best === undefined || missed.length <= best.missed.length) {
        nearest.set(configId, { configId, at, missed });
      }
    },
    unfit(configId, at, code) {
      nearest.delete(configId);
      unfit.set(configId, { configId, at, missed: [], unfit: code });
    },
    forget(configId) {
      nearest.delete(configId);
      unfit.delete(configId);
    },
    take() {
      const taken = [...unfit.values(), ...nearest.values()];
      nearest.clear();
      return taken;
    },
  };
}
