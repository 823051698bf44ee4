// What the engine stands on and by which rules: everything outside it, joined by whoever starts it.
import type { BreakerLevels } from '../domain/breaker-levels.ts';
import type { Configuration } from '../domain/configuration.ts';
import type { Entry } from '../domain/fact.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { LifecycleRules } from '../domain/lifecycle-rules.ts';
import type { DecimalText } from '../domain/money.ts';
import type { ExecutionRules, ProtectionRules } from '../domain/order.ts';
import type { Portfolio } from '../domain/portfolio.ts';
import type { RiskLimits } from '../domain/risk.ts';
import type { SizingRules } from '../domain/sizing.ts';
import type { Millis } from '../domain/time.ts';
import type {
  Clock,
  Feed,
  FeedNews,
  Journal,
  Log,
  Tape,
  Timers,
  Venue,
  VenueNews,
} from '../ports.ts';
import type { Enrolment } from './enrolment.ts';

/** What the engine stands on. The venue is connected and the book recovered before it starts. */
export interface Banks {
  readonly journal: Journal;
  readonly tape: Tape;
  readonly feed: Feed;
  readonly venue: Venue;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

export interface EngineRules {
  readonly limits: RiskLimits;
  readonly sizing: SizingRules;
  readonly execution: ExecutionRules;
  readonly breakers: BreakerLevels;
  readonly protection: ProtectionRules;
  readonly lifecycle: LifecycleRules;
  readonly gatherMs: Millis;
  /** The most of the quote currency that may be put in; deposits beyond it stay their owner's. */
  readonly ceiling: DecimalText;
  /** How long a signed request stays valid at the venue. */
  readonly recvWindowMs: Millis;
  /** Whether market time is the machine's: not where a sandbox plays its own. */
  readonly isRealTime: boolean;
}

export interface EngineStart {
  readonly book: Portfolio;
  readonly seq: number;
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly enrolments: readonly Enrolment[];
  /** Version of each configuration that is quarantined. */
  readonly quarantined: ReadonlyMap<string, number>;
  /** A configuration with what the journal has of it now. Throws `StoreFault`. */
  enrol(configuration: Configuration): Promise<Enrolment>;
  /** What the venue said since it was connected. */
  readonly heard?: readonly VenueNews[];
}

/** What the engine tells whoever started it; none of it is needed for trading. */
export interface EngineListener {
  onEntry(entry: Entry): void;
  onFeedNews(news: FeedNews): void;
  /** The engine cannot go on: the process must end and recover. */
  onFatal(reason: string, error: unknown): void;
}
