// The rules in force are the venue's of now: what is sized obeys them, a pair that is no longer traded takes
// no entries by name, and whoever holds it still asks to go and is told of loudly.
import { Subject } from 'rxjs';
import { expect, onTestFinished, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import type { ReviewTerms } from '../../src/domain/eligibility.ts';
import { type Draft, draftOf } from '../../src/domain/fold.ts';
import { type Instrument, rulesInForce } from '../../src/domain/instrument.ts';
import { decimal } from '../../src/domain/money.ts';
import { review } from '../../src/domain/review.ts';
import { settle } from '../../src/domain/settlement.ts';
import { exitProposed, settleReported } from '../../src/domain/supervision.ts';
import { createRulebook } from '../../src/engine/rulebook.ts';
import type { VenueNews } from '../../src/ports.ts';
import { temporaryDirectory } from '../store/directory.ts';
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
import { startStage } from '../support/stage.ts';

const pair = 'BTC/USDT';
const known = new Map([[pair, instrumentOf(pair)]]);
const listing = (changes: Partial<Instrument>) =>
  new Map([[pair, { ...instrumentOf(pair), ...changes }]]);
const other = new Map([['ETH/USDT', instrumentOf('ETH/USDT')]]);

/** A rulebook over `listed`, with the hour and the venue's news in the test's hands. */
function rulebookOn(book: Draft, first: ReadonlyMap<string, Instrument> = known) {
  const at = { listed: first, now: 0, asked: 0, isDown: false };
  const news = new Subject<VenueNews>();
  const told: string[] = [];
  const log = (level: string) => (_: object, message: string) => told.push(`${level}: ${message}`);
  let hour = (): void => {};
  const rulebook = createRulebook({
    venue: {
      news,
      async instruments() {
        at.asked += 1;
        if (at.isDown) throw new Error('no answer');
        return at.listed;
      },
    },
    clock: { monotonic: () => at.now },
    timers: {
      every(periodMs, run) {
        expect(periodMs).toBe(3_600_000);
        hour = run;
        return () => {};
      },
    },
    log: { debug() {}, info() {}, warn: log('warn'), error: log('error') },
    listed: first,
    book: () => book,
  });
  const close = rulebook.open();
  const terms: ReviewTerms = {
    ...termsFor([pair]),
    get instruments() {
      return rulebook.instruments();
    },
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    ...{ at, told, terms, rulebook, close },
    async anHourLater(listed: ReadonlyMap<string, Instrument>) {
      at.listed = listed;
      hour();
      await turn();
    },
    async doubt() {
      news.next({ type: 'rules.doubted', pair });
      await turn();
    },
  };
}

const decide = (draft: Draft, terms: ReviewTerms, id: string) =>
  review(draft, [proposalOf(configurationOf(id))], terms, momentAt({ [pair]: 100 }))[0];

function bookThatHolds(id: string): Draft {
  const draft = draftOf(openedBook());
  const entered = decide(draft, termsFor([pair]), id);
  if (entered?.type !== 'signal.approved') throw new Error('expected an approval');
  settle(draft, fillOf(entered.data.order), instrumentOf(pair));
  return draft;
}

test('what is sized obeys the step of now, and breaks no rule of the venue', async () => {
  const book = draftOf(openedBook());
  const { terms, anHourLater } = rulebookOn(book);
  await anHourLater(listing({ stepSize: decimal('7') }));
  const entered = decide(book, terms, 'a');
  if (entered?.type !== 'signal.approved') throw new Error('expected an approval');
  expect(decimal(entered.data.order.quantity).mod(7).toFixed()).toBe('0');
  expect(decimal(entered.data.order.quantity).gt(0)).toBe(true);
});

test('an order that broke a rule has them asked for, once for a run of them', async () => {
  const { at, told, rulebook, doubt, close } = rulebookOn(draftOf(openedBook()));
  at.listed = listing({ notionalMin: instrumentOf(pair).notionalMin });
  await doubt();
  await doubt();
  expect([at.asked, rulebook.instruments()]).toEqual([1, at.listed]);
  at.now += 10_000;
  at.isDown = true;
  await doubt();
  expect([at.asked, rulebook.instruments()]).toEqual([2, at.listed]);
  expect(told).toEqual([expect.stringContaining('as before')]);
  at.now += 10_000;
  close();
  await doubt();
  expect(at.asked).toBe(2);
});

test.each([
  ['is halted', listing({ active: false })],
  ['is taken off the list', other],
])(
  'a pair that %s takes no entries; who holds it goes, and it is said aloud',
  async (_, listed) => {
    const book = bookThatHolds('held');
    const { terms, told, anHourLater } = rulebookOn(book);
    await anHourLater(listed);
    await anHourLater(listed);
    expect(told).toEqual(['error: held, and the venue does not trade it any more']);
    expect(decide(book, terms, 'b')).toMatchObject({
      type: 'signal.refused',
      data: { refusal: { code: 'pair-unknown', detail: pair } },
    });
    const request = { configId: 'held', reason: 'stop', price: 99, at: NOON } as const;
    const [asked] = exitProposed(book, terms, request);
    expect(asked).toMatchObject({ type: 'exit.ordered', data: { order: { pair, side: 'sell' } } });
    await anHourLater(known);
    expect(told.slice(1)).toContain('warn: the venue trades the pair again');
  },
);

test('a start finds the pair of a position gone: it settles, it asks to go, and it is said aloud', () => {
  const book = bookThatHolds('held');
  const { terms, told } = rulebookOn(book, other);
  expect(told).toEqual(['error: held, and the venue does not trade it any more']);
  const request = { configId: 'held', reason: 'stop', price: 99, at: NOON } as const;
  const [asked] = exitProposed(book, terms, request);
  if (asked?.type !== 'exit.ordered') throw new Error('expected an exit');
  const settled = settleReported(book, terms, fillOf(asked.data.order, { price: '99' }));
  expect(settled.map(({ type }) => type)).toContain('position.closed');
});

test('nothing that was listed or is needed is ever without rules, and only the listed is traded', () => {
  const rules = rulesInForce(known, other, ['SOL/USDT']);
  expect([...rules].map(([name, { active }]) => [name, active])).toEqual([
    ['ETH/USDT', true],
    ['BTC/USDT', false],
    ['SOL/USDT', false],
  ]);
  expect(rules.get('SOL/USDT')).toMatchObject({ base: 'SOL', quote: 'USDT' });
  expect(rulesInForce(rules, rules, known.keys())).toEqual(rules);
});

test('a whole engine takes the venue’s new rules while it runs', async () => {
  let listed: ReadonlyMap<string, Instrument> = known;
  const stage = await startStage({
    ...{ directory: temporaryDirectory(), clock: createClock(1), listed: () => listed },
    configurations: [configurationOf('a', { pair })],
  });
  onTestFinished(() => stage.stop());
  listed = listing({ active: false });
  stage.tick();
  await stage.settled();
  expect(stage.engine.instruments().get(pair)?.active).toBe(false);
});
