// Numbers that are none, anywhere in a proposal or its moment: the answer is a named refusal, never an
// approval and never a throw, since a throw here ends the supervisor.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Bug } from '../../src/domain/assert.ts';
import type { Proposal } from '../../src/domain/eligibility.ts';
import { draftOf } from '../../src/domain/fold.ts';
import { decimal, money, parseDecimal, price } from '../../src/domain/money.ts';
import { REFUSALS } from '../../src/domain/refusal.ts';
import { review } from '../../src/domain/review.ts';
import { TriggerBook } from '../../src/domain/trigger.ts';
import {
  configurationOf,
  momentAt,
  NOON,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

const terms = termsFor(['BTC/USDT']);
const { NaN: none, POSITIVE_INFINITY: infinite, NEGATIVE_INFINITY: bottomless } = Number;

const decided = (proposal: Proposal) =>
  review(draftOf(openedBook()), [proposal], terms, momentAt())[0];

const badText = fc.constantFrom(
  ...['NaN', 'Infinity', '-Infinity', '-1', '0', '-0', '', ' ', '1e999', '1e-999', '0x10', '1_0'],
  ...['__proto__', '１００', '100 ', '1,5', 'null'],
);
const badNumber = fc.constantFrom(none, infinite, bottomless);

/** A sound proposal with one number of it spoilt. */
const spoilt = fc.oneof(
  fc
    .tuple(fc.constantFrom('entryPrice', 'stopLoss', 'takeProfit', 'level'), badText)
    .map(([field, text]) => proposalOf(configurationOf('one'), { [field]: text })),
  fc
    .tuple(fc.constantFrom('confidence', 'expiresAt', 'at'), badNumber)
    .map(([field, value]) => proposalOf(configurationOf('one'), { [field]: value })),
  fc
    .constantFrom(-0.01, 1.0001, 1e300)
    .map((confidence) => proposalOf(configurationOf('one'), { confidence })),
  fc
    .tuple(fc.constantFrom('sharpe', 'winRatePercent'), badNumber)
    .map(([field, value]) => proposalOf(configurationOf('one', { [field]: value }))),
);

test('a proposal with one spoilt number is refused by name', () => {
  fc.assert(
    fc.property(spoilt, (proposal) => {
      const answer = decided(proposal);
      expect(answer?.type).toBe('signal.refused');
      if (answer?.type === 'signal.refused') {
        expect(Object.keys(REFUSALS)).toContain(answer.data.refusal.code);
      }
    }),
    { numRuns: 300 },
  );
  expect(decided(proposalOf(configurationOf('one')))?.type).toBe('signal.approved');
});

test('whatever is approved can be watched: the trigger book takes its levels', () => {
  const text = fc.oneof(
    fc.double({ min: 1e-8, max: 1e8, noNaN: true }).map(String),
    fc.constantFrom('100', '99.99999999999999999999', '100.00000000000000000001', '99', '102'),
  );
  fc.assert(
    fc.property(text, text, text, (entryPrice, stopLoss, takeProfit) => {
      const answer = decided(
        proposalOf(configurationOf('one'), { entryPrice, stopLoss, takeProfit }),
      );
      if (answer?.type !== 'signal.approved') return;
      const { configId, expiresAt } = answer.data.signal;
      const [stop, target] = [Number(stopLoss), Number(takeProfit)];
      new TriggerBook().arm({ holder: configId, stop, target, expiresAt });
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['a stop at the entry', { stopLoss: '100' }],
  ['a stop above the entry', { stopLoss: '101' }],
  ['a target at the entry', { takeProfit: '100' }],
  ['a target below the entry', { takeProfit: '99.5' }],
  ['a stop that is above only as a float is not', { stopLoss: '99.999999999999999999999' }],
])('%s is refused', (_, levels) => {
  const answer = decided(proposalOf(configurationOf('one'), levels));
  expect(answer?.data).toMatchObject({ refusal: { code: 'levels-disordered', limit: '100' } });
});

test('an older close neither buys nor sets a newer one free', () => {
  const configuration = configurationOf('one');
  const draft = draftOf(openedBook());
  const newer = proposalOf(configuration, { at: NOON + 60_000 });
  const older = proposalOf(configuration, { at: NOON });
  const moment = momentAt({}, NOON + 60_100);
  const code = (proposal: Proposal): string | undefined => {
    const [one] = review(draft, [proposal], terms, moment);
    return one?.type === 'signal.refused' ? one.data.refusal.code : one?.type;
  };
  expect(code(newer)).toBe('signal.approved');
  expect(code({ ...older, configuration: { ...configuration, timeframe: '5m' } })).toBe(
    'duplicate',
  );
  expect(code(newer)).toBe('duplicate');
});

test('two closes of one configuration in a batch are taken in order, however they came', () => {
  const configuration = configurationOf('one', { timeframe: '5m' });
  const both = [NOON, NOON + 60_000].map((at) => proposalOf(configuration, { at }));
  const moment = momentAt({}, NOON + 60_100);
  const told = (batch: readonly Proposal[]) => review(draftOf(openedBook()), batch, terms, moment);
  expect(told([...both].reverse())).toEqual(told(both));
  expect(told(both).map(({ type }) => type)).toEqual(['signal.approved', 'signal.refused']);
});

test('a number that is none is never minted', () => {
  for (const value of [none, infinite, bottomless]) {
    for (const mint of [decimal, money, price]) expect(() => mint(value)).toThrow(Bug);
    expect(parseDecimal(value)).toBeUndefined();
  }
  expect(() => price(0)).toThrow('expected a price above zero');
});
