// A configuration that failed is its own affair: it alone leaves its stream, is made anew from the journal
// after a while, and when it fails again and again is quarantined until a person releases it. Its position
// stays with the trigger book and the supervisor all the time.
import type { Configuration } from '../domain/configuration.ts';
import { type Entry, type Fact, type FactOf, fact, type Named } from '../domain/fact.ts';
import {
  countedFaults,
  isRepeated,
  type Poison,
  poisonOf,
  waitAfter,
  wordsOf,
} from '../domain/poison.ts';
import type { Portfolio } from '../domain/portfolio.ts';
import { type Millis, timeframeMs } from '../domain/time.ts';
import type { Clock, Log, Timers } from '../ports.ts';
import type { Enrolment } from './enrolment.ts';
import type { Evaluation } from './evaluate.ts';
import type { Recorder } from './recorder.ts';
import type { Registry } from './registry.ts';
import type { Counters } from './status.ts';

/** One version of a configuration that failed at least once. */
interface Case {
  readonly version: number;
  readonly state: 'well' | 'waiting' | 'quarantined';
  /** On the machine's clock. */
  readonly faults: readonly Millis[];
  /** When the venue said that there was no money for its order. */
  readonly shortages: readonly Millis[];
}

interface FaultOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly counters: Pick<Counters, 'faults'>;
  readonly registry: Registry;
  readonly evaluation: Pick<Evaluation, 'remove'>;
  readonly recorder: Recorder;
  /** Quarantined since before this start: the version of each configuration. */
  readonly quarantined: ReadonlyMap<string, number>;
  book(): Portfolio;
  /** A configuration with what the journal has of it. Throws `StoreFault`. */
  enrol(configuration: Configuration): Promise<Enrolment>;
  /** It takes its seat again. */
  onRestart(enrolment: Enrolment): void;
}

export class FaultDesk {
  readonly #options: FaultOptions;
  readonly #cases = new Map<string, Case>();
  /** Configurations whose wait is over, taken one after another. */
  readonly #due: string[] = [];
  readonly #pending = new Map<string, () => void>();
  readonly #handling = new Set<string>();

  constructor(options: FaultOptions) {
    this.#options = options;
    for (const [id, version] of options.quarantined) {
      this.#cases.set(id, { ...NEW, version, state: 'quarantined' });
    }
  }

  /** How many of those that take part, as they are now. */
  get quarantinedCount(): number {
    const { registry } = this.#options;
    let count = 0;
    for (const id of this.#cases.keys()) {
      const configuration = registry.get(id)?.configuration;
      if (configuration !== undefined && this.isQuarantined(configuration)) count += 1;
    }
    return count;
  }

  /** Whether this version of a configuration is quarantined; another one is another matter. */
  isQuarantined({ id, version }: Pick<Configuration, 'id' | 'version'>): boolean {
    const one = this.#cases.get(id);
    return one?.state === 'quarantined' && one.version === version;
  }

  /** Takes a failure of one configuration, whatever of it failed. Never throws. */
  failed(configId: string, error: unknown, poison: Poison): void {
    const { counters, log, registry } = this.#options;
    counters.faults += 1;
    log.error({ configId, error: wordsOf(error) }, 'a configuration failed');
    const configuration = registry.get(configId)?.configuration;
    // A new actor that dies of what it is told here is told no more of it.
    if (configuration === undefined || this.#handling.has(configId)) return;
    this.#handling.add(configId);
    try {
      this.#handle(configuration, wordsOf(error), poison);
    } finally {
      this.#handling.delete(configId);
    }
  }

  /** Takes what was committed: a venue that has no money for a configuration's orders says so a few times. */
  hear(entry: Entry): void {
    if (entry.type !== 'order.ended' || !isShortage(entry.data)) return;
    const { registry, book, clock } = this.#options;
    const configId = book().orders.get(entry.data.clientOrderId)?.order.configId ?? '';
    const configuration = registry.get(configId)?.configuration;
    if (configuration === undefined || this.isQuarantined(configuration)) return;
    const before = this.#caseOf(configuration);
    const shortages = countedFaults(before.shortages, clock.monotonic(), 0);
    this.#cases.set(configId, { ...before, shortages });
    if (!isRepeated(shortages)) return;
    this.#rest(configuration);
    const error = `no money at the venue for ${shortages.length} orders within ten minutes`;
    this.#quarantine(configuration, error, poisonOf('order', entry.data));
  }

  /** A person lets a quarantined configuration begin again; why not, where it cannot. */
  release(configId: string, named: Named, at: Millis): string | undefined {
    const { registry, recorder } = this.#options;
    const one = this.#cases.get(configId);
    if (one?.state !== 'quarantined') return `${configId} is not quarantined`;
    recorder.record([released(configId, one.version, named, at)]);
    this.#cases.set(configId, { ...NEW, version: one.version, state: 'waiting' });
    registry.send(configId, { type: 'configuration.resume' });
    this.#call(configId, 0);
    return undefined;
  }

  /** It leaves its seat, or takes another: nobody waits for it here any more. */
  forget(configId: string): void {
    this.#pending.get(configId)?.();
    this.#pending.delete(configId);
    const one = this.#cases.get(configId);
    if (one?.state === 'waiting') this.#cases.set(configId, { ...one, state: 'well' });
  }

  #handle(configuration: Configuration, error: string, poison: Poison): void {
    const { clock, recorder } = this.#options;
    const { id, version, timeframe } = configuration;
    this.#rest(configuration);
    const before = this.#caseOf(configuration);
    if (before.state === 'quarantined') return;
    const faults = countedFaults(before.faults, clock.monotonic(), timeframeMs(timeframe));
    this.#cases.set(id, { ...before, faults, state: 'waiting' });
    if (isRepeated(faults)) {
      this.#quarantine(configuration, error, poison);
      return;
    }
    const waitMs = waitAfter(faults.length);
    const data = { id, version, error, poison, waitMs };
    recorder.record([fact('configuration.faulted', { at: clock.market(), key: id }, data)]);
    this.#call(id, waitMs);
  }

  #caseOf({ id, version }: Configuration): Case {
    const one = this.#cases.get(id);
    return one?.version === version ? one : { ...NEW, version };
  }

  /** Off its stream, with an actor that lives and knows it. */
  #rest(configuration: Configuration): void {
    const { registry, evaluation, book } = this.#options;
    const { id } = configuration;
    evaluation.remove(configuration);
    registry.revive(id, book());
    registry.send(id, { type: 'fault.raised' });
    // One that was put in the place of a quarantined one.
    if (this.isQuarantined(configuration)) registry.send(id, { type: 'fault.repeated' });
  }

  #quarantine({ id, version }: Configuration, error: string, poison: Poison): void {
    const { recorder, registry, clock } = this.#options;
    this.forget(id);
    this.#cases.set(id, { ...NEW, version, state: 'quarantined' });
    const data = { id, version, error, poison };
    recorder.record([fact('configuration.quarantined', { at: clock.market(), key: id }, data)]);
    registry.send(id, { type: 'fault.repeated' });
  }

  /** Calls for a new start; a later call takes the place of one that waits. */
  #call(configId: string, waitMs: Millis): void {
    this.#pending.get(configId)?.();
    const cancel = this.#options.timers.after(waitMs, () => {
      this.#pending.delete(configId);
      this.#due.push(configId);
      if (this.#due.length === 1) void this.#work();
    });
    this.#pending.set(configId, cancel);
  }

  /** One after another: where thousands failed at one candle, prices go in between. */
  async #work(): Promise<void> {
    const { timers } = this.#options;
    for (let next = this.#due[0]; next !== undefined; next = this.#due[0]) {
      await this.#restart(next);
      await new Promise<void>((resolve) => timers.after(0, resolve));
      this.#due.shift();
    }
  }

  async #restart(configId: string): Promise<void> {
    const { registry, recorder, enrol, onRestart, log } = this.#options;
    const one = this.#cases.get(configId);
    const configuration = registry.get(configId)?.configuration;
    if (one?.state !== 'waiting' || configuration === undefined) return;
    // What it did last must be in the journal before it is read from there.
    await recorder.settled();
    const enrolment = await enrol(configuration).catch((error: unknown) => {
      log.error({ configId, error: wordsOf(error) }, 'a configuration could not be read again');
    });
    if (this.#cases.get(configId) !== one) return;
    if (enrolment === undefined) {
      this.#call(configId, waitAfter(one.faults.length + 1));
      return;
    }
    this.#cases.set(configId, { ...one, state: 'well' });
    registry.send(configId, { type: 'fault.cleared' });
    onRestart(enrolment);
  }
}

const NEW = { state: 'well', faults: [], shortages: [] } as const;

/** Binance's word for a refused order, where it says balance; and our own paper venue's. */
const isShortage = ({ code, message }: FactOf<'order.ended'>['data']): boolean =>
  code === 'insufficient-funds' ||
  (code === '-2010' && /insufficient balance/i.test(message ?? ''));

export const released = (id: string, version: number, { by, reason }: Named, at: Millis): Fact =>
  fact('configuration.released', { at, key: id }, { id, version, by, reason });
