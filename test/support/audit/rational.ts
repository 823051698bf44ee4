// Exact arithmetic for the audit: a ratio of two BigInts, so that even a share of a cost loses nothing.
// Written here because an auditor that borrows the books' arithmetic would repeat their mistakes.

export interface Rational {
  readonly numerator: bigint;
  /** Always positive, without a common divisor with the numerator. */
  readonly denominator: bigint;
}

function divisor(left: bigint, right: bigint): bigint {
  let [a, b] = [left < 0n ? -left : left, right];
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

function ratio(numerator: bigint, denominator: bigint): Rational {
  const sign = denominator < 0n ? -1n : 1n;
  const common = divisor(numerator, denominator * sign) || 1n;
  return { numerator: (sign * numerator) / common, denominator: (sign * denominator) / common };
}

export const zero: Rational = { numerator: 0n, denominator: 1n };

const decimal = /^([+-]?)(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/i;

/** Reads decimal text, with or without an exponent; throws on anything else. */
export function exact(text: string): Rational {
  const [, sign, whole, fraction = '', exponent = '0'] = decimal.exec(text) ?? [];
  if (whole === undefined) throw new Error(`expected decimal text, was "${text}"`);
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  const power = Number(exponent) - fraction.length;
  return power < 0
    ? ratio(digits, 10n ** BigInt(-power))
    : ratio(digits * 10n ** BigInt(power), 1n);
}

export const add = (left: Rational, right: Rational): Rational =>
  ratio(
    left.numerator * right.denominator + right.numerator * left.denominator,
    left.denominator * right.denominator,
  );

export const negative = (value: Rational): Rational => ({
  ...value,
  numerator: -value.numerator,
});

export const subtract = (left: Rational, right: Rational): Rational => add(left, negative(right));

export const multiply = (left: Rational, right: Rational): Rational =>
  ratio(left.numerator * right.numerator, left.denominator * right.denominator);

/** Throws on division by zero, as BigInt does. */
export function divide(left: Rational, right: Rational): Rational {
  if (right.numerator === 0n) throw new RangeError('expected a divisor other than zero');
  return ratio(left.numerator * right.denominator, left.denominator * right.numerator);
}

export const sum = (values: Iterable<Rational>): Rational => [...values].reduce(add, zero);

export const sign = ({ numerator }: Rational): -1 | 0 | 1 =>
  numerator === 0n ? 0 : numerator < 0n ? -1 : 1;

export const equal = (left: Rational, right: Rational): boolean =>
  left.numerator === right.numerator && left.denominator === right.denominator;

/** Whether two values differ by at most the given amount. */
export function near(left: Rational, right: Rational, distance: Rational): boolean {
  const gap = subtract(left, right);
  return sign(subtract(sign(gap) < 0 ? negative(gap) : gap, distance)) <= 0;
}

const shownDigits = 24;

/** Decimal text without trailing zeros; a value that no decimal equals is cut and marked with "…". */
export function show(value: Rational): string {
  const scaled = value.numerator * 10n ** BigInt(shownDigits);
  const isCut = scaled % value.denominator !== 0n;
  const digits = scaled / value.denominator;
  const text = (digits < 0n ? -digits : digits).toString().padStart(shownDigits + 1, '0');
  const fraction = text.slice(-shownDigits).replace(/0+$/, '');
  const whole = `${value.numerator < 0n ? '-' : ''}${text.slice(0, -shownDigits)}`;
  return `${whole}${fraction === '' ? '' : `.${fraction}`}${isCut ? '…' : ''}`;
}
