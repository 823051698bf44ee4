// `troupe size`, as a user runs it, against the golden values of the sizing rules.
import { expect, test } from 'vitest';
import { runCommand } from '../support/command.ts';
import { speak, valuesOf } from './speak.ts';

interface Case {
  readonly stage: string;
  readonly sharpe: number;
  readonly winRate: number;
  readonly confidence: number;
  readonly size: string;
}

const argumentsOf = ({ stage, sharpe, winRate, confidence }: Case): readonly string[] => [
  ...['size', '--stage', stage, '--sharpe', `${sharpe}`, '--win-rate', `${winRate}`],
  ...['--confidence', `${confidence}`, '--equity', '100000'],
];

const golden: readonly Case[] = [
  { stage: 'MATURE', sharpe: 2.1, winRate: 68, confidence: 0.9, size: '8118' },
  { stage: 'VALIDATION', sharpe: 1.4, winRate: 62, confidence: 0.7, size: '2338' },
  { stage: 'DISCOVERY', sharpe: 0.8, winRate: 55, confidence: 0.6, size: '600' },
  { stage: 'MATURE', sharpe: 3, winRate: 68, confidence: 1, size: '10000' },
  { stage: 'MATURE', sharpe: 3, winRate: 68, confidence: 0.5, size: '5860' },
  { stage: 'MATURE', sharpe: 30, winRate: 68, confidence: 0.5, size: '5860' },
  { stage: 'MATURE', sharpe: -3, winRate: 40, confidence: 1, size: '5000' },
  { stage: 'MATURE', sharpe: 2, winRate: 100, confidence: 0.87, size: '8700' },
  { stage: 'VALIDATION', sharpe: 2, winRate: 100, confidence: 0.72, size: '3600' },
  { stage: 'DISCOVERY', sharpe: 2, winRate: 100, confidence: 0.65, size: '1300' },
  { stage: 'PAPER', sharpe: 2, winRate: 100, confidence: 1, size: '0' },
];

test.each(golden)('$stage $sharpe/$winRate %/$confidence → $size', async (one) => {
  const spoken = await speak('--json', ...argumentsOf(one));
  expect(spoken.code).toBe(0);
  expect(valuesOf(spoken)).toMatchObject([
    { size: one.size, eligible: one.sharpe > 0, refusal: null, formula: { stage: one.stage } },
  ]);
});

test('a process of its own says the same, in JSON with every step and in words', async () => {
  const [one] = golden as [Case];
  const [machine, person] = await Promise.all([
    runCommand(['--json', ...argumentsOf(one)]),
    runCommand(argumentsOf(one)),
  ]);
  expect(machine.code, machine.text).toBe(0);
  expect(machine.lines).toEqual([
    {
      formula: {
        stage: 'MATURE',
        capital: '100000',
        base: '0.1',
        sharpe: 2.1,
        sharpeTerm: '0.63',
        winRatePercent: 68,
        winRateTerm: '0.272',
        rawFactor: '0.902',
        factor: '0.902',
        confidence: 0.9,
        rawSize: '8118',
        cap: '10000',
        size: '8118',
      },
      trims: [],
      rounding: null,
      size: '8118',
      refusal: null,
      eligible: true,
    },
  ]);
  expect(person.code).toBe(0);
  expect(person.text).toMatch(/final size +8,118\.00$/);
});

test('a Sharpe ratio that is not above zero is sized and said to be refused', async () => {
  const { out } = await speak(...argumentsOf({ ...(golden[6] as Case) }));
  expect(out).toMatch(/final size +5,000\.00\nrisk review would refuse it/);
});
