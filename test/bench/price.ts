// (b) One price update, from the parsed frame until everything it means has been done: tap, clock, gate,
// paper venue, trigger book, tape. Its cost must not grow with the configurations that hold the pair.
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { type EngineBench, startEngine } from './engine.ts';
import { inTurns, type Row } from './measure.ts';

const rounds = 15;
const updates = 10_000;
/** Between rounds, for the tape to write what it was given. */
const pauseMs = 120;

/** Nanoseconds an update, none of which crosses a level. */
function priced({ handlers }: EngineBench, from: number): number {
  const frames = Array.from({ length: updates }, (_, index) => ({
    s: 'BTCUSDT',
    p: (100 + (index % 100) / 1000).toFixed(3),
    E: from + index,
  }));
  const before = performance.now();
  for (const frame of frames) handlers.onTrade(frame);
  return ((performance.now() - before) * 1e6) / updates;
}

/** The least there could be: read the price, compare it with two levels. */
function bare(): number {
  const levels = { stop: 98, target: 102 };
  const frames = Array.from({ length: updates }, (_, index) =>
    (100 + (index % 100) / 1000).toFixed(3),
  );
  let crossed = 0;
  const before = performance.now();
  for (const text of frames) {
    const price = Number(text);
    if (price <= levels.stop || price >= levels.target) crossed += 1;
  }
  const spent = ((performance.now() - before) * 1e6) / updates;
  if (crossed > 0) throw new Error('expected no crossing');
  return spent;
}

export async function benchPrice(): Promise<readonly Row[]> {
  const counts = [1, 100, 10_000] as const;
  const benches: EngineBench[] = [];
  for (const count of counts) benches.push(await startEngine(count, true));
  let at = 0;
  const of = (index: number) => async () => {
    const bench = benches[index];
    if (bench === undefined) throw new Error('expected a bench');
    at += updates;
    const spent = priced(bench, bench.start + at);
    await setTimeout(pauseMs);
    return spent;
  };
  const spent = await inTurns(rounds, { bare, one: of(0), hundred: of(1), all: of(2) });
  for (const bench of benches) await bench.stop();
  const values = [spent.one, spent.hundred, spent.all];
  return counts.map((count, index) => {
    const value = values[index] ?? Number.NaN;
    const [isFirst, ratio] = [index === 0, value / spent.one];
    return {
      what: `price update, ${count.toLocaleString('en')} holding ${isFirst ? 'configuration' : 'configurations'}`,
      measured: `${value.toFixed(0)} ns`,
      baseline: isFirst
        ? `${spent.bare.toFixed(0)} ns, two comparisons alone`
        : `${spent.one.toFixed(0)} ns, with one`,
      ratio: isFirst ? value / spent.bare : ratio,
      goal: isFirst ? '≤ 1 µs' : '≤ 1 µs, flat (within 1.25×)',
      isMet: value <= 1000 && (isFirst || ratio <= 1.25),
    };
  });
}
