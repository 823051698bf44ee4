// A book as text and back, exactly: what a checkpoint stores, and what its hash is taken of.
import { createHash } from 'node:crypto';
import { assert } from './assert.ts';
import { decimal, isDecimal } from './money.ts';
import type { Portfolio } from './portfolio.ts';

/** JSON with decimals and maps marked, keys in the order the book has them. */
export function encodeBook(book: Portfolio): string {
  return JSON.stringify(book, function (this: Record<string, unknown>, key, value: unknown) {
    // Decimals turn themselves into text before a replacer sees them: look at the holder instead.
    const original = key === '' ? value : this[key];
    if (isDecimal(original)) return { $decimal: original.toFixed() };
    if (value instanceof Map) return { $map: [...value] };
    return value;
  });
}

export const hashOf = (encoded: string): string =>
  createHash('sha256').update(encoded).digest('hex');

/** The book of a checkpoint. A state whose hash does not fit is a bug: fold from the start instead. */
export function decodeBook(encoded: string, hash: string): Portfolio {
  assert(hashOf(encoded) === hash, `expected a checkpoint with hash ${hash}`);
  return JSON.parse(encoded, (_, value: unknown) => {
    if (value === null || typeof value !== 'object') return value;
    if ('$decimal' in value) return decimal(String(value.$decimal));
    if ('$map' in value && Array.isArray(value.$map)) return new Map(value.$map);
    return value;
  });
}
