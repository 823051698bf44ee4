// Secrets that nothing else looks like, ways for a venue to fail that repeat them, and a look for them.
import { expect } from 'vitest';
import type { RequestFault } from '../../src/sandbox/fault-plan.ts';

export const canaries = {
  key: 'CanaryKey7f3a9c2b4d5e6f708192a3b4c5d6e7f8',
  secret: 'CanarySecret1b2c3d4e5f60718293a4b5c6d7e8f9a0',
};

const signed = 'timestamp=1&recvWindow=5000&signature=00c0ffee00c0ffee';
/** As a proxy repeats a request it did not like. */
const echo = `X-MBX-APIKEY: ${canaries.key} ${canaries.secret} /api/v3/x?${signed}`;

const coded = (status: number, code: number, headers = {}): RequestFault => ({
  ...{ kind: 'answer', carriedOut: false, status, headers },
  body: JSON.stringify({ code, msg: `no: ${echo}`, key: canaries.key }),
});
const page = (status: number): RequestFault => ({
  ...{ kind: 'answer', carriedOut: false, status },
  body: `<html><body>${echo}</body></html>`,
});

const codes = [
  ...[-1000, -1001, -1006, -1007, -1010, -1013, -1014, -1016, -1020, -1021, -1022, -1100, -1101],
  ...[-1102, -1103, -1104, -1111, -1112, -1121, -1125, -2008, -2010, -2011, -2013, -2014, -2015],
];

/** Limits come last: who hears them keeps silent for a while. */
export const failures: readonly RequestFault[] = [
  ...codes.map((code) => coded(400, code)),
  ...[401, 403, 404, 409, 451, 500, 502, 503, 504, 520].map(page),
  coded(503, -1007),
  { kind: 'answer', carriedOut: false, status: 200, body: '{}' },
  { kind: 'answer', carriedOut: false, status: 200, body: '' },
  { kind: 'answer', carriedOut: false, status: 200, body: echo },
  ...(['drop', 'reset', 'truncated', 'cut'] as const).flatMap((kind) => [
    { kind, carriedOut: false },
    { kind, carriedOut: true },
  ]),
  coded(429, -1003, { 'retry-after': '1' }),
];

/** Throws where `text` holds a secret, or the value of a signature. */
export function expectNone(text: string): void {
  for (const pattern of [canaries.key, canaries.secret, /signature=(?!\[secret\])/]) {
    const found = text.search(pattern);
    expect(found < 0 ? '' : text.slice(Math.max(0, found - 200), found + 80)).toBe('');
  }
}
