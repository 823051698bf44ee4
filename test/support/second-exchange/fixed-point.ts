// Exact amounts with eight decimals, held as BigInt counts of 0.00000001, the precision every Binance
// spot asset has. Written here so that this exchange shares no arithmetic with the engine it tests.

export const one = 100_000_000n;

const plainDecimal = /^(\d+)(?:\.(\d+))?$/;

/** Reads a plain non-negative decimal; undefined when malformed or finer than eight decimals. */
export function readAmount(text: string): bigint | undefined {
  const [, whole, fraction = ''] = plainDecimal.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const significant = fraction.replace(/0+$/, '');
  if (significant.length > 8) return undefined;
  return BigInt(whole) * one + BigInt(significant.padEnd(8, '0'));
}

/** Reads an amount the caller wrote itself, so a malformed one is a mistake in the test. */
export function amount(text: string): bigint {
  const value = readAmount(text);
  if (value === undefined)
    throw new Error(`expected a decimal with at most 8 places, was "${text}"`);
  return value;
}

/** Writes an amount as Binance does: always eight decimals, trailing zeros kept. */
export function show(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(9, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -8)}.${digits.slice(-8)}`;
}

/** The product of two amounts, cut (not rounded) to eight decimals. */
export const product = (left: bigint, right: bigint): bigint => (left * right) / one;

/** The largest multiple of the step not above the value. */
export const floorTo = (value: bigint, step: bigint): bigint => value - (value % step);

/** Math.max and Math.min do not take BigInt. */
export const larger = (left: bigint, right: bigint): bigint => (left < right ? right : left);
export const smaller = (left: bigint, right: bigint): bigint => (left < right ? left : right);
