// Planted in what becomes of orders: sending, outcomes, fills, reservations, and the stop at the venue.
import type { Patch } from './patch.ts';

export const ORDER_BUGS: readonly Patch[] = [
  {
    name: 'retry with a new id',
    what: 'an exit of which nobody knows what became is ordered again, under the next id; both who asks again and who orders take it for gone',
    changes: [
      {
        file: 'src/domain/exit.ts',
        find: "  if (position === undefined || liveOrder(draft, configId, 'exit') !== undefined) return [];\n",
        put: `  const out = liveOrder(draft, configId, 'exit');
  if (position === undefined || (out !== undefined && out.state !== 'unknown')) return [];
`,
      },
      {
        file: 'src/engine/supervise.ts',
        find: "    if (liveOrder(book(), configId, 'exit') !== undefined) return;\n",
        put: `    const out = liveOrder(book(), configId, 'exit');
    if (out !== undefined && out.state !== 'unknown') return;
`,
      },
    ],
  },
  {
    name: 'believe the first not-found',
    what: 'an order that the venue does not show is gone: neither is its validity waited for nor asked twice',
    changes: [
      {
        file: 'src/engine/resolve.ts',
        find: "return word === 'none' && isConclusive ? misses + 1 : misses;",
        put: "return word === 'none' ? misses + 1 : misses;",
      },
      {
        file: 'src/engine/resolve.ts',
        find: 'for (let misses = 0; misses < 2; ) {',
        put: 'for (let misses = 0; misses < 1; ) {',
      },
    ],
  },
  {
    name: 'reject on timeout',
    what: 'no answer in time is taken for a refusal',
    changes: [
      {
        file: 'src/venue/outcome.ts',
        find: "  if (answer === undefined) return unknown(failure ?? 'no answer');\n",
        put: "  if (answer === undefined) return { kind: 'rejected', code: 'timeout', message: failure ?? 'no answer' };\n",
      },
    ],
  },
  {
    name: 'forget a reservation',
    what: 'an order in doubt holds nothing back any more',
    changes: [
      {
        file: 'src/domain/portfolio.ts',
        find: '  if (hasEnded(live)) return ZERO_MONEY;\n  const whole',
        put: "  if (hasEnded(live) || live.state === 'unknown') return ZERO_MONEY;\n  const whole",
      },
    ],
  },
  {
    name: 'release it twice',
    what: 'a part that is filled is let go of at the report, and once more when it is booked',
    changes: [
      {
        file: 'src/domain/portfolio.ts',
        find: 'const rest = whole.minus(live.filled).div(whole);',
        put: 'const rest = whole.minus(live.filled).minus(live.filled).div(whole);',
      },
    ],
  },
  {
    name: 'apply a fill twice',
    what: 'nobody asks whether a trade of this id was booked before',
    changes: [
      {
        file: 'src/domain/settlement.ts',
        find: 'if (live.trades.includes(fill.tradeId) || !quantity(fill.quantity).gt(0)) return [];',
        put: 'if (!quantity(fill.quantity).gt(0)) return [];',
      },
    ],
  },
  {
    name: 'drop a fill before its ack',
    what: 'a trade of an order that is not known to be at the venue is not believed',
    changes: [
      {
        file: 'src/domain/supervision.ts',
        find: '  const live = draft.orders.get(fill.clientOrderId);\n  if (instrument',
        put: "  const live = draft.orders.get(fill.clientOrderId);\n  if (live?.state === 'sending') return [];\n  if (instrument",
      },
    ],
  },
  {
    name: 'size the stop on gross',
    what: 'the stop is for what was bought, before the fee that was taken of it',
    changes: [
      {
        file: 'src/domain/protection.ts',
        find: '    held = held.plus(position.quantity);\n',
        put: '    held = held.plus(position.bought.minus(position.sold));\n',
      },
    ],
  },
  {
    name: 'leave a stop behind after the exit',
    what: 'an exit goes without the stop that stands for it, and one that stands for nobody is nobody’s to take back',
    changes: [
      {
        file: 'src/domain/exit.ts',
        find: '  if (held !== undefined) return held;\n',
        put: '  if (held !== undefined && position.exits > 0) return held;\n',
      },
      {
        file: 'src/domain/protection.ts',
        find: 'const stays = wanted !== undefined && (fits(standing, wanted) || !instrument.active);',
        put: 'const stays = wanted === undefined || fits(standing, wanted) || !instrument.active;',
      },
    ],
  },
  {
    name: 'act before the journal',
    what: 'an order is taken for committed, and sent, when its commit is asked for',
    changes: [
      {
        file: 'src/engine/committed.ts',
        find: `        const entries = await journal.append(facts);
        for (const entry of entries) hear(entry);
`,
        put: `        for (const one of facts) hear({ ...one, seq: 0, v: 1 } as Entry);
`,
      },
      {
        file: 'src/engine/committed.ts',
        find: '        return entries;\n',
        put: '        return await journal.append(facts);\n',
      },
      {
        file: 'src/engine/recorder.ts',
        find: '      const entries = await append(groups.flatMap(({ facts }) => facts));\n',
        put: `      const facts = groups.flatMap((group) => group.facts);
      const appending = append(facts);
      for (const [index, one] of facts.entries()) onCommitted({ ...one, seq: index, v: 1 });
      const entries = await appending;
`,
      },
      {
        file: 'src/engine/recorder.ts',
        find: '      for (const entry of entries ?? []) onCommitted(entry);\n',
        put: '',
      },
    ],
  },
];
