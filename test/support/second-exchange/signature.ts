// Who may ask: the key, the HMAC-SHA256 signature and the request window of Binance's signed calls.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { missing, VenueRefusal } from './refusal.ts';

export interface Credentials {
  readonly key: string;
  readonly secret: string;
}

const recvWindowMsDefault = 5_000;
const recvWindowMsMax = 60_000;
const aheadMsMax = 1_000;

function requireSignature(secret: string, payload: string, signature: string): void {
  const expected = Buffer.from(createHmac('sha256', secret).update(payload).digest('hex'));
  const actual = Buffer.from(signature.toLowerCase());
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) {
    throw new VenueRefusal(-1022, 'Signature for this request is not valid.');
  }
}

function requireWindow(timestampText: string | null, windowText: string | null, now: number): void {
  const timestamp = Number(timestampText);
  if (timestampText === null || !Number.isInteger(timestamp)) throw missing('timestamp');
  const windowMs = windowText === null ? recvWindowMsDefault : Number(windowText);
  if (!(windowMs <= recvWindowMsMax)) {
    throw new VenueRefusal(-1131, 'recvWindow must be less than 60000');
  }
  if (!(timestamp < now + aheadMsMax)) {
    const message = "Timestamp for this request was 1000ms ahead of the server's time.";
    throw new VenueRefusal(-1021, message);
  }
  if (!(now - timestamp <= windowMs)) {
    throw new VenueRefusal(-1021, 'Timestamp for this request is outside of the recvWindow.');
  }
}

export function requireKey(credentials: Credentials, key: string | undefined): void {
  if (key === undefined || key === '')
    throw new VenueRefusal(-2014, 'API-key format invalid.', 401);
  if (key !== credentials.key) {
    throw new VenueRefusal(-2015, 'Invalid API-key, IP, or permissions for action.', 401);
  }
}

/** Checks a signed REST request: the payload is the raw query followed by the raw body. */
export function requireSignedRest(
  credentials: Credentials,
  request: { readonly query: string; readonly body: string; readonly parameters: URLSearchParams },
  now: number,
): void {
  const signature = request.parameters.get('signature');
  if (signature === null) throw missing('signature');
  const unsigned = (raw: string): string => raw.replace(/(^|&)signature=[^&]*/, '');
  requireSignature(credentials.secret, unsigned(request.query) + unsigned(request.body), signature);
  requireWindow(request.parameters.get('timestamp'), request.parameters.get('recvWindow'), now);
}

/** Checks signed WebSocket parameters: sorted by name, joined as a query, the signature left out. */
export function requireSignedSocket(
  credentials: Credentials,
  parameters: ReadonlyMap<string, string>,
  now: number,
): void {
  requireKey(credentials, parameters.get('apiKey'));
  const payload = [...parameters]
    .filter(([name]) => name !== 'signature')
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  requireSignature(credentials.secret, payload, parameters.get('signature') ?? '');
  requireWindow(parameters.get('timestamp') ?? null, parameters.get('recvWindow') ?? null, now);
}
