// A signed REST client of its own, a page long, so that the audit depends on no library the engine uses.
import { createHmac } from 'node:crypto';

export interface VenueAccess {
  readonly rest: string;
  readonly key: string;
  readonly secret: string;
  /** Rows asked for at a time; the venue's own maximum unless told. */
  readonly pageSize?: number;
}

export class VenueAnswerError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const recvWindowMs = 60_000;
const attemptsMax = 5;

/** Asks for a signed GET; waits and asks again where the venue says it was asked too often. */
export async function ask(
  access: VenueAccess,
  path: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    const window = { recvWindow: String(recvWindowMs), timestamp: String(Date.now()) };
    const query = new URLSearchParams({ ...parameters, ...window }).toString();
    const signature = createHmac('sha256', access.secret).update(query).digest('hex');
    const address = `${access.rest}${path}?${query}&signature=${signature}`;
    const response = await fetch(address, { headers: { 'X-MBX-APIKEY': access.key } });
    if (response.ok) return response.json();
    const message = `${path}: ${response.status} ${await response.text()}`;
    if (response.status !== 429 || attempt === attemptsMax) {
      throw new VenueAnswerError(response.status, message);
    }
    const waitMs = 1_000 * Number(response.headers.get('retry-after') ?? '1');
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/** Asks for an answer that needs no signature; some venues refuse parameters they do not read. */
export async function askOpenly(access: VenueAccess, path: string): Promise<unknown> {
  const response = await fetch(`${access.rest}${path}`);
  if (!response.ok) throw new VenueAnswerError(response.status, `${path}: ${response.status}`);
  return response.json();
}
