// A live engine's settings and data in a directory of their own, and the engine on them as a real process.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Running, runCommand, startCommand } from './command.ts';

export interface LivePlace {
  readonly data: string;
  readonly settings: string;
  /** The SQLite file. */
  readonly store: string;
  readonly environment: NodeJS.ProcessEnv;
}

export interface LiveOptions {
  readonly port: number;
  readonly speed: number;
  readonly key: string;
  readonly secret: string;
  /** As YAML. */
  readonly execution?: string;
  /** As training writes them. */
  readonly configurations?: readonly object[];
}

const sweep = {
  ...{ id: 'btc-sweep', strategy_name: 'Liquidity Sweep', pair: 'BTC/USDT' },
  ...{ exchange: 'binance', timeframe: '1m', lifecycle_stage: 'MATURE', parameters: {} },
  ...{ performance: { gross_win_rate: 68 }, validation: { sharpe_ratio: 2.1 } },
  is_active: true,
};

/** A configuration in which only what is said is not as in every other one. */
export const configurationOf = (
  differing: Partial<Record<keyof typeof sweep, unknown>>,
): object => ({
  ...sweep,
  ...differing,
});

/** Settings for the sandbox on `port`, with one configuration that sweeps BTC/USDT on minutes; `more` is YAML. */
export function livePlace(
  directory: string,
  {
    port,
    speed,
    key,
    secret,
    execution = '{ collar: 0.02 }',
    configurations = [sweep],
  }: LiveOptions,
  more = '',
): LivePlace {
  const [data, settings] = [join(directory, 'data'), join(directory, 'troupe.yaml')];
  const store = join(data, 'troupe.db');
  mkdirSync(data, { recursive: true });
  const endpoint = `{ rest: "http://127.0.0.1:${port}", stream: "ws://127.0.0.1:${port}" }`;
  writeFileSync(
    settings,
    `mode: live
store: { url: "sqlite:${store}", freeMegabytesMin: 1 }
venues: { binance: { endpoint: ${endpoint}, speed: ${speed}, sandbox: true } }
execution: ${execution}
${more}`,
  );
  writeFileSync(join(directory, 'configurations.json'), JSON.stringify(configurations));
  const environment = { TROUPE_BINANCE_KEY: key, TROUPE_BINANCE_SECRET: secret };
  return { data, settings, store, environment };
}

/** Starts `run --live` there; `environment` and `imports` are added to the place's own. */
export const startLive = (
  { settings, environment }: LivePlace,
  more: NodeJS.ProcessEnv = {},
  imports: readonly string[] = [],
): Running =>
  startCommand(
    ['--json', '--settings', settings, 'run', '--live'],
    { ...environment, ...more },
    imports,
  );

/** Runs a command about the place to its end; what it said where its exit code is not 0. */
export async function commanded(
  { settings, environment }: LivePlace,
  words: readonly string[],
): Promise<readonly string[]> {
  const { code, text } = await runCommand(['--settings', settings, ...words], environment);
  return code === 0 ? [] : [`${words.join(' ')} ended with ${code}:\n${text}`];
}

/** Asks the command that compares book and venue; what it says where they differ. */
export const reconciled = (place: LivePlace): Promise<readonly string[]> =>
  commanded(place, ['reconcile']);
