// Candle files: `.csv` or `.csv.gz` with the header `timestamp,open,high,low,close,volume`, timestamps
// in UTC milliseconds, strictly increasing.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { Candle } from '../domain/candle.ts';

const HEADER = 'timestamp,open,high,low,close,volume';

/** What is wrong with a candle file, by line. */
export class HistoryFault extends Error {
  override readonly name = 'HistoryFault';
}

/** The candles of a file, oldest first. Throws `HistoryFault` naming file and line. */
export async function readCandles(path: string): Promise<Candle[]> {
  const candles: Candle[] = [];
  let line = 0;
  try {
    for await (const text of linesOf(path)) {
      line += 1;
      if (line === 1) expect(text.trim() === HEADER, path, line, `the header ${HEADER}`, text);
      else if (text !== '') candles.push(parse(text, path, line, candles.at(-1)));
    }
  } catch (error) {
    if (error instanceof HistoryFault) throw error;
    const message = `${path}:${line + 1}: expected a readable candle file, was: ${error}`;
    throw new HistoryFault(message, { cause: error });
  }
  expect(line > 0, path, 1, `the header ${HEADER}`, 'nothing');
  return candles;
}

function linesOf(path: string): AsyncIterable<string> {
  const file = createReadStream(path);
  const bytes = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  // A pipe does not carry errors on: a missing file must fail here, not hang.
  file.on('error', (error) => bytes.destroy(error));
  return createInterface({ input: bytes, crlfDelay: Infinity });
}

function parse(text: string, path: string, line: number, before: Candle | undefined): Candle {
  const fields = text.split(',');
  expect(fields.length === 6, path, line, '6 fields', text);
  const numbers = fields.map((field) => (field.trim() === '' ? Number.NaN : Number(field)));
  expect(numbers.every(Number.isFinite), path, line, '6 finite numbers', text);
  const [openTime = 0, open = 0, high = 0, low = 0, close = 0, volume = 0] = numbers;
  const later = openTime > (before?.openTime ?? Number.NEGATIVE_INFINITY);
  expect(later, path, line, 'a later timestamp than the line before', text);
  return { openTime, open, high, low, close, volume };
}

function expect(holds: boolean, path: string, line: number, wanted: string, was: string): void {
  if (!holds)
    throw new HistoryFault(`${path}:${line}: expected ${wanted}, was ${was.slice(0, 80)}`);
}
