// Planted in what decides: candles, signals, limits, the day, breakers and the kill switch.
import type { Patch } from './patch.ts';

export const DECISION_BUGS: readonly Patch[] = [
  {
    name: 'reset the daily loss on restart',
    what: 'a start begins a day of its own: its latch and its first equity are forgotten',
    changes: [
      {
        file: 'src/engine/recover.ts',
        find: 'return { book: draft, seq:',
        put: 'return { book: { ...draft, day: null }, seq:',
      },
    ],
  },
  {
    name: 'let the day move backwards',
    what: 'market time is that of whatever came last, and any other day is a new one',
    changes: [
      {
        file: 'src/domain/day.ts',
        find: 'today > draft.day.number',
        put: 'today !== draft.day.number',
      },
      {
        file: 'src/clock.ts',
        find: 'if (!(at > eventAt)) return;',
        put: 'if (!(at > 0)) return;',
      },
      {
        file: 'src/clock.ts',
        find: 'latest = Math.max(latest, Math.floor(eventAt + elapsed * speed));',
        put: 'latest = Math.floor(eventAt + elapsed * speed);',
      },
    ],
  },
  {
    name: 'let a breaker block an exit',
    what: 'an open breaker is asked about an exit as it is about an entry',
    changes: [
      {
        file: 'src/domain/supervision.ts',
        find: `  const instrument = pair === undefined ? undefined : terms.instruments.get(pair);
  if (instrument === undefined) return [];
  return judged(draft, orderExit(`,
        put: `  const instrument = pair === undefined ? undefined : terms.instruments.get(pair);
  if (instrument === undefined) return [];
  const { configId } = request;
  if (stopped(draft, { configId, asset: instrument.base }) !== undefined) return [];
  return judged(draft, orderExit(`,
      },
      {
        file: 'src/domain/supervision.ts',
        find: "import { completionOf, settle } from './settlement.ts';",
        put: "import { completionOf, settle } from './settlement.ts';\nimport { stopped } from './stopping.ts';",
      },
    ],
  },
  {
    name: 'check a limit before instead of after the trade',
    what: 'whoever finds a limit not yet reached takes all that it wanted',
    changes: [
      {
        file: 'src/domain/risk.ts',
        find: 'cap.gt(used) ? cap.minus(used) : decimal(0)',
        put: 'cap.gt(used) ? cap : decimal(0)',
      },
    ],
  },
  {
    name: 'trust a snapshot book across two proposals',
    what: 'all of a batch is judged by the sums of the book as it was before it',
    changes: [
      {
        file: 'src/domain/review.ts',
        find: "    if (decided.type === 'signal.approved') standing = new Standing(draft, moment.marks);\n",
        put: '',
      },
      {
        file: 'src/domain/review.ts',
        find: '  let standing = new Standing(draft, moment.marks);',
        put: '  const standing = new Standing(draft, moment.marks);',
      },
    ],
  },
  {
    name: 'decide on an unclosed candle',
    what: 'a candle is released although its flag says that it is still in the making',
    changes: [
      {
        file: 'src/feed/assembly.ts',
        find: 'if (closed === true) return this.#closed(candle);',
        put: 'if (closed !== undefined) return this.#closed(candle);',
      },
    ],
  },
  {
    name: 'decide twice on one candle',
    what: 'what a start reads of the past counts as fresh, and the book does not ask whether it was decided on already',
    changes: [
      {
        file: 'src/domain/eligibility.ts',
        find: 'if (last !== undefined && last >= signal.at) {',
        put: 'if (last !== undefined && last > signal.at) {',
      },
      {
        file: 'machines/configuration.ts',
        find: "warming: { tags: 'healthy', on",
        put: "warming: { tags: ['healthy', 'fresh'], on",
      },
    ],
  },
  {
    name: 'swallow a gap',
    what: 'whichever candle closes next is the next one; what is missing before it is said, but nobody asks for it, nor for a close that is overdue',
    changes: [
      {
        file: 'src/feed/assembly.ts',
        find: '    if (candle.openTime !== this.next) {\n',
        put: '    if (candle.openTime < (this.next ?? 0)) {\n',
      },
      {
        file: 'src/feed/stream-feed.ts',
        find: "          this.#actor.send({ type: 'gap.found' });\n",
        put: '',
      },
      {
        file: 'src/feed/repair.ts',
        find: 'Math.min(length / 2, overdueMsMax)',
        put: 'Math.max(length * 2, overdueMsMax)',
      },
    ],
  },
  {
    name: 'ignore the kill switch in the last hop',
    what: 'the gateway asks the book, and not whether the file HALT stands by now',
    changes: [
      {
        file: 'src/engine/gate.ts',
        find: ' && mayStillEnter(engine().book(), order) && !isHalted()',
        put: ' && mayStillEnter(engine().book(), order)',
      },
    ],
  },
  {
    name: 'let NaN through a guard',
    what: 'a price is refused where it is bad, instead of taken where it is good; NaN is neither',
    changes: [
      {
        file: 'src/feed/price-gate.ts',
        find: 'if (!(price > 0 && price < Number.POSITIVE_INFINITY && at > 0)) return false;',
        put: 'if (price <= 0 || price === Number.POSITIVE_INFINITY || at <= 0) return false;',
      },
      {
        file: 'src/feed/assembly.ts',
        find: 'price / before < ABSURD && price / before > 1 / ABSURD;',
        put: '!(price / before >= ABSURD || price / before <= 1 / ABSURD);',
      },
    ],
  },
];
