// The lifecycle at work: each closed trade of a twin is judged at once, what only time decides is looked at
// once a second, a person may move anyone. A stage moves in memory as it is decided; its fact is journalled
// before anything that is decided with it.
import type { Configuration, Stage } from '../domain/configuration.ts';
import { type Fact, type FactOf, fact, type Named } from '../domain/fact.ts';
import { backtestOf } from '../domain/lifecycle-evidence.ts';
import type { Verdict } from '../domain/lifecycle-state.ts';
import type { Beside, Progress } from '../domain/progress.ts';
import type { SizingRules } from '../domain/sizing.ts';
import type { Millis } from '../domain/time.ts';

export interface Lifecycle {
  /**
   * Seats a configuration with its progress and judges what is due. One whose version sits here already
   * goes on with the progress it has.
   */
  seat(configuration: Configuration, progress: Progress): void;
  /** Whether this version of a configuration sits here. */
  knows(configuration: Pick<Configuration, 'id' | 'version'>): boolean;
  unseat(configId: string): void;
  /** The facts that follow from a closed trade; they are the caller's to record. */
  closed(trade: FactOf<'twin.closed'>): readonly Fact[];
  /** Lets time pass. */
  tick(): void;
  /** A person moves a configuration; false when it does not sit here. */
  override(configId: string, to: Stage, named: Named): boolean;
}

interface Seat {
  readonly configuration: Configuration;
  readonly progress: Progress;
  readonly beside: Beside;
}

export function createLifecycle(options: {
  /** The most one position of a stage may take, as a share of capital. */
  caps: SizingRules['base'];
  marketTime(): Millis;
  record(facts: readonly Fact[]): void;
  onStage(configId: string, stage: Stage): void;
  /** Nothing is judged any more: it takes no part. */
  onArchived(configId: string): void;
}): Lifecycle {
  const { caps, record, marketTime } = options;
  const seats = new Map<string, Seat>();
  const capOf = (from: Stage, to: Stage) => ({ from: caps[from], to: caps[to] });

  function factOf({ id, version }: Configuration, verdict: Verdict): Fact {
    const { from, to, at } = verdict;
    const cap = verdict.kind === 'archived' ? { from: caps[from], to: 0 } : capOf(from, to);
    return fact('stage.judged', { at, key: id }, { id, version, verdict, cap });
  }

  /** Moves whom the verdicts move; their facts. */
  function follow({ configuration }: Seat, verdicts: readonly Verdict[]): readonly Fact[] {
    for (const { kind, to } of verdicts) {
      if (kind === 'archived') options.onArchived(configuration.id);
      else if (kind === 'promoted' || kind === 'demoted') options.onStage(configuration.id, to);
    }
    return verdicts.map((verdict) => factOf(configuration, verdict));
  }

  return {
    knows: ({ id, version }) => seats.get(id)?.configuration.version === version,
    seat(configuration, progress) {
      const known = seats.get(configuration.id);
      const goesOn = known?.configuration.version === configuration.version;
      const beside = { backtest: backtestOf(configuration), slippageRatio: null };
      const seat = { configuration, progress: goesOn ? known.progress : progress, beside };
      seats.set(configuration.id, seat);
      record(follow(seat, seat.progress.judge(beside, marketTime())));
    },
    unseat(configId) {
      seats.delete(configId);
    },
    closed({ key, at, data }) {
      const seat = seats.get(key);
      if (seat === undefined || seat.configuration.version !== data.version) return [];
      return follow(seat, seat.progress.close(data.trade.returnR, seat.beside, at));
    },
    tick() {
      const at = marketTime();
      for (const seat of seats.values()) {
        if (!seat.progress.isWaiting) continue;
        record(follow(seat, seat.progress.wait(seat.beside, at)));
      }
    },
    override(configId, to, { by, reason }) {
      const seat = seats.get(configId);
      if (seat === undefined) return false;
      const at = marketTime();
      const { id, version } = seat.configuration;
      const from = seat.progress.state.stage;
      seat.progress.override(to, at);
      const data = { id, version, from, to, by, reason, cap: capOf(from, to) };
      record([fact('stage.overridden', { at, key: id }, data)]);
      options.onStage(configId, to);
      return true;
    },
  };
}
