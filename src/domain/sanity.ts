// Whether the candles of each asset can be believed: bad ones that not enough sound ones have followed, and
// gaps that nobody has filled.
import { assetOf, type Stream, streamKey } from './candle.ts';

interface Line {
  readonly asset: string;
  hasGap: boolean;
  isBad: boolean;
  /** Sound candles, seen live, since the last defect. */
  sound: number;
}

export interface Soundness {
  readonly defects: number;
  /** Sound candles in a row, on the stream that had the most. */
  readonly sound: number;
}

export class Sanity {
  readonly #soundMin: number;
  readonly #lines = new Map<string, Line>();

  /** `soundMin`: sound candles after which a bad one is forgotten. */
  constructor(soundMin: number) {
    this.#soundMin = soundMin;
  }

  rejected(stream: Stream): void {
    const line = this.#line(stream);
    line.isBad = true;
    line.sound = 0;
  }

  gapped(stream: Stream): void {
    const line = this.#line(stream);
    line.hasGap = true;
    line.sound = 0;
  }

  /** The stream is whole again. */
  repaired(stream: Stream): void {
    const line = this.#lines.get(streamKey(stream));
    if (line !== undefined) line.hasGap = false;
  }

  /** A sound candle closed; one of history proves nothing of what comes live. */
  closed(stream: Stream, isLive: boolean): void {
    if (!isLive) return;
    const line = this.#line(stream);
    line.sound += 1;
    if (line.sound >= this.#soundMin) line.isBad = false;
  }

  /** Of each asset that closed a candle live or had a defect. */
  read(): ReadonlyMap<string, Soundness> {
    const assets = new Map<string, Soundness>();
    for (const { asset, hasGap, isBad, sound } of this.#lines.values()) {
      const before = assets.get(asset) ?? { defects: 0, sound: 0 };
      const defects = before.defects + Number(hasGap) + Number(isBad);
      assets.set(asset, { defects, sound: Math.max(before.sound, sound) });
    }
    return assets;
  }

  #line(stream: Stream): Line {
    const key = streamKey(stream);
    const known = this.#lines.get(key);
    if (known !== undefined) return known;
    const line = { asset: assetOf(stream.pair), hasGap: false, isBad: false, sound: 0 };
    this.#lines.set(key, line);
    return line;
  }
}
