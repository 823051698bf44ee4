// What goes wrong at a venue, as one class: adapters throw it, the engine turns it into an event.

export class VenueFault extends Error {
  override readonly name = 'VenueFault';
  /** Whether trying again later can help. */
  readonly retryable: boolean;

  constructor(message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.retryable = options.retryable;
  }
}

/** Words of any thrown value; exceptions that are not errors happen too. */
export const wordsOf = (error: unknown): string =>
  error instanceof Error ? `${error.constructor.name}: ${error.message}` : String(error);
