// Whatever the lifecycle does, and whoever holds what meanwhile: an entry never takes a stage beyond its cap, and
// a position counts where it was opened until it is closed.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { STAGES, type Stage } from '../../src/domain/configuration.ts';
import { orderExit } from '../../src/domain/exit.ts';
import { type Draft, draftOf } from '../../src/domain/fold.ts';
import { equity, exposure } from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import { DEFAULT_LIMITS } from '../../src/domain/risk.ts';
import { settle } from '../../src/domain/settlement.ts';
import {
  configurationOf,
  fillOf,
  instrumentOf,
  momentAt,
  NOON,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

const pairs = ['AA/USDT', 'BB/USDT', 'CC/USDT', 'DD/USDT', 'EE/USDT', 'FF/USDT'];
const marks = Object.fromEntries(pairs.map((pair) => [pair, 100]));
const configurations = Array.from({ length: 24 }, (_, index) => ({
  id: `c${index}`,
  pair: pairs[index % pairs.length] ?? 'AA/USDT',
}));
// Only the stages' caps can be what binds.
const limits = {
  ...DEFAULT_LIMITS,
  maxPositions: 1000,
  maxAssetExposure: 1,
  maxTotalExposure: 0.7,
};
const terms = termsFor(pairs, { limits });

const who = fc.constantFrom(...configurations);
const happening = fc.oneof(
  fc.record({ kind: fc.constant('move' as const), who, to: fc.constantFrom(...STAGES) }),
  fc.record({ kind: fc.constant('enter' as const), who }),
  fc.record({ kind: fc.constant('exit' as const), who }),
);

const stageExposure = (draft: Draft, stage: Stage) =>
  exposure(draft, momentAt(marks).marks, (held) => held.stage === stage);

test('after any sequence of transitions no stage holds more than its cap', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 80 }), (happenings) => {
      const draft = draftOf(openedBook());
      const stages = new Map<string, Stage>(configurations.map(({ id }) => [id, 'MATURE']));
      let at = NOON;
      for (const one of happenings) {
        at += 60_000;
        const { id, pair } = one.who;
        if (one.kind === 'move') {
          const held = draft.positions.get(id)?.opening.stage;
          stages.set(id, one.to);
          expect(draft.positions.get(id)?.opening.stage).toBe(held);
        } else if (one.kind === 'enter') {
          enter(draft, one.who, stages.get(id) ?? 'PAPER', at);
        } else {
          leave(draft, id, pair, at);
        }
      }
    }),
    { numRuns: 150 },
  );
});

function enter(draft: Draft, { id, pair }: { id: string; pair: string }, stage: Stage, at: number) {
  const configuration = configurationOf(id, { pair, stage });
  const moment = momentAt(marks, at + 100);
  const cap = equity(draft, moment.marks).times(limits.stageCaps[stage]);
  const [decided] = review(draft, [proposalOf(configuration, { at })], terms, moment);
  if (decided?.type !== 'signal.approved') return;
  expect(stage).not.toBe('PAPER');
  expect(stageExposure(draft, stage).lte(cap), `${stage} within ${cap.toFixed()}`).toBe(true);
  settle(draft, fillOf(decided.data.order, { price: '100' }), instrumentOf(pair));
  expect(stageExposure(draft, stage).lte(cap)).toBe(true);
}

function leave(draft: Draft, configId: string, pair: string, at: number) {
  const request = { configId, reason: 'target', price: 100, at } as const;
  const [ordered] = orderExit(draft, request, instrumentOf(pair), terms.engine);
  if (ordered?.type !== 'exit.ordered') return;
  settle(draft, fillOf(ordered.data.order, { price: '100' }), instrumentOf(pair));
  expect(draft.positions.has(configId)).toBe(false);
}
