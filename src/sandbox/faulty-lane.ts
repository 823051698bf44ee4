// A lane that does to frames and sockets what a plan says: they come twice, late, broken, out of order or
// not at all, and sockets die openly or without a word.
import type { WebSocket } from 'ws';
import type { Delays } from './delay.ts';
import type { StreamFault } from './fault-plan.ts';
import type { TurnOrder } from './fault-turn.ts';
import type { Lane } from './lane.ts';
import { deliver } from './socket.ts';

export interface LaneOptions {
  /** As the log calls it. */
  readonly name: string;
  readonly turns: TurnOrder<StreamFault>;
  readonly delays: Delays;
  /** The answer to a subscription that is refused; `id` of its request. */
  refusal(id: unknown): object;
  log(line: string): void;
}

const isSubscribing = (text: string): boolean => /"SUBSCRIBE"|userDataStream\.subscribe/.test(text);

const lineMs = 1000;
const holdMsMax = 1000;

/** What is done to a socket rather than to a frame. */
const isOnSocket = ({ kind }: StreamFault): boolean => kind === 'close' || kind === 'half-open';

export class FaultyLane implements Lane {
  readonly #options: LaneOptions;
  readonly #sockets = new Set<WebSocket>();
  /** Frames that wait for the next one to go first. */
  readonly #held = new Map<WebSocket, string>();
  /** When each kind was told last, and how many were not told since. */
  readonly #told = new Map<StreamFault['kind'], { readonly at: number; untold: number }>();

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  send(socket: WebSocket, text: string): void {
    this.#meet(socket);
    if (socket.isPaused) return;
    const fault = this.#options.turns.next((rule) => rule.do.kind !== 'refuse');
    const before = this.#held.get(socket);
    this.#held.delete(socket);
    if (fault === undefined) {
      deliver(socket, text);
    } else {
      this.#tell(fault);
      this.#befall(socket, text, fault);
    }
    if (before !== undefined) deliver(socket, before);
  }

  ask(socket: WebSocket, text: string, answer: (text: string) => string): void {
    const { name, turns, refusal, log } = this.#options;
    this.#meet(socket);
    if (socket.isPaused) return;
    const fault = isSubscribing(text) ? turns.next((rule) => rule.do.kind === 'refuse') : undefined;
    if (fault === undefined) {
      deliver(socket, answer(text));
      return;
    }
    log(`fault: ${name}: refused a subscription`);
    deliver(socket, JSON.stringify(refusal(idOf(text))));
  }

  /** What is done to sockets is done to those that are open, without waiting for a frame. */
  strike(): void {
    for (const socket of [...this.#sockets]) {
      if (socket.isPaused) continue;
      const fault = this.#options.turns.next((rule) => isOnSocket(rule.do));
      if (fault === undefined) continue;
      this.#tell(fault);
      kill(socket, fault);
    }
  }

  #meet(socket: WebSocket): void {
    if (this.#sockets.has(socket)) return;
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#held.delete(socket);
    });
  }

  /** A line a second for each kind: a stream is made of very many frames. */
  #tell({ kind }: StreamFault): void {
    const now = performance.now();
    const told = this.#told.get(kind);
    if (told !== undefined && now - told.at < lineMs) {
      told.untold += 1;
      return;
    }
    const more = told === undefined || told.untold === 0 ? '' : `, ${told.untold} more before`;
    this.#told.set(kind, { at: now, untold: 0 });
    this.#options.log(`fault: ${this.#options.name}: ${kind}${more}`);
  }

  /** Until the next frame has gone; where none comes, not for ever. */
  #hold(socket: WebSocket, text: string): void {
    this.#held.set(socket, text);
    this.#options.delays.after(holdMsMax, () => {
      if (this.#held.get(socket) !== text) return;
      this.#held.delete(socket);
      deliver(socket, text);
    });
  }

  #befall(socket: WebSocket, text: string, fault: StreamFault): void {
    switch (fault.kind) {
      case 'duplicate':
        deliver(socket, text);
        deliver(socket, text);
        return;
      case 'swap':
        this.#hold(socket, text);
        return;
      case 'delay':
        this.#options.delays.after(fault.ms, () => deliver(socket, text));
        return;
      case 'malformed':
        deliver(socket, text.slice(0, Math.ceil(text.length / 2)));
        return;
      case 'close':
      case 'half-open':
        kill(socket, fault);
        return;
      default:
        // Silent: not at all.
        return;
    }
  }
}

function kill(socket: WebSocket, fault: StreamFault): void {
  // Paused, a socket reads nothing more: neither requests nor pings nor its own closing.
  if (fault.kind === 'half-open') socket.pause();
  else if (fault.kind === 'close' && fault.code !== undefined) socket.close(fault.code);
  else socket.terminate();
}

function idOf(text: string): unknown {
  try {
    return Object(JSON.parse(text)).id ?? null;
  } catch {
    return null;
  }
}
