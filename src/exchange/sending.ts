// A socket may die while a message is being sent on it. The client drops the promise of that sending, and a
// rejection that nobody handles would end the process; that the socket died is heard of in its own way.
import type { Exchange } from 'ccxt';

/** Lets no sending of the client's websockets reject unheard. */
export function hearSendings(client: Exchange): void {
  const open = client.client.bind(client);
  const guarded = new WeakSet<object>();
  client.client = (url) => {
    const socket = open(url);
    if (guarded.has(socket)) return socket;
    guarded.add(socket);
    const send = socket.send.bind(socket);
    socket.send = (message) => {
      const sent = send(message);
      sent.catch(() => {});
      return sent;
    };
    return socket;
  };
}
