// A batch reviewed as one gives what its proposals give one by one: the sums made once for all of them are
// those that each would have made for itself.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byPrecedence, type Stage } from '../../src/domain/configuration.ts';
import { draftOf } from '../../src/domain/fold.ts';
import { review } from '../../src/domain/review.ts';
import { configurationOf, momentAt, openedBook, proposalOf, termsFor } from '../support/bench.ts';

const pairs = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'BNB/USDT'];
const moment = momentAt(Object.fromEntries(pairs.map((pair) => [pair, 100])));

const someone = fc.record({
  pair: fc.constantFrom(...pairs),
  stage: fc.constantFrom<Stage>('MATURE', 'VALIDATION', 'DISCOVERY', 'DECAY', 'PAPER'),
  sharpe: fc.constantFrom(-1, 0.4, 1.5, 3),
  confidence: fc.constantFrom(0, 0.3, 0.7, 1),
  direction: fc.constantFrom('BUY' as const, 'SELL' as const),
});

test('a batch is decided as its proposals are, one after the other', () => {
  let [approvals, refusals] = [0, 0];
  fc.assert(
    fc.property(
      fc.array(someone, { minLength: 1, maxLength: 25 }),
      fc.constantFrom('equity' as const, 'available' as const),
      fc.constantFrom(null, 0.3),
      (people, capital, maxCorrelatedExposure) => {
        const preset = termsFor(pairs);
        const terms = {
          ...preset,
          sizing: { ...preset.sizing, capital },
          limits: { ...preset.limits, maxCorrelatedExposure },
          correlation: () => 0.5,
        };
        const proposals = people.map(({ pair, stage, sharpe, confidence, direction }, index) =>
          proposalOf(configurationOf(`c${index}`, { pair, stage, sharpe }), {
            confidence,
            direction,
          }),
        );
        const [together, apart] = [draftOf(openedBook()), draftOf(openedBook())];
        const facts = review(together, proposals, terms, moment);
        const ordered = [...proposals].sort((a, b) =>
          byPrecedence(a.configuration, b.configuration),
        );
        const singly = ordered.flatMap((proposal) => review(apart, [proposal], terms, moment));
        expect(facts).toEqual(singly);
        approvals += facts.filter(({ type }) => type === 'signal.approved').length;
        refusals += facts.filter(({ type }) => type === 'signal.refused').length;
      },
    ),
    { seed: 1, numRuns: 150 },
  );
  expect(Math.min(approvals, refusals)).toBeGreaterThan(200);
});
