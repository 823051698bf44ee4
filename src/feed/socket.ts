// The client's websockets, where its own interface has no word for it: cutting one that went silent,
// and closing without waiting for a peer that no longer answers.
import type { Exchange } from 'ccxt';
import { type After, withDeadline } from '../exchange/deadline.ts';

const closeMs = 2000;

/** Cuts every connection of the client; its pending watches reject within milliseconds. */
export function cutSockets(client: Exchange): void {
  for (const socket of Object.values(client.clients)) socket.connection?.terminate();
}

/** Ends the client. A frozen peer would hold a proper goodbye for half a minute: it is cut first. */
export async function closeClient(client: Exchange, after: After): Promise<void> {
  const closing = client.close();
  cutSockets(client);
  // Nothing is left to be saved: a goodbye that fails or hangs is over as well.
  await withDeadline(closing, closeMs, 'the end of a connection', after).catch(() => {});
}
