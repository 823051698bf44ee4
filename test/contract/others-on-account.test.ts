// The whole engine on the sandbox, and others on the same account: a person who trades, pays in and takes out,
// a stream that is lost meanwhile, a second engine. What happened is booked once, nothing of it is profit,
// and an audit that shares no code with either finds nothing.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Entry, FactType } from '../../src/domain/fact.ts';
import {
  dayReturn,
  equity,
  foreignOf,
  hasEnded,
  type Portfolio,
} from '../../src/domain/portfolio.ts';
import { compareBalances } from '../../src/engine/recover.ts';
import { prepareEngine, type Started } from '../../src/launch/launch.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { readDocument } from '../../src/settings/document.ts';
import { checkSettings } from '../../src/settings/settings.ts';
import { audit } from '../support/audit/audit.ts';
import { runCommand } from '../support/command.ts';
import { calm, craftMarket, writeCandles } from '../support/crafted-market.ts';
import { type Wire, wireTo } from '../support/cut.ts';
import { Client } from '../support/sandbox/client.ts';
import { keys } from '../support/sandbox/stand.ts';

const speed = 240;
/** One entry, then calm for as long as the test lasts. */
const market = craftMarket(1, ({ entry }, at) => calm(at, entry, 1500));
const start = { USDT: '120000', BTC: '0.5', BNB: '3' };
const patience = { timeout: 15_000 };

const { configurations } = readDocument(
  JSON.stringify({
    ...{ id: 'btc-sweep', strategy_name: 'Liquidity Sweep', pair: 'BTC/USDT' },
    ...{ exchange: 'binance', timeframe: '1m', lifecycle_stage: 'MATURE', is_active: true },
    parameters: { bars_max: 500 },
    performance: { gross_win_rate: 68 },
    validation: { sharpe_ratio: 2.1 },
  }),
  'configurations.json',
);

let directory: string;
let sandbox: Sandbox;
let wire: Wire;
let person: Client;
let running: Trader[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'troupe-others-'));
  const path = join(directory, 'btc.csv');
  writeCandles(path, market.candles);
  sandbox = await startSandbox(
    {
      ...{ port: 0, directory, seed: 1, speed, fee: 0.001, balances: start, ...keys },
      candles: [{ pair: 'BTC/USDT', timeframe: '1m', path }],
    },
    () => {},
  );
  wire = await wireTo(sandbox.port);
  person = new Client(sandbox);
  running = [];
});

afterEach(async () => {
  for (const one of running) await one.stop();
  await wire.close();
  await sandbox.close();
  rmSync(directory, { recursive: true, force: true });
});

/** An engine with a store of its own. */
class Trader {
  readonly name: string;
  readonly entries: Entry[] = [];
  readonly faults: string[] = [];
  #started: Started | undefined;

  constructor(name: string) {
    this.name = name;
    running.push(this);
  }

  get store(): string {
    return join(directory, `${this.name}.d`, 'troupe.db');
  }

  #settings(): object {
    const at = `127.0.0.1:${wire.port}`;
    const endpoint = { rest: `http://${at}`, stream: `ws://${at}` };
    return {
      mode: 'live',
      portfolio: { gatherMs: 0 },
      store: { url: `sqlite:${this.store}` },
      venues: { binance: { endpoint, speed, sandbox: true } },
      execution: { collar: 0.02, maxSignalAge: 10 },
      // The stop at the venue would hold the coins that a person sells here.
      protection: { by: 'engine' },
    };
  }

  /** The settings as a file, for the command line. */
  writeSettings(): string {
    const path = join(directory, `${this.name}.yaml`);
    writeFileSync(path, JSON.stringify(this.#settings()));
    return path;
  }

  async start(): Promise<void> {
    const checked = checkSettings(this.#settings(), 'settings');
    if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
    const said = (details: object, message: string): void => {
      this.faults.push(`${message}: ${JSON.stringify(details)}`);
    };
    this.#started = await prepareEngine({
      settings: checked.settings,
      ...{ credentials: keys, live: true, configurations, version: 'test' },
      log: { debug() {}, info() {}, warn() {}, error: said },
      onEntry: (entry) => this.entries.push(entry),
      onFeedNews() {},
      onFatal: (reason, error) => this.faults.push(`${reason}: ${String(error)}`),
    });
    await this.#started.engine.start();
  }

  get started(): Started {
    if (this.#started === undefined) throw new Error('expected a started engine, was none');
    return this.#started;
  }
  get book(): Portfolio {
    return this.started.engine.book();
  }

  count(type: FactType): number {
    return this.entries.filter((entry) => entry.type === type).length;
  }

  /** Resolves when so many facts of a type are in the journal. */
  async until(type: FactType, count = 1): Promise<void> {
    await expect.poll(() => this.count(type), patience).toBeGreaterThanOrEqual(count);
  }

  /** The book is the venue, asset by asset. */
  async expectEqual(): Promise<void> {
    const apart = async (): Promise<unknown> =>
      compareBalances(this.book, await this.started.venue.balances()).filter(
        ({ difference }) => difference !== '0',
      );
    await expect.poll(apart, patience).toEqual([]);
  }

  async expectAudited(): Promise<void> {
    const out = (): number =>
      [...this.book.orders.values()].filter((live) => !hasEnded(live)).length;
    await expect.poll(out, patience).toBe(0);
    const rest = `http://127.0.0.1:${sandbox.port}`;
    const report = await audit({ rest, ...keys, store: this.store });
    expect(report.findings).toEqual([]);
  }

  async stop(): Promise<void> {
    const started = this.#started;
    this.#started = undefined;
    await started?.engine.stop();
    await started?.venue.close();
    await started?.store.close();
  }
}

const stateOf = (entry: Entry): unknown => (entry.type === 'order.ended' ? entry.data.state : null);
const sell = (quantity: string) => ({ side: 'SELL', type: 'MARKET', quantity });
const buy = (quantity: string) => ({ side: 'BUY', type: 'MARKET', quantity });
const pay = (asset: string, amount: string): Promise<unknown> =>
  person.answer('POST /sandbox/v1/transfer', { asset, amount });

test('a person trades, pays in and takes out beside it', { timeout: 60_000 }, async () => {
  const trader = new Trader('one');
  await trader.start();
  await trader.until('fill.recorded');
  const held = trader.book.positions.get('btc-sweep')?.quantity;
  if (held === undefined) throw new Error('expected a position');

  // Their own half coin, and a tenth of the engine's: the pair is frozen, exits ask for what is there.
  await person.place(sell(held.times('0.1').plus('0.5').toFixed(5, 0)));
  await trader.until('foreign.found');
  expect([...trader.book.account.frozen.keys()]).toEqual(['BTC/USDT']);
  expect(foreignOf(trader.book, 'BTC').lt(0)).toBe(true);
  await trader.expectEqual();

  await pay('BNB', '2.5');
  await pay('USDT', '500');
  await pay('USDT', '-1500');
  await trader.until('transfer.recorded', 3);
  await trader.expectEqual();
  const marks = new Map();
  expect(Math.abs(dayReturn(trader.book, equity(trader.book, marks)))).toBeLessThan(0.002);

  // Its exit asks for what is there and gets it; what the person sold waits for their word.
  trader.started.engine.close('btc-sweep');
  await trader.until('exit.ordered');
  const sold = (): string | undefined =>
    trader.book.positions.get('btc-sweep')?.sold.div(held).toFixed(2);
  await expect.poll(sold, patience).toBe('0.90');
  expect(trader.entries.filter((one) => one.type === 'order.ended').map(stateOf)).not.toContain(
    'rejected',
  );

  expect(await trader.started.engine.adopt(null, 'anna', 'sold by hand')).toBeUndefined();
  await trader.until('position.closed');
  expect(trader.book.account.frozen.size).toBe(0);
  await trader.expectEqual();
  await trader.expectAudited();
  expect(trader.faults).toEqual([]);
});

test('what happened while its events were lost is found when they are back', {
  timeout: 60_000,
}, async () => {
  const trader = new Trader('one');
  await trader.start();
  await trader.until('fill.recorded');
  const before = trader.entries.length;
  wire.cut();
  await trader.until('account.lost');
  await person.place(buy('0.01'));
  await person.place({ ...sell('0.2'), type: 'LIMIT', timeInForce: 'GTC', price: '90000' });
  await pay('BNB', '1');
  expect(trader.book.account.lost).not.toBeNull();
  wire.mend();
  await trader.until('account.reconciled');
  expect(trader.count('foreign.found')).toBe(1);
  // A transfer that nobody told of is booked by a person's word alone.
  expect(foreignOf(trader.book, 'BNB').toFixed()).toBe('3');
  expect(await trader.started.engine.adopt(null, 'anna', 'all mine')).toBeUndefined();
  await trader.until('foreign.adopted');
  await trader.expectEqual();
  expect(foreignOf(trader.book, 'BNB').toFixed()).toBe('4');
  // The order still stands, and was accepted.
  expect(trader.book.account.frozen.size).toBe(0);
  expect(trader.entries.length).toBeGreaterThan(before);

  // Taken once more, by a new start, nothing is new.
  await trader.stop();
  const facts = trader.entries.length;
  await trader.start();
  await trader.expectEqual();
  const told = trader.entries.slice(facts).map(({ type }) => type);
  expect(told.filter((type) => /foreign|transfer|fill|account|difference/.test(type))).toEqual([]);
  await trader.expectAudited();
});

test('coins taken while nobody listened keep entries out, until a person has said so', {
  timeout: 60_000,
}, async () => {
  const trader = new Trader('one');
  await trader.start();
  await trader.until('fill.recorded');
  wire.cut();
  await trader.until('account.lost');
  // More than the owner's half: some of it was the engine's.
  await pay('BTC', '-0.55');
  wire.mend();
  await trader.until('difference.found');
  await trader.until('breaker.tripped');
  expect(trader.book.account.missing.has('BTC')).toBe(true);
  expect(await trader.started.engine.adopt('BTC/USDT', 'anna', 'to the wallet')).toBeUndefined();
  expect(trader.book.account.missing.size).toBe(0);
  await trader.expectEqual();
  await trader.expectAudited();
});

test('two engines on one account see one another, and both halt', { timeout: 60_000 }, async () => {
  const [one, other] = [new Trader('one'), new Trader('other')];
  await one.start();
  await other.start();
  expect(one.book.engine).not.toBe(other.book.engine);
  const seenAt = performance.now();
  await one.until('trading.reduced');
  await other.until('trading.reduced');
  expect(performance.now() - seenAt).toBeLessThan(30_000);
  for (const trader of [one, other]) {
    expect(trader.book.trading).toBe('reducing');
    expect(trader.faults).toEqual([]);
  }
  // Each had sent one order at most before it saw the other.
  expect((await person.trades()).length).toBeGreaterThan(0);
  const orders = [one, other].map((trader) => trader.count('signal.approved'));
  expect(Math.max(...orders)).toBe(1);
});

test('reconcile shows both sides, beside an engine and without one, and adopts either way', {
  timeout: 90_000,
}, async () => {
  const trader = new Trader('one');
  await trader.start();
  await trader.until('fill.recorded');
  const settingsFile = trader.writeSettings();
  const troupe = (...words: readonly string[]) =>
    runCommand(['--no-json', '--settings', settingsFile, 'reconcile', ...words], {
      TROUPE_BINANCE_KEY: keys.key,
      TROUPE_BINANCE_SECRET: keys.secret,
    });
  const clean = await troupe();
  expect(clean.code, clean.text).toBe(0);
  expect(clean.text).toMatch(/BTC +0\.\d+ +0 +0\.5 /);
  expect(clean.text).toContain('book and venue agree');

  await person.place(sell('0.01'));
  await trader.until('foreign.found');
  await pay('BNB', '1');
  await trader.until('transfer.recorded');
  const frozen = await troupe();
  expect(frozen.code, frozen.text).toBe(3);
  expect(frozen.text).toMatch(/BTC\/USDT takes no entries: trade of a person/);

  // Without an engine: it also finds what happened since.
  await trader.stop();
  await person.place(sell('0.02'));
  await pay('BNB', '0.5');
  const apart = await troupe();
  expect(apart.code, apart.text).toBe(3);
  expect(apart.text).toContain('watched by nobody');
  const word = ['--adopt', '--by', 'anna', '--reason', 'mine'];
  const adopted = await troupe(...word);
  expect(adopted.code, adopted.text).toBe(0);
  const after = await troupe();
  expect(after.code, after.text).toBe(0);
  expect((await troupe('--adopt')).code).toBe(2);

  // The next start finds nothing that was not booked.
  const facts = trader.entries.length;
  await trader.start();
  await trader.expectEqual();
  expect(trader.entries.slice(facts).map(({ type }) => type)).not.toContain('foreign.found');
  await trader.expectAudited();
});
