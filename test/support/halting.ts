// Running engines on a market that brings one BUY after a while, and the three ways to halt them.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { type Line, type Running, runCommand, startCommand } from './command.ts';
import { calm, craftMarket, writeCandles } from './crafted-market.ts';

const speed = 120;
export const named = ['--by', 'anna', '--reason', 'a look'];

/** A sandbox whose market brings its BUY `spareBars` half seconds of wall time after its start, and a few. */
export async function openMarket(directory: string, spareBars: number) {
  const after = craftMarket(2, ({ entry }, at) => calm(at, entry, 600), spareBars);
  const path = join(directory, 'btc.csv');
  writeCandles(path, after.candles);
  const sandbox = await startSandbox(
    {
      ...{ port: 0, directory, seed: 1, speed, fee: 0.001, key: 'k', secret: 's' },
      candles: [{ pair: 'BTC/USDT', timeframe: '1m', path }],
      balances: { USDT: '100000' },
    },
    () => {},
  );
  const boughtAt = (after.candles[after.buyBar]?.openTime ?? 0) + 60_000;
  return {
    sandbox,
    /** Resolves when the candle of the BUY has closed, and a while after. */
    async bought(): Promise<void> {
      const query = 'symbol=BTCUSDT&interval=1m&limit=1';
      const url = `http://127.0.0.1:${sandbox.port}/api/v3/klines?${query}`;
      const opened = async (): Promise<number> => {
        const rows: unknown = await (await fetch(url)).json();
        return Array.isArray(rows) ? Number(rows.at(-1)[0]) : 0;
      };
      while ((await opened()) <= boughtAt) await pause(100);
    },
  };
}

export interface Place {
  readonly data: string;
  readonly settings: string;
}

/** Settings of a paper engine of its own, below `directory`. */
export function placeOf(directory: string, port: number): Place {
  const [data, settings] = [join(directory, 'data'), join(directory, 'troupe.yaml')];
  mkdirSync(data, { recursive: true });
  const endpoint = `{ rest: "http://127.0.0.1:${port}", stream: "ws://127.0.0.1:${port}" }`;
  writeFileSync(
    settings,
    `store: { url: "sqlite:${data}/troupe.db" }
venues: { binance: { endpoint: ${endpoint}, speed: ${speed}, sandbox: true } }
execution: { collar: 0.02 }
`,
  );
  writeFileSync(
    join(directory, 'configurations.json'),
    JSON.stringify({
      ...{ id: 'btc-sweep', strategy_name: 'Liquidity Sweep', pair: 'BTC/USDT' },
      ...{ exchange: 'binance', timeframe: '1m', lifecycle_stage: 'MATURE', parameters: {} },
      ...{ performance: { gross_win_rate: 68 }, validation: { sharpe_ratio: 2.1 } },
      is_active: true,
    }),
  );
  return { data, settings };
}

export const start = ({ settings }: Place): Running =>
  startCommand(['--json', '--settings', settings, 'run']);

export interface Way {
  readonly name: string;
  /** Who the engine says it was. */
  readonly by: string;
  halt(place: Place, running: Running): Promise<{ code: number | null; text: string } | undefined>;
}

export const ways: readonly Way[] = [
  {
    ...{ name: 'the command line', by: 'anna' },
    halt: ({ settings }) => runCommand(['--settings', settings, 'halt', ...named]),
  },
  {
    ...{ name: 'the file HALT', by: 'file HALT' },
    async halt({ data }) {
      writeFileSync(join(data, 'HALT'), '');
      return undefined;
    },
  },
  {
    ...{ name: 'SIGUSR2', by: 'SIGUSR2' },
    async halt(_, { child }) {
      child.kill('SIGUSR2');
      return undefined;
    },
  },
];

/**
 * Halts; when the engine had taken the word, in milliseconds from the file or signal, and for a command
 * also from its start, which is mostly the start of its process.
 */
export async function halted(way: Way, place: Place, running: Running) {
  const from = running.lines.length;
  const isNew = (line: Line): boolean => running.lines.indexOf(line) >= from;
  const begun = performance.now();
  let standsAt = begun;
  const asked = way.halt(place, running);
  if (way.name === 'the command line') {
    while (!existsSync(join(place.data, 'HALT'))) await pause(2);
    standsAt = performance.now();
  }
  const isTaken = (line: Line): boolean => isNew(line) && line['word'] === 'reduce';
  const taken = await running.until(isTaken, 10_000);
  const takenAt = performance.now();
  const told = `${way.name}: taken ${(takenAt - standsAt).toFixed(0)} ms after it stood, ${(takenAt - begun).toFixed(0)} ms after it was asked for`;
  return { by: taken['by'], tookMs: takenAt - standsAt, told, asked, isNew };
}

/** Far beyond the second that is promised: a loaded machine is no broken switch. */
export const deadlineMs = 5000;
