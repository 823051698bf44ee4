// The price of now by another way than the streams: the second word on a price that cannot be believed.
import type { Exchange } from 'ccxt';
import type { Millis } from '../domain/time.ts';
import { type After, withDeadline } from '../exchange/deadline.ts';
import { numberOf } from './row.ts';

const deadlineMs: Millis = 5000;

/** The last traded price of a pair; NaN where the venue tells none. Throws what the client throws. */
export async function fetchLastPrice(
  client: Exchange,
  pair: string,
  after: After,
): Promise<number> {
  const asked = client.fetchTicker(pair);
  const ticker = await withDeadline(asked, deadlineMs, `the price of ${pair}`, after);
  return numberOf(ticker.last);
}
