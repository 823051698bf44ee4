// Capital follows evidence, through a whole engine: a configuration that earned its stage loses it on a losing
// tape, each step one journal entry with its row; and a thousand that the portfolio has no place for gather
// evidence all the same.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { createClock } from '../../src/clock.ts';
import type { Candle, Stream } from '../../src/domain/candle.ts';
import type { Configuration } from '../../src/domain/configuration.ts';
import { type Entry, fact } from '../../src/domain/fact.ts';
import { QUICK_LIFECYCLE } from '../../src/domain/lifecycle-rules.ts';
import { DEFAULT_SIZING } from '../../src/domain/sizing.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { readDocument } from '../../src/settings/document.ts';
import { lifecycleSettingsOf } from '../../src/settings/lifecycle-setting.ts';
import { rowsOf } from '../store/directory.ts';
import { type Bar, MINUTE, pivotLow, START, sweepBar, tableau } from '../strategies/tableau.ts';
import { configurationOf, newcomer } from '../support/bench.ts';
import { runCommand } from '../support/command.ts';
import { type Stage, startStage } from '../support/stage.ts';

const stream: Stream = { pair: 'BTC/USDT', timeframe: '1m' };
const warmup = 700;
const cycle = 70;

/** After each sweep the price reaches the target, or falls through the stop. */
const won = { open: 101, high: 110, low: 100.5, close: 100 };
const lost = { open: 101, high: 101, low: 96, close: 100 };

/** A tape on which Liquidity Sweep buys once a cycle, with an ending for each. */
function tape(endings: readonly Bar[]): readonly Candle[] {
  const bars: Record<number, Bar> = {};
  for (const [index, ending] of endings.entries()) {
    const at = warmup + index * cycle;
    bars[at] = pivotLow;
    bars[at + 20] = sweepBar;
    bars[at + 21] = ending;
  }
  return tableau(warmup + endings.length * cycle, bars);
}

/** Plays a candle the way a market does: its prices, low before high, then its close. */
async function play(stage: Stage, clock: ReturnType<typeof createClock>, candle: Candle) {
  const { openTime, open, low, high, close } = candle;
  for (const [step, price] of [open, low, high, close].entries()) {
    clock.observe(openTime + 1000 + step * 10_000);
    stage.price(stream.pair, price);
    await turn();
  }
  clock.observe(openTime + MINUTE);
  stage.candle(stream, candle);
  stage.tick();
  await turn();
}

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});
function directoryOf(): string {
  const directory = mkdtempSync(join(tmpdir(), 'troupe-lifecycle-'));
  directories.push(directory);
  return directory;
}

async function staged(directory: string, configuration: Configuration) {
  const clock = createClock(1, () => 0);
  clock.observe(START);
  const lifecycle = QUICK_LIFECYCLE;
  const stage = await startStage({
    ...{ directory, clock, lifecycle, configurations: [configuration] },
  });
  stage.live(stream);
  return { clock, stage };
}

describe('a losing tape', () => {
  const document = JSON.stringify({
    ...{ id: 'mature', strategy_name: 'Liquidity Sweep', exchange: 'binance', ...stream },
    ...{ lifecycle_stage: 'MATURE', parameters: {}, is_active: true },
    ...{ performance: { gross_win_rate: 68 }, validation: { sharpe_ratio: 2.1 } },
  });
  const [mature = configurationOf('none')] = readDocument(document, 'a file').configurations;
  const directory = directoryOf();
  const moves: unknown[] = [];

  test('takes MATURE to DECAY and to PAPER, the row with each entry, and touches no position', {
    timeout: 60_000,
  }, async () => {
    const { clock, stage } = await staged(directory, mature);
    const about = { at: START, key: mature.id };
    await stage.engine.record([
      fact('configuration.imported', about, { configuration: mature, by: 'a file' }),
    ]);
    const endings = Array.from({ length: 40 }, (_, index) => (index < 8 ? won : lost));
    for (const candle of tape(endings)) {
      const before = stage.entries.length;
      await play(stage, clock, candle);
      const moved = stage.entries
        .slice(before)
        .flatMap((entry) => (entry.type === 'stage.judged' ? [entry] : []))
        .filter(({ data }) => data.verdict.from !== data.verdict.to);
      for (const { data } of moved) {
        const { from, to, cause, measures } = data.verdict;
        expect(measures.some(({ holds }) => !holds)).toBe(true);
        const [row] = rowsOf(
          directory,
          `SELECT lifecycle_stage, state->>'stage' AS career FROM trained_configurations
           JOIN careers ON config_id = id`,
        );
        moves.push({ from, to, cause, cap: data.cap, row });
      }
    }
    const told = (type: Entry['type']) => stage.entries.filter((entry) => entry.type === type);
    const bought = stage.entries.flatMap((entry) =>
      (entry.type === 'signal.approved' || entry.type === 'signal.refused') &&
      entry.data.signal.direction === 'BUY'
        ? [entry.data.signal.id]
        : [],
    );
    // Every idea of its own is the twin's, whatever the portfolio made of it; in PAPER the twin is alone.
    expect(told('twin.opened').map(({ cause }) => cause)).toEqual(bought);
    expect(told('twin.closed')).toHaveLength(bought.length);
    expect(told('position.closed').length).toBe(told('signal.approved').length);
    expect(told('position.closed').length).toBeLessThan(bought.length);
    await stage.stop();
  });

  test('each move is told with its cause and its cap', () => {
    expect(moves).toEqual([
      {
        ...{ from: 'MATURE', to: 'DECAY', cause: expect.any(String) },
        cap: { from: DEFAULT_SIZING.base.MATURE, to: DEFAULT_SIZING.base.DECAY },
        row: { lifecycle_stage: 'DECAY', career: 'DECAY' },
      },
      {
        ...{ from: 'DECAY', to: 'PAPER', cause: expect.any(String) },
        cap: { from: DEFAULT_SIZING.base.DECAY, to: 0 },
        row: { lifecycle_stage: 'PAPER', career: 'PAPER' },
      },
    ]);
  });

  test('the old file leaves it in PAPER at the next start, and evidence tells why', {
    timeout: 60_000,
  }, async () => {
    const sandbox = await startSandbox(
      {
        ...{ host: '127.0.0.1', port: 0, directory: directoryOf(), seed: 1, speed: 60 },
        ...{ candles: [], balances: { USDT: '100000' }, fee: 0.001 },
        ...{ key: 'k'.repeat(16), secret: 's'.repeat(16) },
      },
      () => {},
    );
    const settings = join(directory, 'troupe.yaml');
    const at = `127.0.0.1:${sandbox.port}`;
    writeFileSync(
      settings,
      `portfolio: { userId: stage }
store: { url: "sqlite:${join(directory, 'troupe.db')}" }
venues: { binance: { endpoint: { rest: "http://${at}", stream: "ws://${at}" }, speed: 60, sandbox: true } }
lifecycle: ${JSON.stringify(lifecycleSettingsOf(QUICK_LIFECYCLE))}
`,
    );
    writeFileSync(join(directory, 'configurations.json'), document);
    const troupe = (...words: readonly string[]) =>
      runCommand(['--no-json', '--settings', settings, ...words]);
    try {
      const run = await troupe('run', '--for', '2s');
      expect(run.code, run.text).toBe(0);
      expect(run.text).toMatch(/mature +BTC\/USDT 1m +liquidity_sweep +PAPER/);
    } finally {
      await sandbox.close();
    }
    const evidence = await troupe('configurations', 'evidence', 'mature');
    expect(evidence.text).toMatch(/^mature version 1: PAPER since .* 0\.00 % of capital/);
    expect(evidence.text).toContain('MATURE → DECAY');
    expect(evidence.text).toContain('DECAY → PAPER');
    expect(evidence.text).toMatch(/next look at \d+ trades, \d+ to go/);
    const moved = await troupe(
      ...['configurations', 'stage', 'mature', 'DISCOVERY', '--by', 'anna', '--reason', 'I know'],
    );
    expect(moved.code, moved.text).toBe(0);
    const listed = await troupe('configurations', 'list');
    expect(listed.text).toMatch(/mature .* DISCOVERY/);
    const said = (await troupe('configurations', 'evidence', 'mature')).text;
    expect(said).toContain('PAPER → DISCOVERY by anna: I know');
    expect(said).toMatch(/^mature version 1: DISCOVERY since .* 2\.00 % of capital/);
  });
});

test('with a thousand configurations and ten places, those refused gather evidence all the same', {
  timeout: 60_000,
}, async () => {
  const crowd = Array.from({ length: 1000 }, (_, index) =>
    configurationOf(`c${index}`, { ...stream, stage: 'DISCOVERY' }),
  );
  const [first, ...rest] = crowd;
  const { clock, stage } = await staged(directoryOf(), first ?? configurationOf('none'));
  for (const one of rest) await stage.engine.add(newcomer(one));
  let sweeps = 0;
  for (const candle of tape([lost, lost])) {
    await play(stage, clock, candle);
    // A crowd is judged in slices, which take turns with everything else.
    if (candle.volume === sweepBar.volume) sweeps += 1;
    await vi.waitFor(
      () => expect(stage.engine.status().counters.signals).toBe(sweeps * crowd.length),
      { timeout: 20_000 },
    );
    await stage.settled();
  }
  await stage.settled();
  const closed = (type: 'twin.closed' | 'position.closed') =>
    stage.entries.flatMap((entry) =>
      entry.type === type && 'trade' in entry.data ? [entry.data.trade.configId] : [],
    );
  const refused = stage.entries.filter(({ type }) => type === 'signal.refused');
  expect(refused.length).toBeGreaterThanOrEqual(2 * 990);
  expect(closed('position.closed')).toHaveLength(2000 - refused.length);
  const gathered = closed('twin.closed');
  expect(gathered).toHaveLength(2000);
  expect(new Set(gathered).size).toBe(1000);
  await stage.stop();
});
