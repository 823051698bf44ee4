// One trial of the matrix: a real trader on a real sandbox ends itself where it is told to, is started
// again, and is held to account from outside: the venue's lists, the store's tables, an independent audit.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import { audit } from '../audit/audit.ts';
import type { VenueAccess } from '../audit/venue-client.ts';
import { type Line, type Running, runCommand, startCommand } from '../command.ts';
import { writeCandles } from '../crafted-market.ts';
import { booksOf } from './book-side.ts';
import { killMarket, PARAMETERS } from './market.ts';
import type { Trial } from './matrix.ts';
import { KILL, type Kill } from './point.ts';
import { allOrders, lastPrice, openOrders } from './venue-side.ts';

export interface Finding {
  readonly trial: Trial;
  /** What is not as it must be; none when all is. */
  readonly problems: readonly string[];
  /** From the last start's first fact to every position's stop watched on a live price, or on its way out. */
  readonly armedMs: number | undefined;
  /** And to the right stop standing at the venue, every order at its end, and everyone out who must be. */
  readonly standsMs: number | undefined;
}

/** An order that a kill was about, and what is certain of it: a request that was written arrives. */
interface Victim {
  readonly id: string;
  readonly atVenue: 'once' | 'never' | 'at most once';
}

const [key, secret] = ['kill-key', 'kill-secret'];
const environment = { TROUPE_BINANCE_KEY: key, TROUPE_BINANCE_SECRET: secret };
const speed = 120;
const recvWindowMs = 1000;
/** Of the specification: from the start on. */
const armedMsMax = 5000;
const standsMsMax = recvWindowMs + 15_000;
/** Longest way to a point, and longest a start may take on a busy machine. */
const reachMsMax = 60_000;
const startMsMax = 40_000;
/** Least time that a last start is watched. */
const lookMs = 2500;

const module = (name: string): string => new URL(name, import.meta.url).href;

interface Place {
  readonly directory: string;
  readonly settings: string;
  readonly store: string;
}

/** Runs one trial in a directory of its own. Whatever is wrong is a finding, never an exception. */
export async function runTrial(trial: Trial): Promise<Finding> {
  const directory = mkdtempSync(join(tmpdir(), 'troupe-kill-'));
  let sandbox: Sandbox | undefined;
  try {
    sandbox = await openSandbox(directory, trial);
    return await judge(trial, placeOf(directory, sandbox.port), {
      ...{ rest: `http://127.0.0.1:${sandbox.port}`, key, secret },
    });
  } catch (error) {
    const problems = [error instanceof Error ? error.message : String(error)];
    return { trial, problems, armedMs: undefined, standsMs: undefined };
  } finally {
    await sandbox?.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function openSandbox(directory: string, { course }: Trial): Promise<Sandbox> {
  const { candles, historyBars } = killMarket(course);
  const path = join(directory, 'btc.csv');
  writeCandles(path, candles);
  return startSandbox(
    {
      ...{ port: 0, directory, seed: 1, speed, historyBars, fee: 0.001, key, secret },
      candles: [{ pair: 'BTC/USDT', timeframe: '1m', path }],
      balances: { USDT: '100000' },
    },
    () => {},
  );
}

function placeOf(directory: string, port: number): Place {
  const [settings, store] = [join(directory, 'troupe.yaml'), join(directory, 'data', 'troupe.db')];
  mkdirSync(join(directory, 'data'), { recursive: true });
  const endpoint = `{ rest: "http://127.0.0.1:${port}", stream: "ws://127.0.0.1:${port}" }`;
  writeFileSync(
    settings,
    `mode: live
store: { url: "sqlite:${store}", freeMegabytesMin: 1 }
venues: { binance: { endpoint: ${endpoint}, speed: ${speed}, sandbox: true } }
execution: { collar: 0.02, recvWindowMs: ${recvWindowMs}, maxSignalAge: 5 }
risk: { maxAssetExposure: 0.3 }
protection: { by: both }
`,
  );
  const configurations = Object.entries(PARAMETERS).map(([id, parameters]) => ({
    ...{ id, strategy_name: 'Liquidity Sweep', pair: 'BTC/USDT', exchange: 'binance' },
    ...{ timeframe: '1m', lifecycle_stage: 'MATURE', parameters, is_active: true },
    ...{ performance: { gross_win_rate: 68 }, validation: { sharpe_ratio: 2.1 } },
  }));
  writeFileSync(join(directory, 'configurations.json'), JSON.stringify(configurations));
  return { directory, settings, store };
}

const start = ({ settings }: Place, kill: Kill | undefined): Running =>
  kill === undefined
    ? startCommand(['--json', '--settings', settings, 'run', '--live'], environment, [
        module('onlooker.ts'),
      ])
    : startCommand(
        ['--json', '--settings', settings, 'run', '--live'],
        { ...environment, [KILL]: JSON.stringify(kill) },
        [module('assassin.ts')],
      );

/** Starts the trader once for each kill, until it has ended itself; the orders these were about. */
async function killAll({ kills }: Trial, place: Place): Promise<readonly Victim[]> {
  const victims: Victim[] = [];
  for (const kill of kills) {
    const running = start(place, kill);
    const timer = setTimeout(() => running.child.kill('SIGTERM'), reachMsMax);
    const code = await running.exit;
    clearTimeout(timer);
    const word = running.lines.find(({ msg }) => msg === 'killed');
    if (code !== null || word === undefined) {
      throw new Error(`the point was not reached: ${JSON.stringify(kill)}\n${tailOf(running)}`);
    }
    const id = word['clientOrderId'];
    if (typeof id === 'string') victims.push({ id, atVenue: certaintyOf(kill) });
  }
  return victims;
}

/** An entry that did not leave the house is not sent later; everything else is, while it is wanted. */
function certaintyOf({ at }: Kill): Victim['atVenue'] {
  if (at.edge === 'written' || at.edge === 'answered') return 'once';
  const about = 'fact' in at ? at.fact.type : at.request;
  return about === 'signal.approved' || about === 'entry' ? 'never' : 'at most once';
}

const tailOf = (running: Running): string => running.text().split('\n').slice(-25).join('\n');

async function judge(trial: Trial, place: Place, venue: VenueAccess): Promise<Finding> {
  const victims = await killAll(trial, place);
  const last = start(place, undefined);
  try {
    await last.until(({ msg }) => msg === 'engine.started', startMsMax);
    const standsMs = await untilRight(place, venue, performance.now());
    last.child.kill('SIGINT');
    const code = await last.exit;
    const armedMs = armedAfter(last.lines);
    const problems = [
      ...late('the stops are watched', armedMs, armedMsMax),
      ...late('everything stands at the venue', standsMs, standsMsMax),
      ...(last.lines.some(({ msg }) => msg === 'protection.lost') ? ['protection was lost'] : []),
      ...(code === 0 ? [] : [`the last start ended with ${code}`]),
      ...(await accountsOf(place, venue, victims)),
    ];
    const said = problems.length === 0 ? [] : [`the last start said:\n${tailOf(last)}`];
    return { trial, problems: [...problems, ...said], armedMs, standsMs };
  } finally {
    last.child.kill('SIGKILL');
  }
}

/** From the start's first fact to the first look of the guard that found everything protected. */
function armedAfter(lines: readonly Line[]): number | undefined {
  const started = lines.find(({ msg }) => msg === 'engine.started')?.['data'];
  const looks = lines.filter(({ msg }) => msg === 'guard.looked');
  const from = looks.find(({ unprotected }) => String(unprotected) === '');
  if (from === undefined || typeof started !== 'object') return undefined;
  return Number(from['wall']) - Number((started as { wall?: number } | null)?.wall);
}

function late(what: string, ms: number | undefined, msMax: number): readonly string[] {
  if (ms !== undefined && ms <= msMax) return [];
  return [`${what} after ${ms?.toFixed(0) ?? 'too many'} ms, expected at most ${msMax}`];
}

/** When, since `startedAt`, all was right and stayed so; undefined when it never was. */
async function untilRight(place: Place, venue: VenueAccess, startedAt: number) {
  let rightAt: number | undefined;
  for (;;) {
    const now = performance.now() - startedAt;
    const isRight = await isAllRight(place, venue);
    if (!isRight) rightAt = undefined;
    else rightAt ??= now;
    if (rightAt !== undefined && now - rightAt > 600 && now > lookMs) return rightAt;
    if (now > standsMsMax + 10_000) return undefined;
    await pause(200);
  }
}

/** Every order has ended but one stop at the venue for the sum of the books, and nobody overstays. */
async function isAllRight({ store }: Place, venue: VenueAccess): Promise<boolean> {
  const [open, price, books] = [
    await openOrders(venue),
    await lastPrice(venue),
    await booksOf(store),
  ];
  const { positions, live } = books;
  if (positions.some(({ stop, isLeaving }) => isLeaving || price <= stop)) return false;
  if (live.length !== open.length) return false;
  const held = positions.reduce((sum, { quantity }) => sum + quantity, 0);
  if (positions.length === 0) return open.length === 0;
  const [stop] = open;
  if (stop === undefined || open.length > 1 || stop.clientOrderId !== live[0]) return false;
  const short = held - (stop.quantity - stop.executed);
  const isBelow = positions.every((position) => stop.trigger < position.stop);
  return stop.type === 'STOP_LOSS_LIMIT' && short > -1e-9 && short < lot && isBelow;
}

const lot = 0.00001;

/** Nothing twice, nothing unexplained: orders and trades at the venue against the journal. */
async function accountsOf(place: Place, venue: VenueAccess, victims: readonly Victim[]) {
  const [orders, { intents }] = [await allOrders(venue), await booksOf(place.store)];
  const problems: string[] = [];
  const ids = orders.map(({ clientOrderId }) => clientOrderId);
  for (const id of repeated(ids)) problems.push(`${id} is more than one order`);
  const filled = new Set(
    orders.filter(({ executed }) => executed > 0).map(({ clientOrderId }) => clientOrderId),
  );
  for (const purpose of ['entry', 'exit']) {
    const done = intents.filter((one) => one.purpose === purpose && filled.has(one.id));
    for (const id of repeated(done.map(({ configId }) => configId))) {
      problems.push(`${id}: more than one ${purpose} was filled`);
    }
  }
  for (const { id, atVenue } of victims) {
    const isThere = ids.includes(id);
    if (atVenue === (isThere ? 'never' : 'once')) problems.push(`${id}: expected ${atVenue}`);
  }
  const { findings } = await audit({ ...venue, store: place.store });
  problems.push(...findings.map((one) => JSON.stringify(one)));
  const args = ['--settings', place.settings, 'reconcile'];
  const { code, text } = await runCommand(args, environment);
  return code === 0 ? problems : [...problems, `reconcile ended with ${code}:\n${text}`];
}

const repeated = (items: readonly string[]): ReadonlySet<string> =>
  new Set(items.filter((item, index) => items.indexOf(item) < index));
