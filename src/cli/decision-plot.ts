// A decision as a picture: the candles around it, its level, entry, stop and target, and what came after.
import type { Candle } from '../domain/candle.ts';
import type { Setup } from '../domain/signal.ts';

const size = { width: 1000, height: 520, left: 12, right: 96, top: 44, prices: 360, volumes: 84 };
const before = 80;
const after = 50;

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** An SVG document; `bar` is the deciding candle's place among `candles`. */
export function plotDecision(
  candles: readonly Candle[],
  { bar, setup, title }: { bar: number; setup: Setup; title: string },
): string {
  const first = Math.max(0, bar - before);
  const shown = candles.slice(first, bar + after + 1);
  const { entry, stop, target, level } = setup;
  const all = [...shown.flatMap(({ high, low }) => [high, low]), entry, stop, target, level];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const y = (price: number): number =>
    size.top + ((high - price) / Math.max(high - low, Number.MIN_VALUE)) * size.prices;
  const step = (size.width - size.left - size.right) / shown.length;
  const x = (index: number): number => size.left + (index + 0.5) * step;
  const decided = x(bar - first);
  const lines = [
    priceLine('level', level, '#8250df', y),
    priceLine('entry', entry, '#57606a', y),
    priceLine('stop', stop, '#cf222e', y),
    priceLine('target', target, '#1a7f37', y),
  ];
  const parts = Object.entries(setup.components)
    .map(([name, part]) => `${name} ${part.toFixed(3)}`)
    .join('  ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="white"/>',
    `<text x="${size.left}" y="18" font-size="14">${escaped(title)}</text>`,
    `<text x="${size.left}" y="35" fill="#57606a">confidence ${setup.confidence.toFixed(3)} = ${escaped(parts)}</text>`,
    `<rect x="${(decided - step / 2).toFixed(1)}" y="${size.top}" width="${step.toFixed(1)}" height="${size.prices + size.volumes}" fill="#fff8c5"/>`,
    ...candlesOf(shown, x, y, step),
    ...volumesOf(shown, x, step),
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

function priceLine(
  name: string,
  price: number,
  colour: string,
  y: (price: number) => number,
): string {
  const at = y(price).toFixed(1);
  const end = size.width - size.right;
  const label = `${name} ${Number(price.toPrecision(7))}`;
  return `<g stroke="${colour}" fill="${colour}"><line x1="${size.left}" x2="${end}" y1="${at}" y2="${at}" stroke-dasharray="4 3"/><text x="${end + 4}" y="${at}" stroke="none" font-size="10">${label}</text></g>`;
}

const colourOf = ({ open, close }: Candle): string => (close >= open ? '#1a7f37' : '#cf222e');

function candlesOf(
  candles: readonly Candle[],
  x: (index: number) => number,
  y: (price: number) => number,
  step: number,
): string[] {
  return candles.map((candle, index) => {
    const { open, high, low, close } = candle;
    const [top, bottom] = [y(Math.max(open, close)), y(Math.min(open, close))];
    const [middle, colour] = [x(index).toFixed(1), colourOf(candle)];
    const width = (step * 0.7).toFixed(1);
    const left = (x(index) - step * 0.35).toFixed(1);
    return `<line x1="${middle}" x2="${middle}" y1="${y(high).toFixed(1)}" y2="${y(low).toFixed(1)}" stroke="${colour}"/><rect x="${left}" y="${top.toFixed(1)}" width="${width}" height="${Math.max(1, bottom - top).toFixed(1)}" fill="${colour}"/>`;
  });
}

function volumesOf(candles: readonly Candle[], x: (index: number) => number, step: number) {
  const most = Math.max(...candles.map(({ volume }) => volume), Number.MIN_VALUE);
  const floor = size.top + size.prices + size.volumes;
  return candles.map((candle, index) => {
    const height = (candle.volume / most) * (size.volumes - 8);
    const left = (x(index) - step * 0.35).toFixed(1);
    return `<rect x="${left}" y="${(floor - height).toFixed(1)}" width="${(step * 0.7).toFixed(1)}" height="${height.toFixed(1)}" fill="${colourOf(candle)}" opacity="0.45"/>`;
  });
}
