// Decides which scene an asset plays in an act, and when: cued inside the act, after making sure that
// there is a level to run.
import type { Chance } from '../chance.ts';
import type { Asset } from './asset.ts';
import { type Beat, mirrored } from './beat.ts';
import type { Act } from './climate.ts';
import { whole } from './noise.ts';
import { climax, dip, leg, levelInReach, spring, sweep } from './scene.ts';
import type { Stage } from './stage.ts';

/** Bars a fresh dip needs until its low is old enough to be run. */
const RIPE_BARS = 4;
/** Bars before the end of a quiet act at which a level for what follows is laid, and looked after. */
const LAYING_BARS = 34;
const LOOKING_BARS = 15;

/** What an asset is to play in an act: which way up, and whether the set-up works out. */
interface Part {
  readonly way: 1 | -1;
  readonly wins: boolean;
}

export class Director {
  readonly #asset: Asset;
  readonly #chance: Chance;
  /** Bars into the opening act at which this asset's scene is cued. */
  readonly #openingCue: number;
  #act: Act | undefined;
  #cue = Number.POSITIVE_INFINITY;
  #part: Part | undefined;

  constructor(asset: Asset, chance: Chance, openingCue: number) {
    this.#asset = asset;
    this.#chance = chance;
    this.#openingCue = openingCue;
  }

  /**
   * Beats to play from `bar` on, right way up; empty when there is only noise. `displacement`: how far
   * the price has strayed from home, in usual strays. `stageOf` shows the asset right way up or not.
   */
  plan(
    bar: number,
    act: Act,
    displacement: number,
    stageOf: (way: 1 | -1) => Stage,
  ): readonly Beat[] {
    if (act !== this.#act) this.#begin(act);
    if (bar < this.#cue) return [];
    if (act.lean === 0) return this.#layQuietly(act, stageOf(1));
    const laid = this.#part !== undefined;
    this.#part ??= this.#cast(act, displacement);
    const { way, wins } = this.#part;
    const stage = stageOf(way);
    const ready = laid || levelInReach(stage) !== undefined;
    const beats = ready ? this.#scene(stage, act, wins) : dip(stage, this.#chance);
    this.#cue = ready ? Number.POSITIVE_INFINITY : bar + beats.length + RIPE_BARS;
    return way === 1 ? beats : beats.map(mirrored);
  }

  #begin(act: Act): void {
    this.#act = act;
    this.#part = undefined;
    if (act.lean === 0) this.#cue = act.to - LAYING_BARS;
    else if (act.opening) this.#cue = act.from + this.#openingCue;
    else this.#cue = act.from + whole(this.#chance, 0, 8);
  }

  /** The market opens on a set-up that buys; else acts and the way home decide who plays what. */
  #cast(act: Act, displacement: number): Part {
    const lean = act.opening ? 0.12 : 0.08 + 0.36 * act.lean - 0.16 * displacement;
    const up = this.#chance() < 0.5 + lean;
    const way = act.opening || this.#chance() < (up ? 0.96 : 0.66) ? 1 : -1;
    return { way, wins: way === 1 ? up : !up };
  }

  /** A level before the quiet ends, and another where the price has run away from the first. */
  #layQuietly(act: Act, stage: Stage): readonly Beat[] {
    const looking = act.to - LOOKING_BARS;
    const first = this.#cue < looking;
    this.#cue = first ? looking : Number.POSITIVE_INFINITY;
    return first || levelInReach(stage) === undefined ? dip(stage, this.#chance) : [];
  }

  #scene(stage: Stage, act: Act, wins: boolean): readonly Beat[] {
    const chance = this.#chance;
    const { scenes } = this.#asset;
    const level = levelInReach(stage);
    const pick = act.opening ? 0 : chance();
    if (pick < scenes.sweep) return level === undefined ? [] : sweep(stage, level, wins, chance);
    if (pick < scenes.sweep + scenes.climax) return climax(stage, wins, chance);
    if (pick < scenes.sweep + scenes.climax + scenes.spring) return spring(stage, wins, chance);
    return leg(stage, chance);
  }
}
