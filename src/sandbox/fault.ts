// A plan at work: the doors and lanes it stands in, and what it has the exchange do. Without a plan
// everything is plain.
import { Delays } from './delay.ts';
import { disturb } from './disturbance.ts';
import { type Door, plainDoor } from './door.ts';
import type { Exchange } from './exchange.ts';
import {
  type FaultPlan,
  isOnExchange,
  isOnOrders,
  isOnRequests,
  isOnStream,
  type StreamName,
  type StreamRule,
} from './fault-plan.ts';
import { TurnOrder } from './fault-turn.ts';
import { faultyDoor } from './faulty-door.ts';
import { FaultyLane } from './faulty-lane.ts';
import { type Lane, plainLane } from './lane.ts';

export interface Faults {
  readonly door: Door;
  readonly lanes: Readonly<Record<StreamName, Lane>>;
  /** In how many pieces the next order is filled. */
  pieces(): number;
  /** The exchange is open: what is planned for a time is done at that time. */
  begin(exchange: Exchange): void;
  end(): void;
}

const noFaults: Faults = {
  door: plainDoor,
  lanes: { 'market-stream': plainLane, 'user-stream': plainLane },
  pieces: () => 1,
  begin() {},
  end() {},
};

/** How each stream refuses a subscription. */
const refusals: Readonly<Record<StreamName, (id: unknown) => object>> = {
  'market-stream': (id) => ({ error: { code: 2, msg: 'Invalid request: refused' }, id }),
  'user-stream': (id) => ({
    id,
    status: 400,
    error: { code: -1000, msg: 'An unknown error occurred while processing the request.' },
    rateLimits: [],
  }),
};

/** `plan` at work from now on; each fault is told in a line. */
export function createFaults(plan: FaultPlan | undefined, log: (line: string) => void): Faults {
  if (plan === undefined) return noFaults;
  const { rules, seed } = plan;
  const delays = new Delays();
  const openedAt = performance.now();
  const sinceMs = (): number => performance.now() - openedAt;
  const streamRules = rules.filter(isOnStream);
  const laneOf = (name: StreamName): FaultyLane => {
    const own = streamRules.filter(({ on }) => on === name);
    const turns = new TurnOrder(own, seed, sinceMs);
    return new FaultyLane({ name, turns, delays, refusal: refusals[name], log });
  };
  const lanes = {
    'market-stream': laneOf('market-stream'),
    'user-stream': laneOf('user-stream'),
  };
  const requests = new TurnOrder(rules.filter(isOnRequests), seed, sinceMs);
  const orders = new TurnOrder(rules.filter(isOnOrders), seed, sinceMs);
  return {
    lanes,
    door: faultyDoor(requests, delays, log),
    pieces() {
      const pieces = orders.next()?.pieces ?? 1;
      if (pieces > 1) log(`fault: an order is filled in ${pieces} pieces`);
      return pieces;
    },
    begin(exchange) {
      disturb(exchange, rules.filter(isOnExchange), delays, log);
      for (const { on, when } of streamRules.filter(strikes)) {
        delays.after(when.afterMs ?? 0, () => lanes[on].strike());
      }
    },
    end: () => delays.clear(),
  };
}

/** A rule about sockets that names a time does not wait for a frame. */
const strikes = ({ when, do: { kind } }: StreamRule): boolean =>
  when.afterMs !== undefined && (kind === 'close' || kind === 'half-open');
