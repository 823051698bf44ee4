// Everything that was let through to the venue within a minute, whatever it was for: the one count that no
// purpose is exempt from. Whichever of market and machine time goes faster ends the minute: time that
// stands still must not keep a position in.
import type { Millis } from '../domain/time.ts';
import type { Clock } from '../ports.ts';

const windowMs: Millis = 60_000;

export class Tally {
  readonly #clock: Pick<Clock, 'market' | 'monotonic'>;
  #sent: { readonly market: Millis; readonly monotonic: Millis }[] = [];

  constructor(clock: Pick<Clock, 'market' | 'monotonic'>) {
    this.#clock = clock;
  }

  count(): number {
    const { market, monotonic } = this.#now();
    const firstIn = this.#sent.findIndex(
      (sent) => market - sent.market < windowMs && monotonic - sent.monotonic < windowMs,
    );
    if (firstIn === -1) this.#sent = [];
    else if (firstIn > 0) this.#sent.splice(0, firstIn);
    return this.#sent.length;
  }

  add(): void {
    this.#sent.push(this.#now());
  }

  #now() {
    return { market: this.#clock.market(), monotonic: this.#clock.monotonic() };
  }
}
