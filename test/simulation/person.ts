// Somebody who looks in now and then: resumes what was reduced, resets breakers, accepts what others traded; and, where
// it is drawn, halts, flattens and closes.
import type { Portfolio } from '../../src/domain/portfolio.ts';
import type { Millis } from '../../src/domain/time.ts';
import type { World } from './world.ts';

const by = 'anna';
const reason = 'a look';
/** Between two looks. */
const everyMs: Millis = 10_000;
/** What the venue may still be telling is not accepted before it has had time to. */
const patienceMs: Millis = 30_000;
/** The file HALT is heeded this often. */
const heedMs: Millis = 250;
/** How often somebody halts while an entry waits for its commit. */
const meanwhile = 0.1;

export class Person {
  readonly #world: World;
  #isCalm = false;
  #isBusy = false;
  #mustAdopt = false;
  /** Since when there has been something to accept. */
  #wantedAt: Millis | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  begin(): void {
    const { queue } = this.#world;
    queue.after(everyMs, () => {
      this.#look();
      this.begin();
    });
  }

  /** From now on only what helps; and, once, whatever the venue says is accepted. */
  calm(): void {
    this.#isCalm = true;
    this.#mustAdopt = true;
  }

  /** Nothing is left to be done by a person. */
  get isDone(): boolean {
    return !this.#isBusy && !this.#mustAdopt;
  }

  /** An entry waits for its commit: the worst moment for a halt. */
  entryWaits(): void {
    const { fate, trace } = this.#world;
    if (this.#isCalm || fate.rate('person') === 0 || !(fate.draw('meanwhile') < meanwhile)) return;
    trace.met('halted while an entry waits');
    this.#halt();
  }

  #look(): void {
    const { engine, fate, trace } = this.#world;
    if (engine === undefined) return;
    if (!this.#isCalm && fate.strikes('person')) {
      this.#interfere(engine);
      return;
    }
    const book = engine.book();
    if (this.#mayAccept(book)) this.#adopt(engine);
    for (const breaker of book.breakers.values()) {
      if (engine.resetBreaker(breaker, by, reason) === undefined) trace.met('breaker reset');
    }
    if (book.trading === 'active') return;
    this.#world.isHalted = false;
    trace.write(this.#world.queue.now, 'anna resumes', 'resumed');
    engine.command('resume', by, reason);
  }

  /** There is something to accept, and has been for long enough. */
  #mayAccept({ account: { frozen, missing } }: Portfolio): boolean {
    const isWanted = frozen.size > 0 || missing.size > 0 || this.#mustAdopt;
    const { now } = this.#world.queue;
    this.#wantedAt = isWanted ? (this.#wantedAt ?? now) : undefined;
    return this.#wantedAt !== undefined && now - this.#wantedAt >= patienceMs;
  }

  #adopt(engine: NonNullable<World['engine']>): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const done = (whyNot?: unknown): void => {
      this.#isBusy = false;
      if (this.#isCalm && whyNot === undefined) this.#mustAdopt = false;
    };
    this.#world.trace.met('adopted');
    // A process that ends meanwhile never answers.
    this.#world.queue.after(60_000, () => done('nobody answered'));
    engine.adopt(null, by, reason).then(done, () => done('refused'));
  }

  #halt(): void {
    this.#world.trace.met('halted');
    this.#world.isHalted = true;
    this.#world.queue.after(heedMs, () => this.#world.engine?.command('reduce', by, reason));
  }

  #interfere(engine: NonNullable<World['engine']>): void {
    const { fate, trace, queue } = this.#world;
    const what = fate.draw('what');
    trace.write(
      queue.now,
      `anna interferes: ${what < 0.4 ? 'halt' : what < 0.7 ? 'flatten' : 'close'}`,
    );
    if (what < 0.4) {
      this.#halt();
    } else if (what < 0.7) {
      trace.met('flattened');
      engine.command('flatten', by, reason);
    } else {
      for (const configId of engine.book().positions.keys()) {
        if (engine.close(configId)) trace.met('closed by a person');
      }
    }
  }
}
