// A month of hours of every asset: how they move together, how wild each is. One stream of hours per pair,
// shared by all its configurations; what is measured over it is made anew when an hour has closed.

import type { BreakerLevels } from '../domain/breaker-levels.ts';
import { assetOf } from '../domain/candle.ts';
import { correlate } from '../domain/correlation.ts';
import { type Crowding, crowdings } from '../domain/crowding.ts';
import { HOURS_KEPT, Hours } from '../domain/hourly.ts';
import type { Reading } from '../domain/open-breaker.ts';
import type { Correlation } from '../domain/risk.ts';
import type { ClosedCandle } from '../ports.ts';

/** Bars of history the stream of hours of a pair needs. */
export const HOURS_WANTED = HOURS_KEPT + 1;

export interface Month {
  closed(candle: ClosedCandle): void;
  /** Of two base assets; 1 while too little is known of them: the cautious answer. */
  readonly correlation: Correlation;
  /** Volatility of each of `assets`, and how crowded they are. */
  readings(assets: ReadonlySet<string>): readonly Reading[];
}

export function createMonth(levels: BreakerLevels): Month {
  const hours = new Map<string, Hours>();
  let measured: readonly Reading[] | undefined;

  /**
   * Too short a history is no verdict: a new listing may trade. Hours that stop coming make their asset
   * stale, and that is what keeps entries out; a return that is no number trips.
   */
  function measure(assets: ReadonlySet<string>): readonly Reading[] {
    const known = [...assets].flatMap((asset) => {
      const own = hours.get(asset);
      return own === undefined ? [] : [{ asset, own }];
    });
    return [
      ...crowdReadings(
        known.map(({ own }) => own),
        levels,
      ),
      ...known.flatMap(({ asset, own }) => volatilityReadings(asset, own, levels)),
    ];
  }

  return {
    closed({ stream, candle }) {
      if (stream.timeframe !== '1h') return;
      const asset = assetOf(stream.pair);
      const own = hours.get(asset) ?? new Hours();
      hours.set(asset, own);
      own.push(candle);
      measured = undefined;
    },
    correlation(a, b) {
      const [left, right] = [hours.get(a), hours.get(b)];
      if (left === undefined || right === undefined) return 1;
      return correlate(left.returns, right.returns) ?? 1;
    },
    readings(assets) {
      measured ??= measure(assets);
      return measured;
    },
  };
}

function volatilityReadings(on: string, { volatility }: Hours, levels: BreakerLevels): Reading[] {
  const { volatilityReset, volatilityHours } = levels;
  const ratios = volatility.last(volatilityHours);
  const value = ratios?.[0];
  if (ratios === undefined || value === undefined) return [];
  const isCalm = ratios.length >= volatilityHours && ratios.every((one) => one < volatilityReset);
  return [
    { id: 'volatility-scale', on, value, isCalm },
    { id: 'volatility-pause', on, value, isCalm },
  ];
}

function crowdReadings(all: readonly Hours[], levels: BreakerLevels): Reading[] {
  const { correlationScale, correlationHours } = levels;
  const last = crowdings(
    all.map(({ returns }) => returns),
    correlationHours,
  );
  const now = last?.[0];
  if (last === undefined || now === undefined) return [];
  const { rho, z } = now;
  const isCalm = last.length >= correlationHours && last.every((one) => isLoose(one, levels));
  return [
    { id: 'correlation-scale', on: '', value: rho < correlationScale ? 0 : z, isCalm },
    { id: 'correlation-pause', on: '', value: rho, isCalm },
  ];
}

const isLoose = (
  { rho, z }: Crowding,
  { correlationReset, correlationResetZ }: BreakerLevels,
): boolean => z < correlationResetZ && rho < correlationReset;
