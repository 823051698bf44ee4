// A door that does to requests what a plan says: they are lost on the way in, on the way out, delayed, or
// answered with something that is not the exchange's answer.
import type { ServerResponse } from 'node:http';
import type { Delays } from './delay.ts';
import { type Door, give, plainDoor, type Reply, type Visit } from './door.ts';
import type { RequestFault, RequestRule } from './fault-plan.ts';
import type { TurnOrder } from './fault-turn.ts';

/** What is cut in its middle where the exchange gave no answer of its own. */
const someReply: Reply = {
  status: 200,
  headers: { 'content-type': 'application/json;charset=UTF-8' },
  body: '{"symbol":"BTCUSDT","orderId":28,"clientOrderId":"',
};

export function faultyDoor(
  turns: TurnOrder<RequestFault>,
  delays: Delays,
  log: (line: string) => void,
): Door {
  return {
    serve(visit) {
      const fault = turns.next(({ on }) => isAbout(on, visit.name));
      if (fault === undefined) return plainDoor.serve(visit);
      log(`fault: ${visit.name}: ${wordsOf(fault)}`);
      befall(fault, visit, delays);
    },
  };
}

/** Whether a rule on `POST /api/v3/order` or `* /api/v3/*` is about a request. */
export function isAbout(on: RequestRule['on'] | string, name: string): boolean {
  const [method = '', path = ''] = on.split(' ');
  const [itsMethod, itsPath = ''] = name.split(' ');
  if (method !== '*' && method !== itsMethod) return false;
  return path.endsWith('*') ? itsPath.startsWith(path.slice(0, -1)) : itsPath === path;
}

function befall(fault: RequestFault, visit: Visit, delays: Delays): void {
  const { response } = visit;
  const cameAt = Date.now();
  if (fault.kind === 'late') {
    // Whoever asked may be gone by then: it is done all the same.
    delays.after(fault.ms, () => give(response, visit.carryOut(cameAt)));
    return;
  }
  if (fault.kind === 'delay') {
    const reply = visit.carryOut(cameAt);
    delays.after(fault.ms, () => give(response, reply));
    return;
  }
  const reply = fault.carriedOut ? visit.carryOut(cameAt) : someReply;
  spoil(fault, response, reply);
}

type Spoiling = Extract<RequestFault, { readonly carriedOut: boolean }>;

function spoil(fault: Spoiling, response: ServerResponse, reply: Reply): void {
  const half = reply.body.slice(0, Math.ceil(reply.body.length / 2));
  switch (fault.kind) {
    case 'hang':
      return;
    case 'drop':
      response.socket?.destroy();
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'truncated':
      give(response, { ...reply, body: half });
      return;
    case 'cut':
      response.writeHead(reply.status, {
        ...reply.headers,
        'content-length': String(Buffer.byteLength(reply.body)),
      });
      response.write(half, () => response.socket?.destroy());
      return;
    case 'answer': {
      const { status, body = '', headers = {} } = fault;
      const type = body.startsWith('<') ? 'text/html' : 'application/json;charset=UTF-8';
      give(response, { status, body, headers: { 'content-type': type, ...headers } });
      return;
    }
    default:
      fault satisfies never;
  }
}

function wordsOf(fault: RequestFault): string {
  switch (fault.kind) {
    case 'late':
      return `carried out ${fault.ms} ms late`;
    case 'delay':
      return `answered ${fault.ms} ms late`;
    default: {
      const what = fault.kind === 'answer' ? `answered with ${fault.status}` : fault.kind;
      return `${what}, ${fault.carriedOut ? 'carried out' : 'not carried out'}`;
    }
  }
}
