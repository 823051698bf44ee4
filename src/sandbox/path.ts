// The way of the price within one candle: from open through both extremes to close, in steps. It
// touches high and low exactly, ends exactly at close, and its volumes add up to the candle's.
import type { Candle } from '../domain/candle.ts';
import { type Decimal, decimal } from '../domain/money.ts';
import { chanceOf } from './chance.ts';

export interface Step {
  readonly price: number;
  readonly volume: Decimal;
}

/** `steps` ≥ 4 price updates of one candle; the same candle always goes the same way. */
export function pathOf(pair: string, candle: Candle, steps: number, tick: number): readonly Step[] {
  const { open, high, low, close } = candle;
  const chance = chanceOf(pair, candle.openTime);
  // A candle that closes up usually made its low first.
  const lowFirst = close >= open === chance() < 0.75;
  const [first, second] = lowFirst ? [low, high] : [high, low];
  const turns = [0, 0.2 + 0.2 * chance(), 0.6 + 0.2 * chance(), 1];
  const marks = turns.map((share) => Math.round(share * (steps - 1)));
  const anchors: readonly number[] = [open, first, second, close];
  const volumes = split(candle.volume, steps);
  return volumes.map((volume, index) => {
    const leg = Math.max(
      1,
      marks.findIndex((mark) => index <= mark),
    );
    const [from = 0, to = 0] = [marks[leg - 1], marks[leg]];
    const [a = open, b = close] = [anchors[leg - 1], anchors[leg]];
    if (index === to) return { price: b, volume };
    if (index === from) return { price: a, volume };
    const straight = a + ((b - a) * (index - from)) / (to - from);
    const wobble = (chance() - 0.5) * (high - low) * 0.15;
    const rounded = Number((Math.round((straight + wobble) / tick) * tick).toFixed(8));
    return { price: Math.min(high, Math.max(low, rounded)), volume };
  });
}

/** A volume in `steps` parts, in lots where it is large enough; the last takes the rest. */
function split(volume: number, steps: number): readonly Decimal[] {
  const whole = decimal(volume);
  const roundDown = 1;
  const part = whole.div(steps);
  const lots = part.toDecimalPlaces(part.gte(0.001) ? 5 : 8, roundDown);
  const parts = new Array<Decimal>(steps).fill(lots);
  parts[steps - 1] = whole.minus(lots.times(steps - 1));
  return parts;
}
