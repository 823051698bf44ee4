// The lifecycle at work: each closed trade of a twin is judged at once, what only time decides is looked at
// once a second, a person may move anyone. A stage moves in memory as it is decided; its fact is journalled
// before anything that is decided with it.
import type { Configuration, Stage } from '../domain/configuration.ts';
import { type Fact, type FactOf, fact } from '../domain/fact.ts';
import {
  backtestOf,
  NO_SLIPPAGE,
  type Slippage,
  slippageRatioOf,
  withSlip,
} from '../domain/lifecycle-evidence.ts';
import type { Verdict } from '../domain/lifecycle-state.ts';
import { type Poison, poisonOf } from '../domain/poison.ts';
import type { Beside, Progress } from '../domain/progress.ts';
import type { SizingRules } from '../domain/sizing.ts';
import type { Millis } from '../domain/time.ts';
import type { Past } from './enrolment.ts';

interface Seat {
  readonly configuration: Configuration;
  readonly progress: Progress;
  readonly backtest: Beside['backtest'];
  /** Since the stage began. */
  slippage: Slippage;
}

interface LifecycleOptions {
  /** The most one position of a stage may take, as a share of capital. */
  readonly caps: SizingRules['base'];
  /** Slippage of the model, a side. */
  readonly slippage: number;
  marketTime(): Millis;
  record(facts: readonly Fact[]): void;
  onStage(configId: string, stage: Stage): void;
  /** Nothing is judged any more: it takes no part. */
  onArchived(configId: string): void;
  /** The evidence of one configuration cannot be judged; the others' can. */
  onFault(configId: string, error: unknown, poison: Poison): void;
}

export class Lifecycle {
  readonly #options: LifecycleOptions;
  readonly #seats = new Map<string, Seat>();

  constructor(options: LifecycleOptions) {
    this.#options = options;
  }

  /** Whether this version of a configuration sits here. */
  knows({ id, version }: Pick<Configuration, 'id' | 'version'>): boolean {
    return this.#seats.get(id)?.configuration.version === version;
  }

  /**
   * Seats a configuration with what it brings from its past; null where its evidence begins now, with a
   * backtest that is judged at once. One whose version sits here already goes on with what it has. A seat
   * alone raises no alarm: that is for the next trade, as if the process had never ended.
   */
  seat(configuration: Configuration, past: Omit<Past, 'twin'> | null, fresh: Progress): void {
    const known = this.#seats.get(configuration.id);
    const goesOn = known?.configuration.version === configuration.version;
    const begun = goesOn ? known : past;
    const { progress, slippage } = begun ?? { progress: fresh, slippage: NO_SLIPPAGE };
    const seat = { progress, slippage, configuration, backtest: backtestOf(configuration) };
    this.#seats.set(configuration.id, seat);
    const { record, marketTime } = this.#options;
    const beside = this.#beside(seat);
    const verdicts =
      begun === null ? progress.judge(beside, marketTime()) : progress.wait(beside, marketTime());
    record(this.#follow(seat, verdicts));
  }

  /** Stage of a configuration that sits here. */
  stageOf(configId: string): Stage | undefined {
    return this.#seats.get(configId)?.progress.state.stage;
  }

  unseat(configId: string): void {
    this.#seats.delete(configId);
  }

  /** The facts that follow from a closed trade; they are the caller's to record. */
  closed({ key, at, data }: FactOf<'twin.closed'>): readonly Fact[] {
    const seat = this.#seats.get(key);
    if (seat === undefined || seat.configuration.version !== data.version) return [];
    return this.#follow(seat, seat.progress.close(data.trade.returnR, this.#beside(seat), at));
  }

  /** Takes what a real order of a configuration slipped, as a share of the price that asked for it. */
  slipped(configId: string, slip: number): void {
    const seat = this.#seats.get(configId);
    if (seat !== undefined) seat.slippage = withSlip(seat.slippage, slip);
  }

  /** Lets time pass. */
  tick(): void {
    const { record, marketTime, onFault } = this.#options;
    const at = marketTime();
    for (const [configId, seat] of this.#seats) {
      if (!seat.progress.isWaiting) continue;
      try {
        record(this.#follow(seat, seat.progress.wait(this.#beside(seat), at)));
      } catch (error) {
        // It would fail every second: it is seated again when its configuration is.
        this.#seats.delete(configId);
        onFault(configId, error, poisonOf('moment', at));
      }
    }
  }

  /** A person has moved a configuration; false when it does not sit here, and the fact is the caller's. */
  override(overriding: FactOf<'stage.overridden'>): boolean {
    const { key, at, data } = overriding;
    const seat = this.#seats.get(key);
    if (seat === undefined) return false;
    seat.progress.override(data.to, at);
    seat.slippage = NO_SLIPPAGE;
    this.#options.record([overriding]);
    this.#options.onStage(key, data.to);
    return true;
  }

  #cap(from: Stage, to: Stage) {
    const { caps } = this.#options;
    return { from: caps[from], to: caps[to] };
  }

  #beside({ backtest, slippage }: Seat): Beside {
    return { backtest, slippageRatio: slippageRatioOf(slippage, this.#options.slippage) };
  }

  /** Moves whom the verdicts move; their facts. */
  #follow(seat: Seat, verdicts: readonly Verdict[]): readonly Fact[] {
    for (const verdict of verdicts) this.#move(seat, verdict);
    return verdicts.map((verdict) => this.#factOf(seat.configuration, verdict));
  }

  #move(seat: Seat, { kind, to }: Verdict): void {
    const { id } = seat.configuration;
    if (kind === 'archived') this.#options.onArchived(id);
    if (kind !== 'promoted' && kind !== 'demoted') return;
    seat.slippage = NO_SLIPPAGE;
    this.#options.onStage(id, to);
  }

  #factOf({ id, version }: Configuration, verdict: Verdict): Fact {
    const { from, to, at, kind } = verdict;
    const cap = this.#cap(from, to);
    const now = kind === 'archived' ? { ...cap, to: 0 } : cap;
    return fact('stage.judged', { at, key: id }, { id, version, verdict, cap: now });
  }
}
