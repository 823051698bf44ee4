// The errors this exchange answers with: Binance's code, message and HTTP status in one thrown value.

export class VenueRefusal extends Error {
  readonly code: number;
  readonly status: number;

  constructor(code: number, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export const missing = (name: string): VenueRefusal =>
  new VenueRefusal(
    -1102,
    `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`,
  );

export const filterFailure = (name: string): VenueRefusal =>
  new VenueRefusal(-1013, `Filter failure: ${name}`);
