// The scenes a market plays besides noise: a stop run, a climax, a spring, a plain leg, and how each
// ends. None imports a strategy; they are what strategies look for, and not every one works out.
import type { Chance } from '../chance.ts';
import { type Beat, loosened, walk } from './beat.ts';
import { between, whole } from './noise.ts';
import { overhead, type Stage } from './stage.ts';

/** Age from which a low is worth an approach: by the time it is run it is an old one. */
const LEVEL_AGE_MIN = 8;
/** How far below the price a level may lie and still be reached, in ATR. */
const REACH = 7.5;
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
  const second = { ...last, low: low + between(chance, 0.1, 0.5) * unit, volume: volume * 0.7 };
  const bars = chance() < 0.65 ? [last] : [dive(level, low, unit, chance), second];
  return [...approach, ...bars, ...ending({ stage, close, risk, wins }, chance)];
}

/** First bar of a two-bar sweep: closes below the level. */
function dive(level: number, low: number, unit: number, chance: Chance): Beat {
  const close = level - between(chance, 0.25, 0.6) * (level - low);
  return {
    close,
    low,
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
  const walls = [overhead(stage), -stage.ceiling.lowest(6)];
  let turn: Turn = { low: level, close: level, risk: RISK_MIN };
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const depth = unit * between(chance, 0.28, 0.75);
    const widening = 1 + attempt * 0.04;
    const risk = widening * Math.max(RISK_MIN, unit * between(chance, 1.8, 2.3));
    const low = level - depth;
    const close = low - 0.25 * unit + risk;
    turn = { low, close, risk };
    const rooms = walls.map((wall) => (wall - close) / risk);
    if (rooms.every((room) => room < 1.4 || room > 2.1)) break;
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

/** A dip of about `depth` ATR that leaves a low behind: the next scene's level. */
export function dip(stage: Stage, chance: Chance, depth = 1.6): Beat[] {
  const { height, unit, floor: old } = stage;
  const wanted = height - unit * depth * between(chance, 0.75, 1.25);
  const bottom = Math.max(wanted, (old.under(height) ?? wanted) + 0.1 * unit);
  const top = bottom + unit * between(chance, 1.1, 1.9);
  const floor = bottom + 0.05 * unit;
  const slope = { from: height, to: bottom + 0.3 * unit, bars: 3, unit, volume: 1, floor };
  const down = walk(slope, chance);
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
    return [...loosened(rally), ...dip({ ...stage, height: to }, chance, 3.8)];
  }
  const hope = close + risk * between(chance, 0.1, 0.7);
  const up = walk({ from: close, to: hope, bars: whole(chance, 2, 5), unit, volume: 1.1 }, chance);
  const stop = close - risk;
  // It takes this level's stops, not those of the next one as well, where it can end in between.
  const next = (stage.floor.under(stop - 0.2 * unit) ?? -1e9) + 0.1 * unit;
  const to = Math.max(stop - risk * between(chance, 0.35, 0.9), Math.min(next, stop - 0.1 * unit));
  const bars = whole(chance, 2, 4);
  const down = walk({ from: hope, to, bars, unit: unit / 2, volume: 1.5, floor: to }, chance);
  const after = { ...stage, height: to + unit * 0.8 };
  const bounce = walk({ from: to, to: after.height, bars: 2, unit, volume: 1.2 }, chance);
  return [...loosened([...up, ...down]), ...bounce, ...dip(after, chance)];
}
