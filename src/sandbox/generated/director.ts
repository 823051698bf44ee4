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
/** Bars before the end of a quiet act at which a level for the opening is laid. */
const LAYING_BARS = 34;

export class Director {
  readonly #asset: Asset;
  readonly #chance: Chance;
  /** Bars into the opening act at which this asset's scene is cued. */
  readonly #openingCue: number;
  #act: Act | undefined;
  #cue = Number.POSITIVE_INFINITY;
  #prepared = false;

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
    if (act.lean === 0) return this.#prepare(act, bar, stageOf(1));
    const lean = act.opening ? 0.12 : 0.08 + 0.36 * act.lean - 0.16 * displacement;
    const up = this.#chance() < 0.5 + lean;
    const way = act.opening || this.#chance() < (up ? 0.96 : 0.66) ? 1 : -1;
    const stage = stageOf(way);
    if (levelInReach(stage) === undefined && !this.#prepared) return this.#lay(bar, way, stage);
    this.#cue = Number.POSITIVE_INFINITY;
    const beats = this.#scene(stage, act, way === 1 ? up : !up);
    return way === 1 ? beats : beats.map(mirrored);
  }

  #begin(act: Act): void {
    this.#act = act;
    this.#prepared = false;
    const quiet = act.lean === 0;
    if (quiet) this.#cue = act.to - LAYING_BARS;
    else if (act.opening) this.#cue = act.from + this.#openingCue;
    else this.#cue = act.from + whole(this.#chance, 0, 8);
  }

  #prepare(act: Act, _bar: number, stage: Stage): readonly Beat[] {
    this.#cue = Number.POSITIVE_INFINITY;
    return act.to - act.from < LAYING_BARS ? [] : dip(stage, this.#chance);
  }

  #lay(bar: number, way: 1 | -1, stage: Stage): readonly Beat[] {
    this.#prepared = true;
    const beats = dip(stage, this.#chance);
    this.#cue = bar + beats.length + RIPE_BARS;
    return way === 1 ? beats : beats.map(mirrored);
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
