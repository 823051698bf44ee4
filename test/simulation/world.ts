// One seed: a market, an exchange and a store that outlive the trader's processes; lives that end and begin again; a
// person who looks in; and an end at which the faults stop and everything has to come to rest.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from '../../src/domain/configuration.ts';
import type { Entry, Fact } from '../../src/domain/fact.ts';
import type { Millis } from '../../src/domain/time.ts';
import { VenueFault } from '../../src/exchange/fault.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { StoreFault } from '../../src/store/fault.ts';
import { checkAtRest, restless } from './at-rest.ts';
import { Auditor } from './auditor.ts';
import { EventQueue } from './event-queue.ts';
import { type ExchangeEvent, SimulatedExchange } from './exchange.ts';
import { type Doom, Life, type Machine, STEPS } from './life.ts';
import { hourMs, minuteMs, PairMarket, stepMs } from './market.ts';
import { Mishaps } from './mishap.ts';
import { Person } from './person.ts';
import { configurationsOf, FIRST_PRICES, instrumentsOf, PAIRS, settingsOf } from './scene.ts';
import { openGround, type StoreGround } from './store-ground.ts';
import { Fate, type Swarm } from './swarm.ts';
import { Trace } from './trace.ts';
import { startTrader, type Trader } from './trader.ts';

const historyBars = 720;
/** Faults go on for so long, and on until a seed was worth its time, but not for ever. */
const faultyMs: Millis = 3.5 * minuteMs;
const faultyMsMax: Millis = 10 * minuteMs;
/** The first life lasts so long at most. */
const firstMsMax: Millis = 3 * minuteMs;
const ordersMin = 20;
/** In which everything comes to rest once nothing fails any more, and how soon it is looked whether it has. */
const restMs: Millis = 5 * minuteMs;
const restMsMin: Millis = 45_000;
/** A few minutes before midnight: each seed sees a day and an hour begin. */
const begunAt: Millis = Date.UTC(2026, 2, 10, 23, 58, 0, 700);

export interface Outcome {
  readonly seed: number;
  readonly hash: string;
  readonly events: number;
  readonly situations: ReadonlyMap<string, number>;
  /** What is against the invariants; none where all is well. */
  readonly findings: readonly Finding[];
  readonly lines: readonly string[];
}

export interface Finding {
  /** Number and name of the invariant. */
  readonly invariant: string;
  readonly detail: string;
  readonly at: Millis;
}

export interface WorldOptions {
  readonly swarm: Swarm;
  /** Where the database stands, and the empty one that it begins as. */
  readonly directory: string;
  readonly linesMax: number;
}

export class World {
  readonly #options: WorldOptions;
  readonly #swarm: Swarm;
  readonly fate: Fate;
  readonly trace: Trace;
  readonly queue = new EventQueue(begunAt);
  readonly markets = new Map<string, PairMarket>();
  readonly exchange: SimulatedExchange;
  readonly settings: Settings;
  readonly configurations: readonly Configuration[];
  readonly machine: Machine;
  readonly #auditor: Auditor;
  readonly #person: Person;
  readonly #mishaps: Mishaps;
  readonly #database: string;
  #life: Life | undefined;
  #trader: Trader | undefined;
  #ground: StoreGround | undefined;
  #lives = 0;
  isHalted = false;

  constructor(options: WorldOptions) {
    this.#options = options;
    const { swarm, linesMax } = options;
    this.#swarm = swarm;
    this.fate = new Fate(swarm);
    this.trace = new Trace(linesMax);
    const drift = this.fate.rate('clockDrift') * 500e-6 * (2 * this.fate.draw('drift') - 1);
    this.machine = { queue: this.queue, rate: 1 + drift, wallOffset: 0 };
    for (const pair of PAIRS) {
      const origin = Math.floor(begunAt / minuteMs - historyBars) * minuteMs;
      const market = {
        ...{ origin: Math.floor(origin / hourMs) * hourMs, liveAt: begunAt - 3 * minuteMs },
        ...{ first: FIRST_PRICES[pair], rises: 0.25 },
      };
      this.markets.set(pair, new PairMarket(swarm.seed, pair, market));
    }
    this.exchange = this.#openExchange();
    this.settings = settingsOf(this.fate);
    this.configurations = configurationsOf();
    this.#database = join(options.directory, `${swarm.seed}.db`);
    this.#auditor = new Auditor(this);
    this.#person = new Person(this);
    this.#mishaps = new Mishaps(this);
  }

  get engine(): Trader['engine'] | undefined {
    return this.#life?.isOver === false ? this.#trader?.engine : undefined;
  }

  get isOpen(): boolean {
    return this.#auditor.model.isOpen;
  }

  get database(): string {
    return this.#database;
  }

  /** Something is not as it must be. */
  object(invariant: string, detail: string): void {
    this.#auditor.object(invariant, detail);
  }

  /** Of the process that runs. */
  journal(): StoreGround['journal'] {
    if (this.#ground === undefined) throw new Error('expected a store, was none');
    return this.#ground.journal;
  }

  async run(): Promise<Outcome> {
    const isFine = (): boolean => this.#auditor.findings.length === 0;
    try {
      this.#everyStep();
      this.#mishaps.begin();
      this.#person.begin();
      this.#begin();
      await this.queue.play(begunAt + faultyMsMax, () => this.#auditor.look() && !this.#isWorth());
      if (isFine()) await this.#rest();
    } finally {
      this.#ground?.release();
      this.#clean();
    }
    return {
      ...{ seed: this.#swarm.seed, events: this.queue.count, situations: this.trace.situations },
      ...{ findings: this.#auditor.findings, lines: this.trace.lines, hash: this.trace.digest() },
    };
  }

  /** Faults stop; what is under way ends, or stands where it is wanted; then the books are compared. */
  async #rest(): Promise<void> {
    this.fate.isAwake = false;
    this.trace.write(this.queue.now, 'the faults stop');
    this.#person.calm();
    this.isHalted = false;
    if (this.#life?.isOver !== false) this.#begin();
    for (const pair of PAIRS) this.#mishaps.rule(pair, { isHalted: false });
    const begun = this.queue.now;
    await this.queue.play(begun + restMsMin, () => this.#auditor.look());
    // A moment at which nothing is under way; and if none comes, whatever hinders it is told.
    const isOver = (): boolean =>
      this.#ground?.waiting() === 0 && this.#person.isDone && restless(this).length === 0;
    await this.queue.play(begun + restMs, () => this.#auditor.look() && !isOver());
    if (this.#auditor.findings.length > 0) return;
    await checkAtRest(this, this.#auditor);
  }

  /** Whether enough has happened for a seed to have been worth its time. */
  #isWorth(): boolean {
    if (this.queue.now < begunAt + faultyMs) return false;
    return this.#lives > 1 && this.#auditor.model.orders.size >= ordersMin;
  }

  #openExchange(): SimulatedExchange {
    const { fate } = this;
    const isThird = fate.rate('thirdFee') > 0;
    return new SimulatedExchange({
      ...{ pairs: PAIRS, feeRate: '0.0005' },
      balances: { USDT: '100000', BNB: '50', ETH: '1.5' },
      feeAsset: isThird ? { asset: 'BNB', quotePrice: '600' } : undefined,
      price: (pair) => this.markets.get(pair)?.price(this.queue.now) ?? 0,
      now: () => Math.floor(this.queue.now),
      liquidity: () => ({
        pieces: fate.strikes('pieces') ? 2 + Math.floor(8 * fate.draw('pieces count')) : 1,
        share: fate.strikes('partOnly') ? fate.draw('share') : 1,
      }),
      onEvent: (event) => this.#happened(event),
    });
  }

  #happened(event: ExchangeEvent): void {
    const what =
      event.type === 'order'
        ? `${event.what} ${event.order.clientOrderId} ${event.order.side} ${event.order.type} ${event.order.quantity} ${event.order.pair}`
        : event.type === 'trade'
          ? `trade ${event.trade.id} ${event.trade.order.clientOrderId} ${event.trade.quantity} at ${event.trade.price}`
          : `balance ${event.asset} ${event.delta}`;
    this.trace.write(this.queue.now, `exchange: ${what}`, `exchange ${event.type}`);
    this.#auditor.happened(event);
    this.#trader?.wire.tell(event);
  }

  /** A process begins. */
  #begin(): void {
    this.#lives += 1;
    const life = new Life(this.machine, {
      doom: this.#doom(),
      mayCrash: () => this.fate.isAwake,
      onEnd: (step) => this.#ended(step),
    });
    this.#life = life;
    this.trace.write(this.queue.now, `life ${this.#lives} begins`, 'life');
    this.#auditor.begins();
    void this.#start(life).catch((error: unknown) => {
      if (life.isOver) return;
      if (!(error instanceof StoreFault || error instanceof VenueFault)) {
        this.object('bug: a start that failed', String(error));
      }
      this.trace.write(this.queue.now, `the start failed: ${String(error)}`, 'start failed');
      life.end('a failed start');
    });
  }

  async #start(life: Life): Promise<void> {
    const { directory } = this.#options;
    const world = this.#world();
    const ground = await openGround(this.#database, join(directory, 'empty.db'), life, world);
    this.#ground = ground;
    const trader = await life.survives(startTrader({ ...world, store: ground }, life));
    this.#trader = trader;
  }

  #world() {
    const { queue, fate, trace, exchange, markets, settings, configurations } = this;
    const auditor = this.#auditor;
    return {
      ...{ queue, fate, trace, exchange, markets, settings, configurations },
      instruments: () => instrumentsOf(exchange.rules),
      isHalted: () => this.isHalted,
      onAppending: (facts: readonly Fact[]) => {
        if (facts.some(({ type }) => type === 'signal.approved')) this.#person.entryWaits();
      },
      onRefused: auditor.storeRefused.bind(auditor),
      onTradeTold: auditor.tradeTold.bind(auditor),
      onCommitted: (entries: readonly Entry[]) => {
        for (const entry of entries) {
          const { what, situation } = told(entry);
          trace.write(queue.now, `${entry.seq} ${what}`, situation);
        }
        auditor.committed(entries);
      },
      onTrouble: (forMs = 0) => auditor.storeStalled(forMs),
      onOrderLeaves: auditor.orderLeaves.bind(auditor),
      onCandle: auditor.candle.bind(auditor),
      onPrice: auditor.price.bind(auditor),
      onEntry: () => {},
      onFatal: (reason: string, error: unknown) => {
        const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
        auditor.object('bug: the engine could not go on', `${reason}: ${words}`);
      },
    };
  }

  #ended(step: string): void {
    this.trace.write(this.queue.now, `the process ends at ${step}`, `crash at ${step}`);
    this.#trader?.wire.cut('the process is gone');
    this.#trader = undefined;
    this.#ground?.release();
    this.#ground = undefined;
    this.#auditor.ends();
    const pauseMs = this.fate.isAwake ? this.fate.skewed('restart', 50, 240_000) : 500;
    this.queue.after(pauseMs, () => {
      if (this.#life?.isOver !== false) this.#begin();
    });
  }

  /** The first life always crashes; later ones where crashes take part. */
  #doom(): Doom | undefined {
    const { fate } = this;
    if (!fate.isAwake) return undefined;
    const isFirst = this.#lives === 1;
    if (!isFirst && fate.draw('doom') > 0.3 + fate.rate('crashes')) return undefined;
    if (fate.draw('doom kind') < 0.3) return { afterMs: fate.skewed('doom time', 50, firstMsMax) };
    const at = STEPS[Math.floor(fate.draw('doom step') * STEPS.length)] ?? 'timer';
    const isOften = at === 'timer' || at === 'frame.comes';
    const nth = Math.ceil(fate.skewed('doom nth', 1, isOften ? 1000 : 40));
    // A step may never come so often.
    return { step: { at, nth }, ...(isFirst ? { afterMs: firstMsMax } : {}) };
  }

  /** The market moves. */
  #everyStep(): void {
    this.queue.at((Math.floor(this.queue.now / stepMs) + 1) * stepMs, () => {
      for (const pair of PAIRS) this.exchange.move(pair);
      this.#everyStep();
    });
  }

  #clean(): void {
    for (const end of ['', '-wal', '-shm']) rmSync(`${this.#database}${end}`, { force: true });
  }
}

/** An entry in few words, and the situation that it is. */
function told(entry: Entry): { what: string; situation: string } {
  const { type, key } = entry;
  const detail =
    type === 'signal.refused'
      ? entry.data.refusal.code
      : type === 'breaker.tripped'
        ? entry.data.id
        : type === 'order.ended'
          ? entry.data.state
          : type === 'exit.ordered'
            ? entry.data.reason
            : '';
  return { what: `${type} ${key} ${detail}`.trimEnd(), situation: `${type} ${detail}`.trimEnd() };
}
