// A seat for every active configuration: its actor, its place on its stream, its twin and its progress are
// taken and given up together.
import type { Configuration, Stage } from '../domain/configuration.ts';
import { type FactOf, fact } from '../domain/fact.ts';
import { balanceOf } from '../domain/ledger.ts';
import { enter } from '../domain/lifecycle-state.ts';
import { money, text } from '../domain/money.ts';
import { poisonOf } from '../domain/poison.ts';
import { Progress } from '../domain/progress.ts';
import type { Clock } from '../ports.ts';
import type { EngineRules } from './bank.ts';
import type { Enrolment } from './enrolment.ts';
import type { Parts } from './part.ts';

export class Seating {
  readonly #parts: Parts;
  readonly #clock: Clock;
  readonly #rules: Pick<EngineRules, 'lifecycle'>;
  /** Their evidence begins when the venue has said what time it is. */
  readonly #beginners = new Map<string, Enrolment>();

  constructor(parts: Parts, clock: Clock, rules: Pick<EngineRules, 'lifecycle'>) {
    this.#parts = parts;
    this.#clock = clock;
    this.#rules = rules;
  }

  /** Seats a configuration, or one anew that was changed: with the same version its evidence goes on. */
  seat(enrolment: Enrolment): void {
    const { configuration } = enrolment;
    const { registry, supervisor, faults } = this.#parts;
    this.#leavePlace(configuration.id);
    registry.add(configuration, supervisor.book());
    if (faults.isQuarantined(configuration)) this.#keepOut(enrolment);
    else this.#take(enrolment);
  }

  /** It decides nothing; what its twin holds is watched to its end, and counts. */
  #keepOut(enrolment: Enrolment): void {
    const { registry } = this.#parts;
    registry.send(enrolment.configuration.id, { type: 'fault.raised' });
    registry.send(enrolment.configuration.id, { type: 'fault.repeated' });
    if (enrolment.past !== null) this.#bringEvidence(enrolment);
  }

  /** A configuration that failed takes its seat anew, with what the journal has of it. */
  reseat(enrolment: Enrolment): void {
    const { id } = enrolment.configuration;
    this.#parts.twins.drop(id);
    this.#parts.lifecycle.unseat(id);
    this.#take(enrolment);
  }

  #take(enrolment: Enrolment): void {
    const { evaluation, streams } = this.#parts;
    evaluation.add(enrolment.configuration);
    streams.add(enrolment.configuration);
    this.#bringEvidence(enrolment);
  }

  #bringEvidence(enrolment: Enrolment): void {
    const { configuration, past } = enrolment;
    const { registry, lifecycle, twins } = this.#parts;
    if (past === null && !lifecycle.knows(configuration)) {
      this.#beginners.set(configuration.id, enrolment);
      this.begin();
      return;
    }
    twins.seat(configuration, past?.twin ?? this.#newBook());
    this.#judge(configuration, () =>
      lifecycle.seat(configuration, past, this.#newProgress(enrolment)),
    );
    // What a document or a row says may be older than what was decided.
    const stage = lifecycle.stageOf(configuration.id) ?? configuration.stage;
    registry.restage(configuration.id, stage);
    twins.restage(configuration.id, stage);
  }

  /** Whether a configuration waits for a person's release. */
  isQuarantined(configuration: Pick<Configuration, 'id' | 'version'>): boolean {
    return this.#parts.faults.isQuarantined(configuration);
  }

  /** Takes a configuration off its stream. Its position, if any, stays watched until it is closed. */
  unseat(configId: string): void {
    this.#leavePlace(configId);
    this.#beginners.delete(configId);
    this.#parts.twins.unseat(configId);
    this.#parts.lifecycle.unseat(configId);
  }

  /** Opens the evidence of everyone who waits for the venue to say, to this process, what time it is. */
  begin(): void {
    const { recorder, twins, lifecycle, watch } = this.#parts;
    if (watch.updates === 0) return;
    const at = this.#clock.market();
    for (const enrolment of [...this.#beginners.values()]) {
      const { configuration, again } = enrolment;
      const { id, version, stage } = configuration;
      this.#beginners.delete(id);
      const book = this.#newBook();
      const data = { id, version, stage, equity: text(book.equity), again };
      recorder.record([fact('evidence.opened', { at, key: id }, data)]);
      twins.seat(configuration, book);
      this.#judge(configuration, () =>
        lifecycle.seat(configuration, null, this.#newProgress(enrolment)),
      );
    }
  }

  /** Evidence that cannot be judged keeps its own configuration out, and no start from going on. */
  #judge({ id }: Configuration, judge: () => void): void {
    try {
      judge();
    } catch (error) {
      this.#parts.lifecycle.unseat(id);
      this.#parts.faults.failed(id, error, poisonOf('moment', this.#clock.market()));
    }
  }

  /** A person moves a configuration; false when the fact is the caller's to record. */
  restage(overriding: FactOf<'stage.overridden'>): boolean {
    const { key, data } = overriding;
    const beginner = this.#beginners.get(key);
    if (beginner === undefined) return this.#parts.lifecycle.override(overriding);
    // Its evidence begins where it is put.
    const configuration = { ...beginner.configuration, stage: data.to };
    this.#beginners.set(key, { ...beginner, configuration });
    this.#parts.registry.restage(key, data.to);
    return false;
  }

  /** Stage of a configuration that takes part, as it was last decided. */
  stageOf(configId: string): Stage | undefined {
    return this.#parts.registry.get(configId)?.configuration.stage;
  }

  #leavePlace(configId: string): void {
    const { registry, evaluation, streams, misses, faults } = this.#parts;
    faults.forget(configId);
    const member = registry.get(configId);
    if (member === undefined) return;
    evaluation.remove(member.configuration);
    streams.remove(member.configuration);
    registry.remove(configId);
    misses.forget(configId);
  }

  #newProgress({ configuration, again }: Enrolment): Progress {
    const { stage } = configuration;
    return new Progress(this.#rules.lifecycle, enter(stage, this.#clock.market(), again));
  }

  /** Every virtual book has the portfolio's capital (DOMAIN §4). */
  #newBook() {
    const { balances, quote } = this.#parts.supervisor.book();
    const equity = money(balanceOf(balances, 'capital', quote).negated());
    return { equity, position: null };
  }
}
