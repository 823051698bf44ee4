// What happened, line by line: hashed, so that two runs of a seed can be held against each other, and its end
// kept, so that a failure can be read.
import { createHash } from 'node:crypto';

export class Trace {
  readonly #hash = createHash('sha256');
  readonly #lines: string[] = [];
  readonly #linesMax: number;
  readonly #counts = new Map<string, number>();
  #count = 0;

  /** Keeps the last `linesMax` lines. */
  constructor(linesMax: number) {
    this.#linesMax = linesMax;
  }

  /** A line of what happened; `situation` counts it under a name. */
  write(now: number, what: string, situation?: string): void {
    const line = `${now} ${what}`;
    this.#hash.update(`${line}\n`);
    this.#count += 1;
    if (situation !== undefined) this.met(situation);
    if (this.#linesMax === 0) return;
    this.#lines.push(line);
    if (this.#lines.length > 2 * this.#linesMax) this.#lines.splice(0, this.#linesMax);
  }

  /** Counts a situation that was met. */
  met(situation: string, times = 1): void {
    this.#counts.set(situation, (this.#counts.get(situation) ?? 0) + times);
  }

  get situations(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  get lines(): readonly string[] {
    return this.#linesMax === 0 ? [] : this.#lines.slice(-this.#linesMax);
  }

  /** Of everything so far; nothing can be written afterwards. */
  digest(): string {
    return this.#hash.digest('hex').slice(0, 16);
  }
}
