// Frames to one client. What it does not read is kept for it only so far: an exchange drops a client
// that does not keep up, and its other clients notice nothing.
import type { WebSocket } from 'ws';

const unreadBytesMax = 16 * 1024 * 1024;

export function deliver(socket: WebSocket, text: string): void {
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > unreadBytesMax) socket.terminate();
  else socket.send(text);
}
