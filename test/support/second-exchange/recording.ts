// Recorded and documented payloads of the real exchange, where this checkout's neighbour has them.
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { fieldsOf, readFields } from './json.ts';
import type { CandleText } from './market.ts';

const data = new URL('../../../../shared/data/', import.meta.url);
const catalogueFile = new URL('frames/cryptofeed-BINANCE.0.gz', data);
const framesFile = new URL('frames/hftbacktest-binance-spot-btcusdt_20240808.jsonl.gz', data);
const payloadsFile = new URL('rest/jkorf-binance.net-fixtures.tar.gz', data);

export const hasCatalogue = existsSync(catalogueFile);
export const hasFrames = existsSync(framesFile);
export const hasPayloads = existsSync(payloadsFile);
export const hasRecordings = hasCatalogue && hasFrames && hasPayloads;

/** The symbols of a recorded exchangeInfo answer; undefined where the recording is absent. */
export function recordedSymbols(): object[] | undefined {
  if (!existsSync(catalogueFile)) return undefined;
  const line = gunzipSync(readFileSync(catalogueFile))
    .toString()
    .split('\n')
    .find((text) => text.includes('/exchangeInfo -> '));
  const symbols = readFields(line?.slice(line.indexOf('{')) ?? '')?.get('symbols');
  return Array.isArray(symbols) ? symbols : undefined;
}

/** The first recorded line that holds `text`. */
function recordedLine(text: string): ReadonlyMap<string, unknown> | undefined {
  const lines = gunzipSync(readFileSync(framesFile)).toString().split('\n');
  const line = lines.find((one) => one.includes(text));
  return readFields(line?.slice(line.indexOf('{')) ?? '');
}

/** The first recorded frame of the given event type, unwrapped. */
export const recordedFrame = (event: string): ReadonlyMap<string, unknown> | undefined =>
  fieldsOf(recordedLine(`"e":"${event}"`)?.get('data'));

/** The recorded answer about the depth of the market. */
export const recordedDepth = (): ReadonlyMap<string, unknown> | undefined =>
  recordedLine('"lastUpdateId":');

const blockBytes = 512;

/** The text of one file inside the archive of documented payloads. */
function archived(name: string): string | undefined {
  const archive = gunzipSync(readFileSync(payloadsFile));
  let offset = 0;
  while (offset < archive.length) {
    const header = archive.subarray(offset, offset + blockBytes).toString('latin1');
    const size = Number.parseInt(header.slice(124, 136), 8);
    if (Number.isNaN(size)) return undefined;
    const start = offset + blockBytes;
    const path = header.slice(0, 100).split('\0')[0] ?? '';
    if (path.endsWith(name)) return archive.subarray(start, start + size).toString();
    offset = start + Math.ceil(size / blockBytes) * blockBytes;
  }
  return undefined;
}

/** The documented answer in one archived file: what stands from its first line of JSON on. */
export function documentedAnswer(name: string): unknown {
  const lines = archived(`/${name}`)?.split('\n') ?? [];
  const marker = lines.findIndex((line) => line.startsWith('='));
  const first = lines.findIndex((line, index) => index > marker && /^\s*[[{]/.test(line));
  return JSON.parse(lines.slice(first).join('\n'));
}

const minuteFile = (asset: string): URL =>
  new URL(`binance-${asset}USDT-1m.20210610-20210710.csv.gz`, data);

/** From here on every recorded one-minute file has candles: 2021-06-11 00:00 UTC. */
const commonStart = 1_623_369_600_000;

/** Recorded one-minute candles of an asset against USDT; undefined where the recording is absent. */
export function recordedMinutes(asset: string, count: number): CandleText[] | undefined {
  const file = minuteFile(asset);
  if (!existsSync(file)) return undefined;
  return gunzipSync(readFileSync(file))
    .toString()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .filter(([timestamp]) => Number(timestamp) >= commonStart)
    .slice(0, count)
    .map(([timestamp, open = '', high = '', low = '', close = '', volume = '']) => ({
      openTime: Number(timestamp),
      open,
      high,
      low,
      close,
      volume,
    }));
}
