// A bug is asserted, never handled: whoever catches it latches the engine `reducing` and restarts.

export class Bug extends Error {
  override readonly name = 'Bug';
}

/** States what must hold. Throws `Bug` when it does not; a NaN or undefined condition does not hold. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Bug(message);
}

/** Closes an exhaustive switch: the compiler proves it unreachable, the assertion says so at run time. */
export function unreachable(value: never, what: string): never {
  throw new Bug(`expected a known ${what}, was ${JSON.stringify(value)}`);
}
