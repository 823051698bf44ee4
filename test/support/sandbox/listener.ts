// A socket to the sandbox that keeps every frame it is sent, in order.
import { WebSocket } from 'ws';
import { z } from 'zod';
import { queryOf, signatureOf } from './client.ts';
import { keys } from './stand.ts';

const frame = z.record(z.string(), z.unknown());
export type Frame = z.infer<typeof frame>;

export class Listener {
  readonly frames: Frame[] = [];
  readonly #socket: WebSocket;
  readonly #waiting = new Set<() => void>();
  #asked = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      this.frames.push(frame.parse(JSON.parse(String(data))));
      for (const look of this.#waiting) look();
    });
  }

  /** Listens on a path of the sandbox at `port`. */
  static async open(port: number, path: string): Promise<Listener> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
    const listener = new Listener(socket);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return listener;
  }

  /** Listens to the account's own events. */
  static async toAccount(port: number): Promise<Listener> {
    const listener = await Listener.open(port, '/ws-api/v3');
    const { status } = await listener.signed('userDataStream.subscribe.signature');
    if (status !== 200) throw new Error(`expected a subscription, was refused with ${status}`);
    return listener;
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  /** The first frame that fits, whether it came or is to come. */
  async first(fits: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      const found = this.frames.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#waiting.delete(look);
          resolve();
        };
        this.#waiting.add(look);
      });
    }
  }

  /** The answer to a request. */
  ask(method: string, params: unknown): Promise<Frame> {
    this.#asked += 1;
    const id = this.#asked;
    this.send(JSON.stringify({ id, method, params }));
    return this.first((answer) => answer['id'] === id);
  }

  /** The answer to a signed request of the websocket interface. */
  signed(method: string, parameters: Readonly<Record<string, string>> = {}): Promise<Frame> {
    const all = { apiKey: keys.key, timestamp: Date.now(), ...parameters };
    const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
    return this.ask(method, { ...sorted, signature: signatureOf(queryOf(sorted)) });
  }

  /** The events about the account so far, without their subscription. */
  events(): readonly Frame[] {
    return this.frames.flatMap(({ event }) => (event === undefined ? [] : [frame.parse(event)]));
  }

  close(): void {
    this.#socket.terminate();
  }
}
