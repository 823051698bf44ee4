// HOLDs are counted, not journalled; of each configuration the bar that came nearest to a decision is
// kept, with the conditions it failed, until someone looks.
import type { Millis } from '../domain/time.ts';

export interface NearestMiss {
  readonly configId: string;
  readonly at: Millis;
  readonly missed: readonly string[];
}

export interface NearestMisses {
  hold(configId: string, at: Millis, missed: readonly string[]): void;
  /** What came nearest since the last look; looking begins anew. */
  take(): readonly NearestMiss[];
}

export function createNearestMisses(): NearestMisses {
  const nearest = new Map<string, NearestMiss>();
  return {
    hold(configId, at, missed) {
      if (missed.length === 0) return;
      const best = nearest.get(configId);
      if (best === undefined || missed.length <= best.missed.length) {
        nearest.set(configId, { configId, at, missed });
      }
    },
    take() {
      const taken = [...nearest.values()];
      nearest.clear();
      return taken;
    },
  };
}
