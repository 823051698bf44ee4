// The exchange's routes over HTTP. Wall time for signatures and limits, market time for events.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { accountRoutes } from './account-route.ts';
import type { Exchange } from './exchange.ts';
import { marketRoutes } from './market-route.ts';
import { parametersOf } from './parameter.ts';
import type { RateBudget } from './rate.ts';
import { refusals, VenueRefusal } from './refusal.ts';
import type { Routes } from './route.ts';
import { checkKey, checkSignature, checkTime, type KeyPair } from './signature.ts';

export const routes: Routes = { ...marketRoutes, ...accountRoutes };

const bodyBytesMax = 64 * 1024;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > bodyBytesMax) throw refusals.bodyTooLong();
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The raw text that was signed: query and body together, before `&signature=`. */
function signedText(
  query: string,
  body: string,
): { payload: string; signature: string | undefined } {
  const whole = query + body;
  const at = whole.lastIndexOf('signature=');
  if (at < 0) return { payload: whole, signature: undefined };
  return { payload: whole.slice(0, Math.max(0, at - 1)), signature: whole.slice(at + 10) };
}

async function answer(
  exchange: Exchange,
  pair: KeyPair,
  budget: RateBudget,
  request: IncomingMessage,
): Promise<unknown> {
  // By hand: a path of two slashes would be read as a host.
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const name = `${request.method} ${path}`;
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (route === undefined) throw refusals.unknownRoute();
  const now = Date.now();
  budget.spend(route.weight, now);
  const body = await bodyOf(request);
  const parameters = parametersOf(query, body);
  if (route.isSigned) {
    const { payload, signature } = signedText(query, body);
    const key = request.headers['x-mbx-apikey'];
    checkKey(typeof key === 'string' ? key : undefined, pair);
    checkSignature(payload, signature, pair);
    checkTime(parameters, now);
  }
  if (route.isOrder) budget.spendOrder(now);
  return route.answer(exchange, parameters);
}

/** An HTTP server over the exchange; not yet listening. */
export function restServer(exchange: Exchange, pair: KeyPair, budget: RateBudget): Server {
  const send = (response: ServerResponse, status: number, value: unknown): void => {
    if (response.destroyed) return;
    response.writeHead(status, {
      'content-type': 'application/json;charset=UTF-8',
      ...budget.headers(Date.now(), status === 429),
    });
    response.end(JSON.stringify(value));
  };
  return createServer((request, response) => {
    answer(exchange, pair, budget, request).then(
      (value) => send(response, 200, value),
      (error: unknown) => {
        const refusal = error instanceof VenueRefusal ? error : refusals.trouble(error);
        send(response, refusal.status, { code: refusal.code, msg: refusal.message });
      },
    );
  });
}
