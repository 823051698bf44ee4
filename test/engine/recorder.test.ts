// Journal, then act: what is in the journal once is never there twice, whoever fails on hearing of it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeTimers } from '../../src/clock.ts';
import { type Fact, fact } from '../../src/domain/fact.ts';
import { draftOf, fold } from '../../src/domain/fold.ts';
import { money } from '../../src/domain/money.ts';
import { DEFAULT_EXECUTION } from '../../src/domain/order.ts';
import type { Portfolio } from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import { settle } from '../../src/domain/settlement.ts';
import { DEFAULT_SIZING } from '../../src/domain/sizing.ts';
import { exitProposed } from '../../src/domain/supervision.ts';
import { openTwin } from '../../src/domain/twin.ts';
import { createRecorder } from '../../src/engine/recorder.ts';
import type { Journal } from '../../src/ports.ts';
import { storeAt, temporaryDirectory } from '../store/directory.ts';
import {
  configurationOf,
  fillOf,
  instrumentOf,
  momentAt,
  openedBook,
  proposalOf,
  signalOf,
  termsFor,
} from '../support/bench.ts';

const stopped = (reason: string): Fact => fact('engine.stopped', { at: 1, key: 'k' }, { reason });

async function reasonsIn(journal: Journal): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for await (const { data } of journal.read(1)) found.push(data);
  return found;
}

test('a fact whose hearer throws is in the journal once', async () => {
  const { journal } = await storeAt(temporaryDirectory());
  const failures: unknown[] = [];
  const recorder = createRecorder({
    journal,
    timers: nodeTimers,
    onCommitted: () => {
      throw new Error('the hearer');
    },
    onFailure: (error) => failures.push(error),
  });
  recorder.record([stopped('first')]);
  await expect(recorder.settled()).rejects.toThrow('the hearer');
  expect(failures).toEqual([]);
  expect(await reasonsIn(journal)).toEqual([{ reason: 'first' }]);
});

test('what the store refuses waits, in order, and takes effect once it is in', async () => {
  const { journal } = await storeAt(temporaryDirectory());
  const heard: number[] = [];
  let refusals = 1;
  const recorder = createRecorder({
    journal: {
      ...journal,
      append: async (facts) => {
        refusals -= 1;
        if (refusals >= 0) throw new Error('disk full');
        return journal.append(facts);
      },
    },
    // The wait before a retry is not what is looked at here.
    timers: { ...nodeTimers, after: (_, run) => nodeTimers.after(0, run) },
    onCommitted: ({ seq }) => heard.push(seq),
    onFailure: () => recorder.record([stopped('said while it failed')]),
  });
  recorder.record([stopped('first')]);
  recorder.record([stopped('second')]);
  await recorder.settled();
  expect(await reasonsIn(journal)).toEqual([
    { reason: 'first' },
    { reason: 'second' },
    { reason: 'said while it failed' },
  ]);
  expect(heard).toEqual([1, 2, 3]);
});

const { marks, at } = momentAt();
let crowds = 0;
/** What a review says to `count` configurations nobody has heard of before. */
function batchOf(count: number): readonly Fact[] {
  crowds += 1;
  const proposals = Array.from({ length: count }, (_, index) =>
    proposalOf(configurationOf(`${crowds}-${index}`)),
  );
  const moment = { marks, at, readings: [], open: true };
  return review(draftOf(openedBook()), proposals, termsFor(['BTC/USDT']), moment);
}

/** A position that is asked to go: what led to it, and the exit. */
function leaving(): { before: readonly Fact[]; exit: readonly Fact[] } {
  const terms = termsFor(['BTC/USDT']);
  const draft = draftOf(openedBook());
  const [entered] = review(draft, [proposalOf(configurationOf('held'))], terms, momentAt());
  if (entered?.type !== 'signal.approved') throw new Error('expected an approval');
  const { order } = entered.data;
  const settled = settle(draft, fillOf(order), instrumentOf(order.pair));
  const request = { configId: 'held', reason: 'stop', price: 99, at } as const;
  return { before: [entered, ...settled], exit: exitProposed(draft, terms, request) };
}

/** A recorder over a real journal whose appends the test can hold back or refuse. */
async function gated(mayPass: (facts: readonly Fact[]) => Promise<void>) {
  const { journal } = await storeAt(temporaryDirectory());
  const appends: (readonly Fact['type'][])[] = [];
  const committed: Fact['type'][] = [];
  const failures: unknown[] = [];
  const recorder = createRecorder({
    journal: {
      ...journal,
      async append(facts) {
        await mayPass(facts);
        appends.push(facts.map(({ type }) => type));
        return journal.append(facts);
      },
    },
    timers: { ...nodeTimers, after: (_, run) => nodeTimers.after(0, run) },
    onCommitted: ({ type }) => committed.push(type),
    onFailure: (error) => failures.push(error),
  });
  return { recorder, journal, appends, committed, failures };
}

test('an exit waits for one append of a crowd at most, whatever the crowd', async () => {
  let open = (): void => {};
  let isFirst = true;
  const { recorder, appends, committed } = await gated(async ({ length }) => {
    expect(length).toBeLessThanOrEqual(256);
    if (length < 256 || !isFirst) return;
    isFirst = false;
    await new Promise<void>((resolve) => {
      open = resolve;
    });
  });
  const { before, exit } = leaving();
  recorder.record(before);
  await recorder.settled();
  const led = committed.length;
  // Everybody wants in; and while the first of them are being written, somebody wants out.
  recorder.record(batchOf(5000));
  recorder.record(exit);
  recorder.record(batchOf(300));
  const more = batchOf(300);
  open();
  recorder.record(more);
  await recorder.settled();
  expect(committed.indexOf('exit.ordered')).toBeLessThanOrEqual(led + 256);
  expect(committed).toHaveLength(led + 5000 + 600 + 1);
  // Nothing of the crowd's shares its fate.
  const own = appends.find((types) => types.includes('exit.ordered'));
  expect(own?.at(-1)).toBe('exit.ordered');
});

test('an exit passes entries that the journal cannot take', async () => {
  let isPoisoned = true;
  const { recorder, committed, failures } = await gated(async (facts) => {
    if (isPoisoned && facts.some(({ type }) => type.startsWith('signal.'))) throw new Error('no');
  });
  const { before, exit } = leaving();
  isPoisoned = false;
  recorder.record(before);
  await recorder.settled();
  isPoisoned = true;
  recorder.record(batchOf(1));
  while (failures.length < 3) await new Promise(setImmediate);
  recorder.record(exit);
  while (!committed.includes('exit.ordered')) await new Promise(setImmediate);
  expect(committed.filter((type) => type.startsWith('signal.'))).toHaveLength(1);
  isPoisoned = false;
  await recorder.settled();
  expect(committed.filter((type) => type.startsWith('signal.'))).toHaveLength(2);
});

test('an exit passes a crowd of paper twins, also one that the journal cannot take', async () => {
  let isPoisoned = false;
  const { recorder, committed, failures } = await gated(async (facts) => {
    if (isPoisoned && facts.some(({ type }) => type.startsWith('twin.'))) throw new Error('no');
  });
  const { before, exit } = leaving();
  recorder.record(before);
  await recorder.settled();
  isPoisoned = true;
  const terms = { sizing: DEFAULT_SIZING, execution: DEFAULT_EXECUTION };
  const flat = { equity: money(1000), position: null };
  for (let index = 0; index < 600; index += 1) {
    const one = configurationOf(`twin-${index}`);
    const opened = openTwin(flat, signalOf(one), one, { price: 100, at }, terms);
    if (opened === undefined) throw new Error('expected a position');
    recorder.record([opened]);
  }
  while (failures.length < 3) await new Promise(setImmediate);
  recorder.record(exit);
  while (!committed.includes('exit.ordered')) await new Promise(setImmediate);
  expect(committed).not.toContain('twin.opened');
  isPoisoned = false;
  await recorder.settled();
  expect(committed.filter((type) => type === 'twin.opened')).toHaveLength(600);
});

test('what an exit stands on stays before it, and nothing is lost or halved', async () => {
  const { recorder, committed, appends } = await gated(async () => {});
  const { before, exit } = leaving();
  const halted = fact('trading.reduced', { at, key: 'anna' }, { by: 'anna', reason: 'a look' });
  const groups = [batchOf(10), before, batchOf(20), [halted], batchOf(30), exit];
  for (const group of groups) recorder.record(group);
  await recorder.settled();
  const place = committed.indexOf('exit.ordered');
  expect(committed[place - 1]).toBe('trading.reduced');
  expect(committed.indexOf('position.opened')).toBeLessThan(place);
  expect([...committed].sort()).toEqual(
    groups
      .flat()
      .map(({ type }) => type)
      .sort(),
  );
  const opened = appends.find((types) => types.includes('position.opened'));
  expect(opened).toContain('fill.recorded');
});

/** What marks, orders and exits leave, in the groups they are decided in. */
const decided = fc.array(
  fc.array(
    fc.constantFrom(
      'equity.marked',
      'day.opened',
      'order.accepted',
      'exit.ordered',
      'cancel.ordered',
    ),
    { minLength: 1, maxLength: 4 },
  ),
  { minLength: 1, maxLength: 12 },
);

/** Facts of which nothing is read but their type and number. */
const numbered = (type: string, number: number): Fact =>
  ({ type, at: number, key: 'k', cause: null, data: {} }) as unknown as Fact;

test('whatever overtakes whatever: what yields keeps its order, and so does all that does not', async () => {
  const yielding = new Set(['equity.marked', 'day.opened']);
  await fc.assert(
    fc.asyncProperty(decided, fc.array(fc.boolean()), async (groups, failures) => {
      const committed: Fact[] = [];
      const pending = [...failures];
      const recorder = createRecorder({
        journal: {
          async append(facts: readonly Fact[]) {
            await Promise.resolve();
            if (pending.shift() === true) throw new Error('no');
            return facts;
          },
        } as unknown as Journal,
        timers: { ...nodeTimers, after: (_, run) => nodeTimers.after(0, run) },
        onCommitted: (entry) => committed.push(entry),
        onFailure() {},
      });
      const recorded: Fact[] = [];
      for (const types of groups) {
        const facts = types.map((type, index) => numbered(type, recorded.length + index));
        recorded.push(...facts);
        recorder.record(facts);
        if (recorded.length % 3 === 0) await Promise.resolve();
      }
      await recorder.settled();
      for (const yields of [true, false]) {
        const kind = (facts: readonly Fact[]) =>
          facts.filter(({ type }) => yielding.has(type) === yields).map(({ at: number }) => number);
        expect(kind(committed)).toEqual(kind(recorded));
      }
    }),
    { numRuns: 200 },
  );
});

test('a day that opened before its loss was latched stays latched, whatever overtook it', async () => {
  const { before, exit } = leaving();
  let isDown = false;
  const { recorder, failures, journal } = await gated(async () => {
    if (isDown) throw new Error('no');
  });
  recorder.record(before);
  await recorder.settled();
  isDown = true;
  const number = Math.floor(at / 86_400_000);
  const about = { at, key: 'day' };
  recorder.record([fact('day.opened', about, { day: number, equity: '100' })]);
  while (failures.length < 2) await new Promise(setImmediate);
  const lost = { day: number, dayReturn: -0.03, limit: -0.02 };
  recorder.record([fact('loss.latched', about, lost), ...exit]);
  isDown = false;
  await recorder.settled();
  let book: Portfolio = openedBook();
  for await (const entry of journal.read(1)) book = fold(book, [entry]);
  expect(book.day).toMatchObject({ number, latched: true });
  expect(book.positions.get('held')?.exiting).toBe('stop');
});
