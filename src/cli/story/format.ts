// How numbers, times and names look to a person.
import { decimal } from '../../domain/money.ts';
import type { Millis } from '../../domain/time.ts';

/** Grouped thousands, two decimals: `12,345.60`. */
export function amount(value: string | number, places = 2): string {
  // What rounds to nothing has no sign.
  const rounded = decimal(value)
    .toFixed(places)
    .replace(/^-(?=[0.]*$)/, '');
  const [whole = '0', part] = rounded.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return part === undefined ? grouped : `${grouped}.${part}`;
}

/** With its sign, always: `+12.30`, `−4.00`. */
export function signed(value: string | number, places = 2): string {
  const number = decimal(value);
  return `${number.isNegative() && !number.isZero() ? '−' : '+'}${amount(number.abs().toFixed(), places)}`;
}

/** A price with as many decimals as it has, four at least where it is small. */
export function priceText(value: string | number): string {
  const number = decimal(value);
  const places = number.gte(100) ? 2 : number.gte(1) ? 4 : 8;
  return amount(number.toFixed(), Math.min(places, Math.max(2, number.decimalPlaces())));
}

export const percent = (share: number, places = 2): string => `${(share * 100).toFixed(places)} %`;

/** Market time of day, UTC. */
export const clockTime = (at: Millis): string => new Date(at).toISOString().slice(11, 19);

/** Market date and time, UTC. */
export const dateTime = (at: Millis): string =>
  at === 0 ? 'no time yet' : new Date(at).toISOString().slice(0, 19).replace('T', ' ');

export type Paint = Readonly<
  Record<'good' | 'bad' | 'warn' | 'dim' | 'bold' | 'accent', (text: string) => string>
>;

const wrap =
  (code: number) =>
  (text: string): string =>
    `\u001b[${code}m${text}\u001b[0m`;
const bare = (text: string): string => text;

/** Colours for a terminal that wants them, else none. */
export const paintOf = (colours: boolean): Paint =>
  colours
    ? {
        good: wrap(32),
        bad: wrap(31),
        warn: wrap(33),
        dim: wrap(2),
        bold: wrap(1),
        accent: wrap(36),
      }
    : { good: bare, bad: bare, warn: bare, dim: bare, bold: bare, accent: bare };
