// The venue's own refusals: Binance's codes and words, so that a client's error tables apply.

export class VenueRefusal extends Error {
  readonly code: number;
  readonly status: number;

  constructor(code: number, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

const refuse =
  (code: number, message: string, status?: number): (() => VenueRefusal) =>
  () =>
    new VenueRefusal(code, message, status);

export const refusals = {
  unknownRoute: refuse(-1000, 'Path not found.', 404),
  unknownMethod: refuse(-1000, 'Unknown method.', 400),
  /** What the exchange itself failed at: the asker knows nothing of the outcome. */
  trouble: (reason: unknown) =>
    new VenueRefusal(
      -1000,
      `An unknown error occurred while processing the request: ${reason instanceof Error ? reason.message : String(reason)}`,
      500,
    ),
  bodyTooLong: refuse(-1106, "Parameter 'body' is longer than any request is.", 413),
  tooMuchWeight: (limit: number) =>
    new VenueRefusal(
      -1003,
      `Too much request weight used; current limit is ${limit} request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.`,
      429,
    ),
  tooManyOrders: (limit: number) =>
    new VenueRefusal(
      -1015,
      `Too many new orders; current limit is ${limit} orders per 10 SECOND.`,
      429,
    ),
  closed: refuse(-1013, 'Market is closed.'),
  filter: (name: string) => new VenueRefusal(-1013, `Filter failure: ${name}`),
  unsupported: (what: string) => new VenueRefusal(-2010, `${what} not supported for this symbol.`),
  stale: refuse(-1021, 'Timestamp for this request is outside of the recvWindow.'),
  ahead: refuse(-1021, "Timestamp for this request was 1000ms ahead of the server's time."),
  signature: refuse(-1022, 'Signature for this request is not valid.'),
  illegal: (name: string, range: string) =>
    new VenueRefusal(
      -1100,
      `Illegal characters found in parameter '${name}'; legal range is '${range}'.`,
    ),
  doubled: refuse(-1101, 'Duplicate values for a parameter detected.'),
  missing: (name: string) =>
    new VenueRefusal(
      -1102,
      `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`,
    ),
  unread: (read: number, sent: number) =>
    new VenueRefusal(
      -1104,
      `Not all sent parameters were read; read '${read}' parameter(s) but was sent '${sent}'.`,
    ),
  unneeded: (name: string) =>
    new VenueRefusal(-1106, `Parameter '${name}' sent when not required.`),
  precision: (name: string) =>
    new VenueRefusal(-1111, `Parameter '${name}' has too much precision.`),
  timeInForce: refuse(-1115, 'Invalid timeInForce.'),
  orderType: refuse(-1116, 'Invalid orderType.'),
  side: refuse(-1117, 'Invalid side.'),
  interval: refuse(-1120, 'Invalid interval.'),
  symbol: refuse(-1121, 'Invalid symbol.'),
  badCombination: refuse(-1128, 'Combination of optional parameters invalid.'),
  invalid: (name: string) =>
    new VenueRefusal(-1130, `Data sent for parameter '${name}' is not valid.`),
  windowTooLong: refuse(-1131, 'recvWindow must be less than 60000.'),
  json: refuse(-1135, 'Invalid JSON Request'),
  balance: refuse(-2010, 'Account has insufficient balance for requested action.'),
  duplicate: refuse(-2010, 'Duplicate order sent.'),
  wouldMatch: refuse(-2010, 'Order would immediately match and take.'),
  wouldTrigger: refuse(-2010, 'Order would trigger immediately.'),
  thinBook: refuse(-2010, 'Order book liquidity is less than symbol minimum quantity.'),
  unknownCancel: refuse(-2011, 'Unknown order sent.'),
  unknownOrder: refuse(-2013, 'Order does not exist.'),
  noKey: refuse(-2014, 'API-key format invalid.', 401),
  wrongKey: refuse(-2015, 'Invalid API-key, IP, or permissions for action.', 401),
  isSubscribed: refuse(-2035, 'User Data Stream subscription already active.'),
  isNotSubscribed: refuse(-2036, 'User Data Stream subscription not active.'),
} as const;
