// The exchange's routes over HTTP. Wall time for signatures and limits, market time for events.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { accountRoutes } from './account-route.ts';
import { type Door, give, type Reply } from './door.ts';
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

interface Request {
  readonly name: string;
  readonly query: string;
  readonly body: string;
  readonly key: string | undefined;
}

/** What is asked, its way and its key. By hand: a path of two slashes would be read as a host. */
function requestOf(message: IncomingMessage, body: string): Request {
  const [path = '/', query = ''] = (message.url ?? '/').split(/\?(.*)/s);
  const key = message.headers['x-mbx-apikey'];
  const name = `${message.method} ${path}`;
  return { name, query, body, key: typeof key === 'string' ? key : undefined };
}

/** `cameAt`: wall time at which the request is held to have come. Throws `VenueRefusal`. */
function answer(
  exchange: Exchange,
  pair: KeyPair,
  budget: RateBudget,
  { name, query, body, key }: Request,
  cameAt: number,
): unknown {
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (route === undefined) throw refusals.unknownRoute();
  const now = Date.now();
  budget.spend(route.weight, now);
  const parameters = parametersOf(query, body);
  if (route.isSigned) {
    const { payload, signature } = signedText(query, body);
    checkKey(key, pair);
    checkSignature(payload, signature, pair);
    checkTime(parameters, cameAt);
  }
  if (route.isOrder) budget.spendOrder(now);
  return route.answer(exchange, parameters);
}

/** An HTTP server over the exchange, behind `door`; not yet listening. */
export function restServer(
  exchange: Exchange,
  pair: KeyPair,
  budget: RateBudget,
  door: Door,
): Server {
  const replyOf = (status: number, value: unknown): Reply => ({
    status,
    headers: {
      'content-type': 'application/json;charset=UTF-8',
      ...budget.headers(Date.now(), status === 429),
    },
    body: JSON.stringify(value),
  });
  const refused = (error: unknown): Reply => {
    const refusal = error instanceof VenueRefusal ? error : refusals.trouble(error);
    return replyOf(refusal.status, { code: refusal.code, msg: refusal.message });
  };
  return createServer((message, response) => {
    bodyOf(message).then(
      (body) => {
        const request = requestOf(message, body);
        const carryOut = (cameAt: number): Reply => {
          try {
            return replyOf(200, answer(exchange, pair, budget, request, cameAt));
          } catch (error) {
            return refused(error);
          }
        };
        door.serve({ name: request.name, response, carryOut });
      },
      (error: unknown) => give(response, refused(error)),
    );
  });
}
