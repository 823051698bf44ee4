// A live engine's settings and data in a directory of their own, and the engine on them as a real process.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Running, startCommand } from './command.ts';

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
}

/** Settings for the sandbox on `port`, with one configuration that sweeps BTC/USDT on minutes; `more` is YAML. */
export function livePlace(
  directory: string,
  { port, speed, key, secret }: LiveOptions,
  more = '',
): LivePlace {
  const [data, settings] = [join(directory, 'data'), join(directory, 'troupe.yaml')];
  const store = join(data, 'troupe.db');
  mkdirSync(data, { recursive: true });
  const endpoint = `{ rest: "http://127.0.0.1:${port}", stream: "ws://127.0.0.1:${port}" }`;
  writeFileSync(
    settings,
    `mode: live
store: { url: "sqlite:${store}" }
venues: { binance: { endpoint: ${endpoint}, speed: ${speed}, sandbox: true } }
execution: { collar: 0.02 }
${more}`,
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
  const environment = { TROUPE_BINANCE_KEY: key, TROUPE_BINANCE_SECRET: secret };
  return { data, settings, store, environment };
}

/** Starts `run --live` there. */
export const startLive = ({ settings, environment }: LivePlace): Running =>
  startCommand(['--json', '--settings', settings, 'run', '--live'], environment);
