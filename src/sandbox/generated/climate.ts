// What all assets share: a common factor, its volatility, and a sequence of acts that lean up or down.
// Scenes are cued by acts, so that assets turn together without moving in lockstep.
import { type Chance, chanceOf } from '../chance.ts';
import { between, normal, whole } from './noise.ts';

export interface Act {
  readonly from: number;
  readonly to: number;
  /** 1 leans up, −1 leans down, 0 is quiet: nothing is staged. */
  readonly lean: 1 | 0 | -1;
  /** The act in which a live market opens: every asset has its scene cued. */
  readonly opening: boolean;
}

export interface Weather {
  readonly bar: number;
  readonly act: Act;
  /** Standard normal shock common to all assets. */
  readonly shock: number;
  /** Volatility over its usual. */
  readonly volatility: number;
}

/** Bars of quiet before the opening act: its sweeps are then the first in their window. */
const QUIET_BARS = 80;

export class Climate {
  readonly #chance: Chance;
  readonly #opening: number;
  #bar = -1;
  #act: Act;
  #level = 0;
  #logVolatility = 0;

  /** `opening`: bar at which the opening act begins. */
  constructor(seed: number, opening: number) {
    this.#chance = chanceOf(seed, 'climate');
    this.#opening = opening;
    this.#act = { from: 0, to: 80, lean: 0, opening: false };
  }

  next(): Weather {
    this.#bar += 1;
    if (this.#bar >= this.#act.to) this.#act = this.#nextAct();
    const calm = this.#act.lean === 0 ? -0.15 : 0;
    const pull = 0.015 * (calm - this.#logVolatility);
    this.#logVolatility += pull + 0.03 * normal(this.#chance);
    return {
      bar: this.#bar,
      act: this.#act,
      shock: normal(this.#chance),
      volatility: Math.exp(Math.min(0.4, Math.max(-0.4, this.#logVolatility))),
    };
  }

  /** Acts lean back towards where the market came from, so that days stay in a sane band. */
  #nextAct(): Act {
    const from = this.#act.to;
    if (from === this.#opening) return this.#lean(from, from + 44, true);
    const quiet = this.#opening - QUIET_BARS;
    if (from === quiet) return { from, to: this.#opening, lean: 0, opening: false };
    const to = from + whole(this.#chance, 27, 35);
    if (from < quiet && to > quiet - 30) return this.#lean(from, quiet, false);
    if (this.#chance() < 0.04) return { from, to, lean: 0, opening: false };
    return this.#lean(from, to, false);
  }

  #lean(from: number, to: number, opening: boolean): Act {
    const up = between(this.#chance, 0, 1) < 0.5 - 0.12 * this.#level;
    const lean = up ? 1 : -1;
    this.#level = Math.min(4, Math.max(-4, this.#level + lean));
    return { from, to, lean, opening };
  }
}
