// A plan drawn from a seed. Each seed takes some kinds of faults and leaves the others out, each at a rate
// of its own: where everything fails at once, little is ever reached. A seed draws the same plan always.
import { type Chance, chanceOf } from './chance.ts';
import type { FaultPlan, FaultRule, FaultTiming, RequestFault } from './fault-plan.ts';

/** How often a kind takes part. */
const share = 0.35;
const placing = 'POST /api/v3/order';
/** Faults that come at a time come within this long. */
const withinMs = 120_000;
const symbol = 'BTCUSDT';

type Draw = (chance: Chance) => FaultRule;

const between = (chance: Chance, low: number, high: number): number =>
  Math.round(low + (high - low) * chance());

/** A rate between a tenth of `most` and `most`. */
const rate = (chance: Chance, most: number): FaultTiming => ({
  probability: Number((most * (0.1 + 0.9 * chance())).toFixed(4)),
});

/** A span of `low` to `high` milliseconds. */
const span = (chance: Chance, low: number, high: number): FaultTiming => ({
  afterMs: between(chance, 0, withinMs),
  forMs: between(chance, low, high),
});

const onOrder =
  (most: number, fault: (chance: Chance) => RequestFault): Draw =>
  (chance) => ({ on: placing, when: rate(chance, most), do: fault(chance) });

const coded = (chance: Chance, status: number, code: number, msg: string): RequestFault => ({
  ...{ kind: 'answer', carriedOut: chance() < 0.5, status },
  body: JSON.stringify({ code, msg }),
});

const html = '<html><body>Bad gateway</body></html>';

const draws: readonly Draw[] = [
  // On the way in, and on the way out.
  onOrder(0.3, () => ({ kind: 'reset', carriedOut: false })),
  onOrder(0.3, () => ({ kind: 'reset', carriedOut: true })),
  onOrder(0.1, (chance) => ({ kind: 'hang', carriedOut: chance() < 0.5 })),
  onOrder(0.1, (chance) => ({ kind: 'drop', carriedOut: chance() < 0.5 })),
  onOrder(0.2, (chance) => ({ kind: 'late', ms: between(chance, 500, 15_000) })),
  onOrder(0.3, (chance) => ({ kind: 'delay', ms: between(chance, 100, 12_000) })),
  onOrder(0.2, () => ({ kind: 'truncated', carriedOut: true })),
  onOrder(0.1, () => ({ kind: 'cut', carriedOut: true })),
  // Other answers.
  onOrder(0.2, (chance) => coded(chance, 503, -1007, 'Timeout waiting for response.')),
  onOrder(0.2, (chance) => coded(chance, 500, -1000, 'An unknown error occurred.')),
  onOrder(0.1, (chance) => coded(chance, 400, -1021, 'Timestamp is outside of the recvWindow.')),
  onOrder(0.1, () => ({ kind: 'answer', carriedOut: true, status: 200, body: '{}' })),
  onOrder(0.1, () => ({ kind: 'answer', carriedOut: true, status: 200 })),
  (chance) => ({
    ...{ on: '* *', when: span(chance, 1000, 6000) },
    do: {
      ...{ kind: 'answer', carriedOut: false, status: chance() < 0.8 ? 429 : 418 },
      ...{ body: '{"code":-1003,"msg":"Too many requests."}', headers: { 'retry-after': '2' } },
    },
  }),
  (chance) => ({
    ...{ on: 'GET *', when: rate(chance, 0.2) },
    do: { kind: 'answer', carriedOut: false, status: 502, body: html },
  }),
  (chance) => ({
    ...{
      on: 'GET *',
      when: rate(chance, 0.3),
      do: { kind: 'delay', ms: between(chance, 50, 4000) },
    },
  }),
  // Streams.
  (chance) => ({ on: 'user-stream', when: rate(chance, 0.5), do: { kind: 'duplicate' } }),
  (chance) => ({ on: 'user-stream', when: rate(chance, 0.2), do: { kind: 'swap' } }),
  (chance) => ({
    ...{ on: 'user-stream', when: rate(chance, 0.3) },
    do: { kind: 'delay', ms: between(chance, 50, 8000) },
  }),
  (chance) => ({ on: 'user-stream', when: rate(chance, 0.1), do: { kind: 'close' } }),
  (chance) => ({ on: 'user-stream', when: span(chance, 5000, 30_000), do: { kind: 'silent' } }),
  (chance) => ({
    ...{ on: 'user-stream', do: { kind: 'half-open' } },
    when: { afterMs: between(chance, 0, withinMs), times: 1 },
  }),
  (chance) => ({ on: 'user-stream', when: rate(chance, 0.1), do: { kind: 'malformed' } }),
  (chance) => ({ on: 'market-stream', when: rate(chance, 0.3), do: { kind: 'duplicate' } }),
  (chance) => ({ on: 'market-stream', when: rate(chance, 0.05), do: { kind: 'swap' } }),
  (chance) => ({ on: 'market-stream', when: rate(chance, 0.002), do: { kind: 'malformed' } }),
  (chance) => ({ on: 'market-stream', when: rate(chance, 0.001), do: { kind: 'close' } }),
  (chance) => ({ on: 'market-stream', when: span(chance, 5000, 30_000), do: { kind: 'silent' } }),
  (chance) => ({
    ...{ on: 'market-stream', do: { kind: 'half-open' } },
    when: { afterMs: between(chance, 0, withinMs), times: 1 },
  }),
  (chance) => ({ on: 'market-stream', when: rate(chance, 0.5), do: { kind: 'refuse' } }),
  // The exchange itself.
  (chance) => ({
    ...{ on: 'exchange', when: span(chance, 3000, 20_000) },
    do: { kind: 'halt', symbol, status: chance() < 0.5 ? 'BREAK' : 'HALT' },
  }),
  (chance) => ({
    ...{ on: 'exchange', when: { afterMs: between(chance, 0, withinMs) } },
    do: { kind: 'filters', symbol, stepSize: '0.0001', notionalMin: '10' },
  }),
  (chance) => ({
    ...{ on: 'exchange', when: { afterMs: between(chance, 0, withinMs) } },
    do: { kind: 'trade', symbol, side: chance() < 0.5 ? 'BUY' : 'SELL', quantity: '0.01' },
  }),
  (chance) => ({
    ...{ on: 'orders', when: rate(chance, 1) },
    do: { kind: 'pieces', pieces: between(chance, 2, 10) },
  }),
];

/** The plan of `seed`. */
export function drawFaults(seed: number): FaultPlan {
  const rules = draws.flatMap((draw, index) => {
    const chance = chanceOf('draw', seed, index);
    return chance() < share ? [draw(chance)] : [];
  });
  return { seed, rules };
}
