// One life of the trader's process: its clocks and timers, which end with it, and the step at which it ends. A
// dead process does nothing any more: what it waits for never comes, and what it still asks for does not happen.

import { createClock } from '../../src/clock.ts';
import { assert } from '../../src/domain/assert.ts';
import type { Millis } from '../../src/domain/time.ts';
import type { Clock, Timers } from '../../src/ports.ts';
import type { EventQueue } from './event-queue.ts';

/** Edges between the process and the world: a crash comes at one of them. */
export const STEPS = [
  'commit.begins',
  'commit.done',
  'order.leaves',
  'order.left',
  'order.answered',
  'cancel.leaves',
  'cancel.left',
  'cancel.answered',
  'question.leaves',
  'question.answered',
  'event.comes',
  'frame.comes',
  'timer',
] as const;
export type Step = (typeof STEPS)[number];

/** Where a process ends: the nth time that it comes to a step, or a while after its start. */
export interface Doom {
  readonly step?: { readonly at: Step; readonly nth: number };
  readonly afterMs?: Millis;
}

/** The hardware, which outlives the process. */
export interface Machine {
  readonly queue: EventQueue;
  /** How fast its clock runs beside the true time; 1 is right. */
  readonly rate: number;
  /** By how much its clock of the day is wrong. */
  wallOffset: Millis;
}

export interface LifeOptions {
  readonly doom: Doom | undefined;
  /** Whether a doomed process ends when its step comes. */
  mayCrash(): boolean;
  onEnd(step: string): void;
}

/** Events this far ahead of their time are not believed at once. */
const leapMs = 10_000;

export class Life {
  readonly clock: Clock;
  readonly timers: Timers;
  isOver = false;
  readonly #counts = new Map<Step, number>();
  readonly #doom: Doom | undefined;
  readonly #mayCrash: () => boolean;
  readonly #onEnd: (step: string) => void;

  constructor(machine: Machine, { doom, mayCrash, onEnd }: LifeOptions) {
    const { queue, rate } = machine;
    this.#doom = doom;
    this.#mayCrash = mayCrash;
    this.#onEnd = onEnd;
    const begunAt = queue.now;
    const monotonic = (): Millis => (queue.now - begunAt) * rate;
    this.clock = {
      ...createClock(1, monotonic, leapMs),
      wall: () => Math.floor(queue.now + machine.wallOffset),
    };
    this.timers = {
      after: (delayMs, run) => {
        // Node takes a longer wait for none.
        assert(delayMs < 2 ** 31, `expected a wait that ends, was ${delayMs} ms`);
        return queue.after(delayMs / rate, () => this.#tick(run));
      },
      every: (periodMs, run) => this.#every(queue, periodMs / rate, run),
    };
    if (doom?.afterMs !== undefined) {
      queue.after(doom.afterMs, () => {
        if (this.#mayCrash()) this.end('a time');
      });
    }
  }

  /** The process comes to a step; false where it is over, here or already. */
  passes(step: Step): boolean {
    if (this.isOver) return false;
    const count = (this.#counts.get(step) ?? 0) + 1;
    this.#counts.set(step, count);
    const doom = this.#doom;
    const isDoomed = doom?.step?.at === step && doom.step.nth === count;
    if (isDoomed && this.#mayCrash()) this.end(step);
    return !this.isOver;
  }

  end(why: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#onEnd(why);
  }

  /** What a dead process hears: nothing, ever. */
  async survives<T>(answer: Promise<T>): Promise<T> {
    try {
      const value = await answer;
      return this.isOver ? await new Promise<never>(() => {}) : value;
    } catch (error) {
      if (this.isOver) return await new Promise<never>(() => {});
      throw error;
    }
  }

  #tick(run: () => void): void {
    if (this.passes('timer')) run();
  }

  #every(queue: EventQueue, periodMs: Millis, run: () => void): () => void {
    let cancel = (): void => {};
    const again = (): void => {
      if (this.isOver) return;
      cancel = queue.after(periodMs, again);
      this.#tick(run);
    };
    cancel = queue.after(periodMs, again);
    let isOn = true;
    return () => {
      if (isOn) cancel();
      isOn = false;
    };
  }
}
