// What the breakers of market and venue measure, read about once a second and before every batch. Nothing
// of it is asked for by a price update: marks are sampled, updates are counted, candles come by themselves.

import { BREAKERS, type BreakerId } from '../domain/breaker.ts';
import type { BreakerLevels } from '../domain/breaker-levels.ts';
import { assetOf } from '../domain/candle.ts';
import type { Reading } from '../domain/open-breaker.ts';
import { PriceBand } from '../domain/price-band.ts';
import { Pulse } from '../domain/pulse.ts';
import { Punctuality } from '../domain/punctuality.ts';
import { Sanity } from '../domain/sanity.ts';
import type { Millis } from '../domain/time.ts';
import type { VenueHealth } from '../domain/venue-health.ts';
import type { Clock, ClosedCandle, FeedNews } from '../ports.ts';
import type { Month } from './month.ts';
import type { Watch } from './watch.ts';

export interface GaugeOptions {
  readonly levels: BreakerLevels;
  readonly clock: Clock;
  /** Whether market time is the machine's: not where a sandbox plays its own. */
  readonly isRealTime: boolean;
  readonly watch: Pick<Watch, 'last' | 'updates'>;
  readonly month: Month;
  readonly health: VenueHealth;
  /** Pairs that configurations trade. */
  pairs(): Iterable<string>;
  /** Lots the venue has less of than the book; undefined while nobody asked. */
  missingLots(): number | undefined;
}

export class Gauges {
  readonly #options: GaugeOptions;
  readonly #pulse: Pulse;
  readonly #punctuality = new Punctuality();
  readonly #sanity: Sanity;
  readonly #bands = new Map<string, PriceBand>();

  constructor(options: GaugeOptions) {
    const { levels, clock } = options;
    this.#options = options;
    this.#pulse = new Pulse(clock.monotonic(), levels.silenceSeconds * 1000);
    this.#sanity = new Sanity(levels.cleanCandles);
  }

  closed(candle: ClosedCandle): void {
    const { clock, month } = this.#options;
    this.#punctuality.closed(candle.stream, candle.candle, clock.monotonic());
    this.#sanity.closed(candle.stream, !candle.backfilled);
    month.closed(candle);
  }

  heard(news: FeedNews): void {
    if (news.type === 'candle.rejected') this.#sanity.rejected(news.stream);
    if (news.type === 'gap.found') this.#sanity.gapped(news.stream);
    if (news.type === 'stream.live') this.#sanity.repaired(news.stream);
  }

  /** Samples the marks; call it about once a second. */
  sample(): void {
    const { clock, watch, pairs } = this.#options;
    this.#pulse.look(watch.updates, clock.monotonic());
    for (const pair of pairs()) {
      const price = watch.last(pair);
      if (price === undefined) continue;
      const band = this.#bands.get(pair) ?? new PriceBand();
      this.#bands.set(pair, band);
      band.push(clock.market(), price);
    }
  }

  readings(): readonly Reading[] {
    const { clock, month, pairs } = this.#options;
    const now = clock.monotonic();
    return [
      ...this.#feed(now),
      ...this.#venue(now),
      ...month.readings(new Set([...pairs()].map(assetOf))),
      ...this.#soundness(),
      ...this.#distances(clock.market()),
    ];
  }

  #feed(now: Millis): readonly Reading[] {
    const { levels, clock, isRealTime } = this.#options;
    const isFresh = this.#pulse.isFresh(now, levels.freshUpdates);
    const ages = [...this.#punctuality.ages(clock.market(), now)];
    const late = ages.filter(([, age]) => !(age < levels.staleCandles)).length;
    const measure = (id: BreakerId, on: string, value: number, trip: number): Reading => ({
      ...{ id, on, value },
      isCalm: isFresh && value < trip,
    });
    const share = ages.length === 0 ? 0 : late / ages.length;
    const silence = this.#pulse.silentMs(now) / 1000;
    const skew = Math.abs(clock.wall() - clock.market()) / 1000;
    return [
      measure('feed-silence', '', silence, levels.silenceSeconds),
      // Before the first price of this process, market time is what the journal ended with.
      ...(isRealTime && this.#options.watch.updates > 0
        ? [measure('clock-skew', '', skew, levels.clockSkewSeconds)]
        : []),
      measure('stale-market', '', share, levels.staleShare),
      ...ages.map(([asset, age]) => measure('stale-data', asset, age, levels.staleCandles)),
    ];
  }

  #soundness(): readonly Reading[] {
    const { cleanCandles } = this.#options.levels;
    return [...this.#sanity.read()].map(([on, { defects, sound }]) => {
      const isCalm = defects === 0 && sound >= cleanCandles;
      return { id: 'data-sanity', on, value: defects, isCalm };
    });
  }

  /** Too few marks are no verdict, else nobody could trade on a fast market or just after a start. */
  #distances(at: Millis): readonly Reading[] {
    const { levels, watch } = this.#options;
    return [...this.#bands].flatMap(([pair, band]): readonly Reading[] => {
      const on = assetOf(pair);
      const value = band.distance(at, watch.last(pair) ?? Number.NaN);
      if (value === undefined) return [];
      const trip = BREAKERS['price-band'].trip(levels, on) ?? Number.NaN;
      return [{ id: 'price-band', on, value, isCalm: value < trip }];
    });
  }

  #venue(now: Millis): readonly Reading[] {
    const { levels, health, missingLots } = this.#options;
    // A ban is more than any number of errors.
    const errorsMin = health.isBanned(now) ? levels.venueErrors : 0;
    const errors = Math.max(health.errors(now), errorsMin);
    const lots = missingLots();
    const reading = (id: BreakerId, value: number, isCalm: boolean): Reading => ({
      ...{ id, on: '', value, isCalm },
    });
    return [
      reading('reject-run', health.refusals, false),
      reading('reject-share', health.refusedShare(now, levels.rejectOrders), false),
      reading('venue-errors', errors, errors === 0),
      reading('venue-latency', health.ackMs(now), health.slowestMs(now) < levels.venueAckMs),
      ...(lots === undefined ? [] : [reading('reconciliation', lots, lots === 0)]),
    ];
  }
}
