// A sandbox exchange in a directory of its own, opened, closed and opened again as a test wants it. Its
// market is a file of candles: it stands still while orders are placed, and is played to its end when
// the test says so, so that no test races the market.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/sandbox.ts';
import { writeCandles } from '../crafted-market.ts';

export const keys = { key: 'key-of-the-test', secret: 'secret-of-the-test' };

/** How long a test waits for what must come, within the time it has itself. */
export const patience = { timeout: 4000 };

export const minuteMs = 60_000;
/** Open time of the candle that is played. */
export const openTime = Date.UTC(2024, 0, 2);
/** Where the market stands until it is played. */
export const standing = 60_000;

/** A thousandth of a second of market a second: nothing moves. */
const still = 0.001;
/** A minute of market in ten milliseconds. */
const fast = 6000;

/** Where the candle that is played goes. */
export interface Way {
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

const nowhere: Way = { high: standing, low: standing, close: standing };

export class Stand {
  readonly directory: string;
  readonly #options: SandboxOptions;
  readonly #lines: string[] = [];
  #sandbox: Sandbox | undefined;

  private constructor(change: Partial<SandboxOptions>, way: Way) {
    this.directory = mkdtempSync(join(tmpdir(), 'troupe-sandbox-'));
    const path = join(this.directory, 'candles.csv');
    const flat = { open: standing, ...nowhere, volume: 10 };
    writeCandles(path, [
      { ...flat, openTime: openTime - minuteMs },
      { ...flat, ...way, openTime },
    ]);
    this.#options = {
      ...{ port: 0, directory: this.directory, seed: 7, speed: still, fee: 0.001, ...keys },
      candles: [{ pair: 'BTC/USDT', timeframe: '1m', path }],
      balances: { USDT: '1000000', BTC: '10' },
      ...change,
    };
  }

  static async open(change: Partial<SandboxOptions> = {}, way: Way = nowhere): Promise<Stand> {
    const stand = new Stand(change, way);
    await stand.reopen();
    return stand;
  }

  get sandbox(): Sandbox {
    if (this.#sandbox === undefined) throw new Error('expected an open sandbox, was none');
    return this.#sandbox;
  }

  /** What the sandbox said since it was opened last, or played. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  get port(): number {
    return this.sandbox.port;
  }

  /** A second sandbox on the same directory. */
  another(change: Partial<SandboxOptions> = {}): Promise<Sandbox> {
    return startSandbox({ ...this.#options, ...change }, (line) => this.#lines.push(line));
  }

  /** Closes the sandbox and opens another one where it was. */
  async reopen(change: Partial<SandboxOptions> = {}): Promise<void> {
    await this.#sandbox?.close();
    this.#sandbox = await this.another(change);
  }

  /** Plays the market to its end. */
  async play(): Promise<void> {
    this.#lines.length = 0;
    await this.reopen({ speed: fast });
    while (!this.#lines.some((line) => line.includes('has ended')))
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async close(): Promise<void> {
    await this.#sandbox?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
