// What must be true before anything is sent: the key may trade but not withdraw, and our signatures
// carry the venue's time.
import type { Millis } from '../domain/time.ts';
import { VenueFault } from '../exchange/fault.ts';
import type { Clock } from '../ports.ts';
import type { Asking } from './asking.ts';
import { isWords } from './wire.ts';
import type { Binance } from './wired-client.ts';

/** Throws a final `VenueFault` unless the key may trade spot and may not withdraw. */
export async function checkKey(client: Binance, { ask }: Asking): Promise<void> {
  const rights: unknown = await ask('the rights of the key', () =>
    client.sapiGetAccountApiRestrictions(),
  );
  const granted = (name: string): unknown => (isWords(rights) ? rights[name] : undefined);
  // Only a plain `false` shows that the right is absent.
  if (granted('enableWithdrawals') !== false) {
    throw refused(
      `expected a key without the right to withdraw, was ${granted('enableWithdrawals')}`,
    );
  }
  if (granted('enableSpotAndMarginTrading') !== true) {
    throw refused('expected a key with the right to trade spot, was one without it');
  }
}

const refused = (message: string): VenueFault => new VenueFault(message, { retryable: false });

const SAMPLES = 3;

/**
 * Milliseconds our wall clock is ahead of the venue's, by the sample with the shortest way, and from
 * now on taken off every signature's time. Right to half of that way.
 */
export async function alignTime(client: Binance, { ask }: Asking, clock: Clock): Promise<Millis> {
  let best = { wayMs: Number.POSITIVE_INFINITY, aheadMs: 0 };
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const askedAt = clock.wall();
    const startedAt = clock.monotonic();
    const venueAt = Number(await ask('the time of the venue', () => client.fetchTime()));
    const wayMs = clock.monotonic() - startedAt;
    if (!(venueAt > 0)) throw refused(`expected the time of the venue, was ${venueAt}`);
    if (wayMs < best.wayMs) best = { wayMs, aheadMs: Math.round(askedAt + wayMs / 2 - venueAt) };
  }
  client.options['timeDifference'] = best.aheadMs;
  return best.aheadMs;
}
