// What must hold when the faults are over: soon every order has ended or stands as a stop that is wanted, the
// books are the venue's, what was lost is found again. Judged from outside, by looking until it is so.
import { setTimeout as pause } from 'node:timers/promises';
import { audit } from '../support/audit/audit.ts';
import type { VenueAccess } from '../support/audit/venue-client.ts';
import { commanded, type LivePlace } from '../support/live-place.ts';
import type { Counts } from './count.ts';
import {
  isReduced,
  latchedWithoutReason,
  undecided,
  unprotected,
  waitsForPerson,
} from './journal.ts';
import type { Place } from './place.ts';

const lookMs = 2000;

const named = ['--by', 'campaign', '--reason', 'a round of the campaign'];
const adoptionsMax = 5;

/** A person looks, and has it take entries again, where the engine itself does not. */
export async function resume(trader: LivePlace, counts: Counts): Promise<readonly string[]> {
  if (!isReduced(trader.store)) return [];
  counts.add('commands', 'resume');
  return commanded(trader, ['resume', ...named]);
}

/** A person accepts what others did on the account; while money moves that is refused, and tried again. */
export async function adopt(trader: LivePlace, counts: Counts): Promise<readonly string[]> {
  let problems: readonly string[] = [];
  for (let tried = 0; tried < adoptionsMax && waitsForPerson(trader.store); tried += 1) {
    counts.add('commands', 'reconcile --adopt');
    problems = await commanded(trader, ['reconcile', '--adopt', ...named]);
  }
  return waitsForPerson(trader.store) ? problems : [];
}

/**
 * Looks until nothing is open any more, for `msMax`: what still is then, and how long it took. In a market that
 * moves there is always another order on its way: what counts is what one look after the other finds.
 */
export async function untilSettled(
  { trader: { store }, venue }: Place,
  msMax: number,
): Promise<{ readonly problems: readonly string[]; readonly ms: number }> {
  const startedAt = performance.now();
  let before: ReadonlySet<string> | undefined;
  for (;;) {
    const ms = performance.now() - startedAt;
    const now = await look(store, venue);
    const problems = now.filter((one) => before?.has(one) ?? true);
    if (problems.length === 0 || ms > msMax) return { problems, ms };
    before = new Set(now);
    await pause(lookMs);
  }
}

async function look(store: string, venue: VenueAccess): Promise<readonly string[]> {
  const { findings } = await audit({ ...venue, store });
  return [
    ...undecided(store).map((one) => `undecided: ${one}`),
    ...unprotected(store),
    ...latchedWithoutReason(store),
    ...findings.map((one) => JSON.stringify(one)),
  ];
}
