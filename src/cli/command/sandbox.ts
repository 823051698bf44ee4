// `sandbox`: the exchange alone, for whatever client wants to trade on it.
import type { FaultPlan } from '../../sandbox/fault-plan.ts';
import type { CandleFile } from '../../sandbox/recorded.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { Ending } from '../ending.ts';
import { tellFaults } from '../fault.ts';
import { sandboxKeys } from '../keys.ts';
import { dateTime } from '../story/format.ts';
import type { Terminal } from '../terminal.ts';

export interface ServeOptions {
  readonly port: number;
  readonly candles: readonly CandleFile[];
  readonly historyBars: number;
  readonly speed: number;
  readonly seed: number;
  readonly data: string;
  readonly forMs: number | undefined;
  readonly faults: FaultPlan | undefined;
}

/** Serves until a signal or its time; the exit code. */
export async function serveSandbox(options: ServeOptions, terminal: Terminal): Promise<number> {
  const { data, speed, forMs, faults, ...played } = options;
  const { key, secret, keyFile, secretFile } = sandboxKeys(data);
  const sandbox = await startSandbox(
    {
      ...{ ...played, speed },
      ...(faults === undefined ? {} : { faults }),
      directory: data,
      balances: { USDT: '100000' },
      fee: 0.001,
      key,
      secret,
    },
    (line) => terminal.show({ type: 'sandbox', line }, [line]),
  );
  const { port } = sandbox;
  terminal.show({ type: 'ready', port, marketTime: sandbox.marketTime(), keyFile, secretFile }, [
    `sandbox exchange on http://127.0.0.1:${port} and ws://127.0.0.1:${port}, market time ×${speed}, now ${dateTime(sandbox.marketTime())}`,
    `account: 100,000 USDT. To trade on it live: TROUPE_BINANCE_KEY_FILE=${keyFile} TROUPE_BINANCE_SECRET_FILE=${secretFile}`,
    'and in the settings:',
    `  venues: { binance: { endpoint: { rest: "http://127.0.0.1:${port}", stream: "ws://127.0.0.1:${port}" }, speed: ${speed}, sandbox: true } }`,
  ]);
  tellFaults(faults, terminal);
  const ending = new Ending();
  const release = ending.listen(terminal, forMs);
  const { code } = await ending.ended;
  release();
  await sandbox.close();
  return code;
}
