// What can go wrong between the engine and its store, as one thrown class: whoever catches it learns
// whether trying again can help, and keeps the cause.

/** Why the store failed, and whether trying again can help: space returns, a lock is let go. */
const RETRYABLE = {
  'disk-full': true,
  busy: true,
  io: true,
  late: true,
  overloaded: true,
  moved: true,
  'read-only': false,
  'cannot-open': false,
  corrupt: false,
  constraint: false,
  'newer-store': false,
  'other-store': false,
  'held-by-another': false,
  'not-finite': false,
  'too-large': false,
  closed: false,
  'bad-url': false,
  exists: false,
  unexpected: false,
} as const;

export type StoreFaultCode = keyof typeof RETRYABLE;

export class StoreFault extends Error {
  override readonly name = 'StoreFault';
  readonly code: StoreFaultCode;
  readonly retryable: boolean;

  constructor(code: StoreFaultCode, message: string, options?: { cause: unknown }) {
    super(message, options);
    this.code = code;
    this.retryable = RETRYABLE[code];
  }
}

/** Result codes of SQLite by their beginning; the first that fits names the fault. */
const bySqliteCode: readonly (readonly [string, StoreFaultCode])[] = [
  ['SQLITE_FULL', 'disk-full'],
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  ['SQLITE_READONLY', 'read-only'],
  ['SQLITE_IOERR', 'io'],
  ['SQLITE_CORRUPT', 'corrupt'],
  ['SQLITE_NOTADB', 'corrupt'],
  ['SQLITE_CONSTRAINT', 'constraint'],
  ['SQLITE_CANTOPEN', 'cannot-open'],
];

/** Any error of the store as a `StoreFault`; `doing` says what was tried. */
export function storeFault(error: unknown, doing: string): StoreFault {
  if (error instanceof StoreFault) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const named = bySqliteCode.find(([start]) => code.startsWith(start))?.[1];
  const opening = message.startsWith('ConnectionFailed') ? 'cannot-open' : 'unexpected';
  return new StoreFault(named ?? opening, `${doing}: ${message}`, { cause: error });
}
