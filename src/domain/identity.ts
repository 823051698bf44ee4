// Ids derive from content: the same decision has the same id in every run, so a repeat is visible.
// SHA-256 is the one thing the domain takes from Node; it is a pure function.
import { createHash } from 'node:crypto';
import type { Millis } from './time.ts';

/** The first 128 bits of SHA-256 over the parts, as 32 hex characters. Parts never contain `|`. */
function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('|')).digest('hex').slice(0, 32);
}

/** Four hex characters that mark every order of one engine at the venue. */
export type EngineId = string;

export const engineId = (seed: string): EngineId => digest('engine', seed).slice(0, 4);

/** One decision of one configuration at one close: the idempotency key of an entry. */
export const signalId = (configId: string, closeAt: Millis): string => `${configId}@${closeAt}`;

/** The pair whose stop at the venue a decision was about; undefined for a configuration's: its id has no slash. */
export function pairDecided(signal: string): string | undefined {
  const about = signal.slice(0, signal.lastIndexOf('@'));
  return about.includes('/') ? about : undefined;
}

/**
 * The venue's handle for an order: 32 hex characters, the first 4 the engine's (RELIABILITY §3.2).
 * `leg` counts what is meant to be a new order for the same decision; a re-send keeps its leg.
 */
export function clientOrderId(
  engine: EngineId,
  decision: { signalId: string; purpose: 'entry' | 'exit' | 'protection'; leg: number },
): string {
  const { signalId, purpose, leg } = decision;
  return engine + digest(engine, signalId, purpose, String(leg)).slice(4);
}

/** Whose order carries `clientOrderId`, as far as the id itself says. */
export type Maker = 'this engine' | 'another engine' | 'a person';

export function makerOf(engine: EngineId, clientOrderId: string): Maker {
  if (!/^[0-9a-f]{32}$/.test(clientOrderId)) return 'a person';
  return clientOrderId.startsWith(engine) ? 'this engine' : 'another engine';
}
