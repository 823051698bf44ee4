// The sandbox in a process of its own, started by the demo. It lives as long as its parent's channel:
// signals from a terminal are the parent's to handle, and a parent that died takes it along.
import { type Sandbox, type SandboxOptions, startSandbox } from './sandbox.ts';

/** What the parent says. */
export type SandboxOrder =
  | { readonly type: 'start'; readonly options: SandboxOptions }
  | { readonly type: 'stop' };

/** What the sandbox answers. */
export type SandboxReport =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'said'; readonly line: string }
  | { readonly type: 'failed'; readonly reason: string };

let sandbox: Sandbox | undefined;

const report = (message: SandboxReport): void => {
  // A parent that is gone hears nothing; its end is noticed by the channel.
  process.send?.(message, () => {});
};

async function end(): Promise<void> {
  await sandbox?.close();
  process.exit(0);
}

async function start(options: SandboxOptions): Promise<void> {
  try {
    sandbox = await startSandbox(options, (line) => report({ type: 'said', line }));
    report({ type: 'ready', port: sandbox.port });
  } catch (error) {
    report({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
    process.disconnect();
  }
}

process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('SIGHUP', () => {});
process.on('disconnect', () => void end());
process.on('message', (order: SandboxOrder) => {
  if (order.type === 'start') void start(order.options);
  else void end();
});
