// Candle files: what is read, and that every way to be wrong names the file and the line.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { HistoryFault, readCandles } from '../../src/history/csv.ts';

const directory = mkdtempSync(join(tmpdir(), 'troupe-csv-'));
afterAll(() => rmSync(directory, { recursive: true }));

const header = 'timestamp,open,high,low,close,volume';
const rows = ['60000,1,2,0.5,1.5,10', '120000,1.5,1.75,1.25,1.6,0'];
const candles = [
  { openTime: 60_000, open: 1, high: 2, low: 0.5, close: 1.5, volume: 10 },
  { openTime: 120_000, open: 1.5, high: 1.75, low: 1.25, close: 1.6, volume: 0 },
];

function file(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

test.each([
  { name: 'plain.csv', content: `${[header, ...rows].join('\n')}\n` },
  { name: 'no-end.csv', content: [header, ...rows].join('\n') },
  { name: 'windows.csv', content: `${[header, ...rows].join('\r\n')}\r\n` },
  { name: 'zipped.csv.gz', content: gzipSync([header, ...rows].join('\n')) },
])('$name is read', async ({ name, content }) => {
  expect(await readCandles(file(name, content))).toEqual(candles);
});

describe('a bad file is refused by file and line', () => {
  test.each([
    { what: 'empty', lines: [], line: 1 },
    { what: 'other header', lines: ['time,open,high,low,close,volume', ...rows], line: 1 },
    { what: 'missing field', lines: [header, '60000,1,2,0.5,1.5'], line: 2 },
    { what: 'extra field', lines: [header, rows[0], '120000,1,2,0.5,1.5,1,1'], line: 3 },
    { what: 'empty field', lines: [header, '60000,1,,0.5,1.5,10'], line: 2 },
    { what: 'not a number', lines: [header, '60000,1,NaN,0.5,1.5,10'], line: 2 },
    { what: 'not finite', lines: [header, '60000,1,1e999,0.5,1.5,10'], line: 2 },
    { what: 'same time again', lines: [header, rows[0], rows[0]], line: 3 },
    { what: 'earlier time', lines: [header, rows[1], rows[0]], line: 3 },
  ])('$what', async ({ what, lines, line }) => {
    const path = file(`${what}.csv`, lines.join('\n'));
    const fault = await readCandles(path).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(HistoryFault);
    expect(String(fault)).toContain(`${path}:${line}: expected`);
  });

  test('a file that is not there, or not a gzip, or cut off, names itself', async () => {
    const whole = gzipSync([header, ...rows].join('\n'));
    const missing = [join(directory, 'missing.csv'), join(directory, 'missing.csv.gz')];
    const broken = [
      file('text.csv.gz', [header, ...rows].join('\n')),
      file('cut.csv.gz', whole.subarray(0, whole.length - 12)),
    ];
    for (const path of [...missing, ...broken]) {
      const fault = await readCandles(path).catch((error: unknown) => error);
      expect(fault, path).toBeInstanceOf(HistoryFault);
      expect(String(fault)).toContain(path);
    }
  });
});

const recording = '../shared/data/binance-BTCUSDT-1m.20210610-20210710.csv.gz';
test.skipIf(!existsSync(recording))(
  'the recorded month in ../shared/data is read, where present',
  async () => {
    const recorded = await readCandles(recording);
    expect(recorded.length).toBeGreaterThan(40_000);
    expect(recorded.every(({ high, low }) => high >= low && low > 0)).toBe(true);
  },
);
