// Between the HTTP wire and the exchange: every request passes here with the way to carry it out. The
// plain door carries it out and answers; another may do something else (faulty-door.ts).
import type { ServerResponse } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Visit {
  /** Method and path. */
  readonly name: string;
  readonly response: ServerResponse;
  /** Does what is asked, as if it had come at wall time `cameAt`. Never throws: a refusal is a reply. */
  carryOut(cameAt: number): Reply;
}

export interface Door {
  serve(visit: Visit): void;
}

export const plainDoor: Door = {
  serve: ({ response, carryOut }) => give(response, carryOut(Date.now())),
};

/** Sends a reply, unless nobody waits for it any more. */
export function give(response: ServerResponse, { status, headers, body }: Reply): void {
  if (response.destroyed) return;
  response.writeHead(status, headers);
  response.end(body);
}
