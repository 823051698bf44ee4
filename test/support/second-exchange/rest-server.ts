// HTTP in and out: reads the request, checks key and signature where the route asks for them, answers.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { VenueRefusal } from './refusal.ts';
import { signedRoutes } from './rest-account.ts';
import { publicRoutes } from './rest-market.ts';
import { type Credentials, requireKey, requireSignedRest } from './signature.ts';
import type { Venue } from './venue.ts';

export interface ServedRefusal {
  readonly route: string;
  readonly code: number;
  readonly message: string;
}

export interface RestOptions {
  readonly credentials: Credentials;
  /** How long the answer to an order lags behind its reports, in ms. */
  readonly orderAnswerDelayMs: number;
  readonly onRefusal: (refusal: ServedRefusal) => void;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

function merged(query: string, body: string): URLSearchParams {
  const parameters = new URLSearchParams([query, body].filter((part) => part !== '').join('&'));
  if (new Set(parameters.keys()).size < [...parameters.keys()].length) {
    throw new VenueRefusal(-1101, 'Duplicate values for a parameter detected.');
  }
  return parameters;
}

function send(response: ServerResponse, status: number, answer: object): void {
  response.writeHead(status, {
    'content-type': 'application/json;charset=UTF-8',
    'x-mbx-used-weight-1m': '7',
  });
  response.end(JSON.stringify(answer));
}

function answer(
  venue: Venue,
  options: RestOptions,
  route: string,
  request: { key: string | undefined; query: string; body: string },
): object {
  const parameters = merged(request.query, request.body);
  const open = publicRoutes.get(route);
  if (open !== undefined) return open(venue, parameters);
  const signed = signedRoutes.get(route);
  if (signed === undefined) throw new VenueRefusal(-1000, `No such route: ${route}`, 404);
  requireKey(options.credentials, request.key);
  requireSignedRest(options.credentials, { ...request, parameters }, Date.now());
  return signed(venue, parameters);
}

async function serve(
  venue: Venue,
  options: RestOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const route = `${request.method} ${url.pathname}`;
  const key = request.headers['x-mbx-apikey'];
  try {
    const body = await bodyOf(request);
    const details = { key: String(key ?? ''), query: url.search.slice(1), body };
    const result = answer(venue, options, route, details);
    const delayMs = route === 'POST /api/v3/order' ? options.orderAnswerDelayMs : 0;
    if (delayMs === 0) send(response, 200, result);
    else setTimeout(() => send(response, 200, result), delayMs);
  } catch (cause) {
    if (!(cause instanceof VenueRefusal)) throw cause;
    options.onRefusal({ route, code: cause.code, message: cause.message });
    send(response, cause.status, { code: cause.code, msg: cause.message });
  }
}

export function restListener(venue: Venue, options: RestOptions): RequestListener {
  return (request, response) => {
    serve(venue, options, request, response).catch((fault: unknown) => {
      send(response, 500, { code: -1000, msg: `An unknown error occurred: ${String(fault)}` });
    });
  };
}
