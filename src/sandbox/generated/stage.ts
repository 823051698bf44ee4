// What a scene sees of its asset when it begins, right way up or upside down.
import type { Shelf } from './shelf.ts';

export interface Stage {
  /** Height of the last close. */
  readonly height: number;
  /** Relative ATR. */
  readonly unit: number;
  /** Old lows below, in this stage's heights. */
  readonly floor: Shelf;
  /** Old highs above, in negated heights. */
  readonly ceiling: Shelf;
}

/** Height of the nearest old high above; far away when there is none. */
export const overhead = (stage: Stage): number => -(stage.ceiling.top(0)?.height ?? -1e9);
