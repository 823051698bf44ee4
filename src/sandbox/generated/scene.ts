// The scenes a market plays besides noise: a stop run, a climax, a spring, a plain leg, and how each
// ends. None imports a strategy; they are what strategies look for, and not every one works out.
import type { Chance } from '../chance.ts';
import { type Beat, walk } from './beat.ts';
import { between, whole } from './noise.ts';
import { overhead, type Stage } from './stage.ts';

/** Age from which an old low is one that people put stops under. */
export const LEVEL_AGE_MIN = 12;
/** How far below the price a level may lie and still be reached, in ATR. */
const REACH = 6;
/** The least way from a reclaim back to its stop, relative: what makes it worth its costs. */
const RISK_MIN = 0.0104;

/** The level that a scene on this stage would run; undefined when none is near. */
export function levelInReach({ floor, height, unit }: Stage): number | undefined {
  const ledge = floor.top(LEVEL_AGE_MIN);
  return ledge !== undefined && height - ledge.height < REACH * unit ? ledge.height : undefined;
}

/** Stops below an old low are run and the level is reclaimed at once. */
export function sweep(stage: Stage, level: number, wins: boolean, chance: Chance): Beat[] {
  const { height, unit } = stage;
  const fall = (height - level) / unit;
  const approach = walk(
    {
      from: height,
      to: level + 0.3 * unit,
      bars: Math.min(6, Math.max(2, Math.round(fall / 0.9))),
      unit,
      volume: 1.05,
      floor: level + 0.08 * unit,
    },
    chance,
  );
  const { low, close, risk } = reclaim(stage, level, chance);
  const high = close + between(chance, 0.03, 0.12) * (close - low);
  const volume = between(chance, 3.4, 6);
  const last: Beat = { close, high, low, volume };
  const bars =
    chance() < 0.65 ? [last] : [dive(level, low, unit, chance), { ...last, volume: volume * 0.7 }];
  return [...approach, ...bars, ...ending({ stage, close, risk, wins }, chance)];
}

/** First bar of a two-bar sweep: closes below the level. */
function dive(level: number, low: number, unit: number, chance: Chance): Beat {
  const depth = level - low;
  return {
    close: level - between(chance, 0.25, 0.6) * depth,
    low: level - between(chance, 0.7, 0.95) * depth,
    high: level + 0.4 * unit,
    volume: between(chance, 2.6, 4.5),
  };
}

interface Turn {
  readonly low: number;
  readonly close: number;
  readonly risk: number;
}

/** Depth and strength of a reclaim that leaves room to the next old high, or none worth a stop there. */
function reclaim(stage: Stage, level: number, chance: Chance): Turn {
  const { unit } = stage;
  const wall = overhead(stage);
  let turn: Turn = { low: level, close: level, risk: RISK_MIN };
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const depth = unit * between(chance, 0.28, 0.75);
    const widening = 1 + attempt * 0.04;
    const risk = widening * Math.max(RISK_MIN, unit * between(chance, 1.8, 2.3));
    const low = level - depth;
    turn = { low, close: low - 0.25 * unit + risk, risk };
    const room = (wall - turn.close) / risk;
    if (room < 1.4 || room > 2.1) break;
  }
  return turn;
}

/** A fall that ends in panic: several bars down, one huge one with a wick, then the turn. */
export function climax(stage: Stage, wins: boolean, chance: Chance): Beat[] {
  const { height, unit } = stage;
  const bottom = height - unit * between(chance, 4.2, 5);
  const bars = whole(chance, 4, 5);
  const fall = walk({ from: height, to: bottom, bars, unit: unit / 2, volume: 1.6 }, chance);
  const range = unit * between(chance, 3.8, 4.6);
  const low = bottom - range;
  const close = low + range * between(chance, 0.46, 0.56);
  const panic: Beat = { close, high: bottom + 0.1 * unit, low, volume: between(chance, 8, 13) };
  const turned = low + range * between(chance, 0.75, 0.95);
  const turn: Beat = {
    close: turned,
    high: turned + 0.15 * unit,
    low: close - 0.1 * unit,
    volume: between(chance, 3, 5),
  };
  const risk = turned - low + 0.3 * unit;
  return [...fall, panic, turn, ...ending({ stage, close: turned, risk, wins }, chance)];
}

/** A range breaks down quietly, finds no sellers, and springs back. */
export function spring(stage: Stage, wins: boolean, chance: Chance): Beat[] {
  const { height, unit, floor } = stage;
  const support = floor.lowest(60);
  const bars = Math.min(7, Math.max(2, Math.round((height - support) / unit / 0.9)));
  const edge = { from: height, to: support + 0.25 * unit, bars, unit, volume: 1 };
  const below = support - unit * between(chance, 0.3, 0.6);
  const quiet = { from: below, to: below, bars: whole(chance, 1, 2), unit: unit / 2, volume: 0.9 };
  const drop: Beat = {
    close: below,
    high: support + 0.3 * unit,
    low: below - 0.2 * unit,
    volume: between(chance, 0.9, 1.3),
  };
  const close = support + unit * between(chance, 0.7, 1.3);
  const back: Beat = {
    close,
    high: close + 0.1 * unit,
    low: below - 0.3 * unit,
    volume: between(chance, 2, 3.2),
  };
  const risk = Math.max(RISK_MIN, close - below + 0.6 * unit);
  const approach = walk({ ...edge, floor: support + 0.08 * unit }, chance);
  const after = ending({ stage, close, risk, wins }, chance);
  return [...approach, drop, ...walk(quiet, chance), back, ...after];
}

/** A leg up out of nowhere. */
export function leg(stage: Stage, chance: Chance): Beat[] {
  const { height: from, unit } = stage;
  const to = from + unit * between(chance, 3, 5);
  return walk({ from, to, bars: whole(chance, 6, 12), unit, volume: 1.3 }, chance);
}

/** A small dip that leaves an old low behind: the next scene's level. */
export function dip({ height, unit }: Stage, chance: Chance): Beat[] {
  const bottom = height - unit * between(chance, 1.2, 2);
  const top = bottom + unit * between(chance, 1.1, 1.9);
  const floor = bottom + 0.05 * unit;
  const down = walk({ from: height, to: bottom + 0.3 * unit, bars: 3, unit, volume: 1 }, chance);
  const low: Beat = {
    close: bottom + 0.5 * unit,
    high: bottom + 0.8 * unit,
    low: bottom,
    volume: 1,
  };
  const from = low.close;
  return [...down, low, ...walk({ from, to: top, bars: 5, unit, volume: 0.9, floor }, chance)];
}

interface Ending {
  readonly stage: Stage;
  readonly close: number;
  readonly risk: number;
  readonly wins: boolean;
}

/** The set-up runs to about twice its risk or the old high, or it rolls over through its stop. */
function ending({ stage, close, risk, wins }: Ending, chance: Chance): Beat[] {
  const { unit } = stage;
  const room = (overhead(stage) - close) / risk;
  if (wins) {
    const wanted = room > 1.5 ? Math.min(room, 3) : 2;
    const to = close + risk * (wanted + between(chance, 0.15, 0.5));
    const bars = whole(chance, 6, 13);
    const floor = close - 0.55 * risk;
    const rally = walk({ from: close, to, bars, unit, volume: 1.35, floor }, chance);
    return [...rally, ...dip({ ...stage, height: to }, chance)];
  }
  const hope = close + risk * between(chance, 0.1, 0.7);
  const up = walk({ from: close, to: hope, bars: whole(chance, 2, 5), unit, volume: 1.1 }, chance);
  const to = close - risk * between(chance, 1.35, 1.9);
  const bars = whole(chance, 3, 5);
  const down = walk({ from: hope, to, bars, unit: unit / 2, volume: 1.5 }, chance);
  const after = { ...stage, height: to + unit * 0.8 };
  const bounce = walk({ from: to, to: after.height, bars: 2, unit, volume: 1.2 }, chance);
  return [...up, ...down, ...bounce, ...dip(after, chance)];
}
