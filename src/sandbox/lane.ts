// Between the frames of a stream and its sockets. The plain lane delivers what it is given; another may
// do something else (faulty-lane.ts).
import type { WebSocket } from 'ws';
import { deliver } from './socket.ts';

export interface Lane {
  /** Sends an event to somebody who subscribed to it. */
  send(socket: WebSocket, text: string): void;
  /** Has a request of the socket answered by `answer`. */
  ask(socket: WebSocket, text: string, answer: (text: string) => string): void;
}

export const plainLane: Lane = {
  send: deliver,
  ask: (socket, text, answer) => deliver(socket, answer(text)),
};
