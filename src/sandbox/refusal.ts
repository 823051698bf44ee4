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

export const refusals = {
  unknownRoute: () => new VenueRefusal(-1000, 'Path not found.', 404),
  missing: (name: string) =>
    new VenueRefusal(
      -1102,
      `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`,
    ),
  illegal: (name: string) =>
    new VenueRefusal(-1100, `Illegal characters found in parameter '${name}'.`),
  precision: () => new VenueRefusal(-1111, 'Parameter has too much precision for this asset.'),
  interval: () => new VenueRefusal(-1120, 'Invalid interval.'),
  symbol: () => new VenueRefusal(-1121, 'Invalid symbol.'),
  orderType: () => new VenueRefusal(-1116, 'Invalid orderType.'),
  side: () => new VenueRefusal(-1117, 'Invalid side.'),
  timeInForce: () => new VenueRefusal(-1115, 'Invalid timeInForce.'),
  stale: () => new VenueRefusal(-1021, 'Timestamp for this request is outside of the recvWindow.'),
  ahead: () =>
    new VenueRefusal(-1021, "Timestamp for this request was 1000ms ahead of the server's time."),
  signature: () => new VenueRefusal(-1022, 'Signature for this request is not valid.'),
  noKey: () => new VenueRefusal(-2014, 'API-key format invalid.', 401),
  wrongKey: () => new VenueRefusal(-2015, 'Invalid API-key, IP, or permissions for action.', 401),
  filter: (name: string) => new VenueRefusal(-1013, `Filter failure: ${name}`),
  balance: () => new VenueRefusal(-2010, 'Account has insufficient balance for requested action.'),
  duplicate: () => new VenueRefusal(-2010, 'Duplicate order sent.'),
  wouldMatch: () => new VenueRefusal(-2010, 'Order would immediately match and take.'),
  unknownCancel: () => new VenueRefusal(-2011, 'Unknown order sent.'),
  unknownOrder: () => new VenueRefusal(-2013, 'Order does not exist.'),
} as const;
