// One seed: a market, an exchange and a store that outlive the trader's processes; lives that end and begin again; a
// person who looks in; and an end at which the faults stop and everything has to come to rest.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from '../../src/domain/configuration.ts';
import type { Entry } from '../../src/domain/fact.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import { money, quantity } from '../../src/domain/money.ts';
import type { Millis } from '../../src/domain/time.ts';
import { checkSettings, type Settings } from '../../src/settings/settings.ts';
import { checkAtRest, restless } from './at-rest.ts';
import { Auditor } from './auditor.ts';
import { EventQueue } from './event-queue.ts';
import { type ExchangeEvent, exact, SimulatedExchange } from './exchange.ts';
import { type Doom, Life, type Machine, STEPS } from './life.ts';
import { hourMs, minuteMs, PairMarket, stepMs } from './market.ts';
import { Person } from './person.ts';
import { openGround, type StoreGround } from './store-ground.ts';
import { Fate, type Swarm } from './swarm.ts';
import { Trace } from './trace.ts';
import { startTrader, type Trader } from './trader.ts';

const quote = 'USDT';
export const PAIRS = ['BTC/USDT', 'ETH/USDT'] as const;
const firstPrices: Readonly<Record<string, number>> = { 'BTC/USDT': 60_000, 'ETH/USDT': 3000 };
const historyBars = 720;
/** Faults go on for so long, and on until a seed was worth its time, but not for ever. */
const faultyMs: Millis = 7 * minuteMs;
const faultyMsMax: Millis = 30 * minuteMs;
const ordersMin = 20;
/** In which everything comes to rest once nothing fails any more, and how soon it is looked whether it has. */
const restMs: Millis = 5 * minuteMs;
const restMsMin: Millis = 45_000;
/** Five minutes before midnight: each seed sees a day and an hour begin. */
const begunAt: Millis = Date.UTC(2026, 2, 10, 23, 55, 0, 700);

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
  readonly #machine: Machine;
  readonly #auditor: Auditor;
  readonly #person: Person;
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
    this.#machine = { queue: this.queue, rate: 1 + drift, wallOffset: 0 };
    for (const pair of PAIRS) {
      const origin = Math.floor(begunAt / minuteMs - historyBars) * minuteMs;
      const market = {
        ...{ origin: Math.floor(origin / hourMs) * hourMs, liveAt: begunAt },
        first: firstPrices[pair] ?? 1,
      };
      this.markets.set(pair, new PairMarket(swarm.seed, pair, market));
    }
    this.exchange = this.#openExchange();
    this.settings = settingsOf(this.fate);
    this.configurations = configurationsOf();
    this.#database = join(options.directory, `${swarm.seed}.db`);
    this.#auditor = new Auditor(this);
    this.#person = new Person(this);
  }

  get engine(): Trader['engine'] | undefined {
    return this.#life?.isOver === false ? this.#trader?.engine : undefined;
  }

  get database(): string {
    return this.#database;
  }

  get life(): Life | undefined {
    return this.#life;
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
      this.#everyMinute();
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
    for (const [pair, rules] of this.exchange.rules) {
      this.exchange.rules.set(pair, { ...rules, isHalted: false });
    }
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
    const life = new Life(this.#machine, {
      doom: this.#doom(),
      mayCrash: () => this.fate.isAwake,
      onEnd: (step) => this.#ended(step),
    });
    this.#life = life;
    this.trace.write(this.queue.now, `life ${this.#lives} begins`, 'life');
    this.#auditor.begins();
    void this.#start(life).catch((error: unknown) => {
      if (life.isOver) return;
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
      instruments: () => this.#instruments(),
      isHalted: () => this.isHalted,
      onCommitted: (entries: readonly Entry[]) => {
        for (const { seq, type, key } of entries) {
          trace.write(queue.now, `${seq} ${type} ${key}`, type);
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
    if (this.#lives > 1 && fate.draw('doom') > 0.3 + fate.rate('crashes')) return undefined;
    if (fate.draw('doom kind') < 0.3) {
      return { afterMs: fate.skewed('doom time', 50, faultyMs) };
    }
    const at = STEPS[Math.floor(fate.draw('doom step') * STEPS.length)] ?? 'timer';
    const isOften = at === 'timer' || at === 'frame.comes';
    return { at, nth: Math.ceil(fate.skewed('doom nth', 1, isOften ? 2000 : 40)) };
  }

  /** The market moves. */
  #everyStep(): void {
    this.queue.at((Math.floor(this.queue.now / stepMs) + 1) * stepMs, () => {
      for (const pair of PAIRS) this.exchange.move(pair);
      this.#everyStep();
    });
  }

  /** What befalls the exchange and the machine. */
  #everyMinute(): void {
    this.queue.after(minuteMs * (0.5 + this.fate.draw('minute')), () => {
      this.#befall();
      this.#everyMinute();
    });
  }

  #befall(): void {
    const { fate, trace, exchange, queue } = this;
    const pair = PAIRS[Math.floor(fate.draw('pair') * PAIRS.length)] ?? PAIRS[0];
    if (fate.strikes('clockStep')) {
      this.#machine.wallOffset = (2 * fate.draw('step') - 1) * 3_600_000;
      trace.met('clock set');
      // Somebody notices, sooner or later.
      queue.after(fate.skewed('noticed', 1000, 120_000), () => {
        this.#machine.wallOffset = 0;
      });
    }
    if (fate.strikes('stranger')) {
      trace.met('stranger trades');
      const clientOrderId = `web_${exchange.orders.length}`;
      const side = fate.draw('stranger side') < 0.5 ? 'BUY' : 'SELL';
      const amount = pair === 'ETH/USDT' ? '0.4' : '0.02';
      exchange.place({
        ...{ clientOrderId, pair, side, type: 'MARKET', quantity: exact(amount) },
        ...{ price: undefined, stopPrice: undefined },
      });
    }
    if (fate.strikes('transfer')) {
      const amount = exact(Math.round((2 * fate.draw('amount') - 1) * 5000));
      if (exchange.transfer(quote, amount)) trace.met('transfer');
    }
    const rules = exchange.rules.get(pair);
    if (rules === undefined) return;
    if (fate.strikes('rules')) {
      trace.met('rules changed');
      exchange.rules.set(pair, { ...rules, stepSize: exact('0.01'), notionalMin: exact(20) });
    }
    if (fate.strikes('pairHalt')) {
      trace.met('pair halted');
      exchange.rules.set(pair, { ...rules, isHalted: true });
      queue.after(fate.skewed('halt', 1000, 120_000), () => {
        const now = exchange.rules.get(pair) ?? rules;
        exchange.rules.set(pair, { ...now, isHalted: false });
      });
    }
  }

  #instruments(): ReadonlyMap<string, Instrument> {
    return new Map(
      [...this.exchange.rules].map(([pair, { tickSize, stepSize, notionalMin }]) => {
        const [base = ''] = pair.split('/');
        return [
          pair,
          {
            ...{ pair, base, quote, active: true, tickSize, stepSize },
            ...{ quantityMin: quantity(stepSize.toFixed()), quantityMax: quantity('9000') },
            notionalMin: money(notionalMin.toFixed()),
          } as unknown as Instrument,
        ];
      }),
    );
  }

  #clean(): void {
    for (const end of ['', '-wal', '-shm']) rmSync(`${this.#database}${end}`, { force: true });
  }
}

const eager = {
  ...{ pivot_bars: 1, lookback: 200, level_age_min: 10, cluster_tolerance: 0, reclaim_bars: 3 },
  ...{ depth_min: 0, depth_max: 10, relative_volume_min: 0, close_location_min: 0 },
  ...{ sweep_window: 1, target_min_r: 1.5, target_r: 2, target_max_r: 2, confidence_min: 0 },
};

const configurationsOf = (): readonly Configuration[] =>
  PAIRS.flatMap((pair) =>
    [1, 2, 3, 5].map((patience): Configuration => {
      const [base = ''] = pair.split('/');
      return {
        ...{ id: `${base.toLowerCase()}-${patience}`, version: 1, pair, exchange: 'binance' },
        ...{ strategy: 'liquidity_sweep', timeframe: '1m', stage: 'MATURE', isActive: true },
        parameters: { ...eager, stop_buffer: 0.5 + patience / 4, bars_max: patience },
        ...{ winRatePercent: 68, sharpe: 2.1, performance: {}, validation: {} },
        ...{ regime: null, evidence: null },
      };
    }),
  );

function settingsOf(fate: Fate): Settings {
  const isNarrow = fate.rate('narrow') > 0;
  const read = checkSettings(
    {
      mode: 'live',
      execution: { fee: 0.0005, slippage: 0, collar: 0.004, maxSignalAge: 1 },
      risk: {
        ...{ maxTotalExposure: 0.35, maxAssetExposure: 0.25, cashReserve: 0.6, maxPositions: 6 },
        ...{ stageCaps: { MATURE: 0.4 }, maxDailyLoss: isNarrow ? 0.0003 : 0.05 },
      },
      protection: { by: fate.draw('protection') < 0.7 ? 'both' : 'engine', offset: 0.002 },
      breakers: {
        ...{ entriesPerHour: 1000, entriesPerDay: 1000, lossStreak: 1000, silenceSeconds: 30 },
        ...{ rejectsInRow: isNarrow ? 5 : 1000, rejectOrders: 1000, venueErrors: 1000 },
        ...{ priceBand: 0.5, priceBandMajor: 0.4, volatilityScale: 500, volatilityPause: 900 },
        ...{ volatilityReset: 400, slippageShock: 0.9, slippagePause: 0.8, slippageScale: 0.7 },
      },
    },
    'simulation',
  );
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.settings;
}
