// Who asks, and whether the request is theirs and still valid: HMAC-SHA256 and recvWindow, on wall
// time (market time runs faster here, and signatures are about the wall).
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Parameters } from './parameter.ts';
import { refusals } from './refusal.ts';

export interface KeyPair {
  readonly key: string;
  readonly secret: string;
}

const recvWindowMs = { preset: 5000, max: 60_000 };
const aheadMsMax = 1000;

export function checkKey(given: string | undefined, { key }: KeyPair): void {
  if (given === undefined || given === '') throw refusals.noKey();
  if (given !== key) throw refusals.wrongKey();
}

/** `payload`: the raw text that was signed. Throws `VenueRefusal`. */
export function checkSignature(
  payload: string,
  signature: string | undefined,
  pair: KeyPair,
): void {
  if (signature === undefined) throw refusals.missing('signature');
  const expected = createHmac('sha256', pair.secret).update(payload).digest();
  const given = Buffer.from(signature, 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw refusals.signature();
  }
}

/** Refuses a request from too long ago or from the future; `now` is the server's wall time. */
export function checkTime(parameters: Parameters, now: number): void {
  const sent = parameters.get('timestamp');
  if (sent === undefined || !/^\d{1,15}$/.test(sent)) throw refusals.missing('timestamp');
  const window = parameters.get('recvWindow') ?? String(recvWindowMs.preset);
  const range = '^[0-9]{1,5}(\\.[0-9]{1,3})?$';
  if (!new RegExp(range).test(window)) throw refusals.illegal('recvWindow', range);
  if (Number(window) > recvWindowMs.max) throw refusals.windowTooLong();
  const timestamp = Number(sent);
  if (timestamp >= now + aheadMsMax) throw refusals.ahead();
  if (now - timestamp > Number(window)) throw refusals.stale();
}
