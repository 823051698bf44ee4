// (d) What ten thousand configurations cost in memory: engine, actors, detectors, above the engine alone.
import { startEngine } from './engine.ts';
import { collectGarbage, type Row } from './measure.ts';

const count = 10_000;
const megabyte = 1024 * 1024;

interface Memory {
  readonly heap: number;
  readonly resident: number;
}

function memory(): Memory {
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: (heapUsed + external) / megabyte, resident: rss / megabyte };
}

async function withEngine(configurations: number): Promise<Memory> {
  const bench = await startEngine(configurations, false);
  const now = memory();
  await bench.stop();
  return now;
}

export async function benchMemory(): Promise<readonly Row[]> {
  const idle = await withEngine(0);
  const full = await withEngine(count);
  const heap = full.heap - idle.heap;
  const resident = full.resident - idle.resident;
  return [
    {
      what: `memory of ${count.toLocaleString('en')} configurations`,
      measured: `heap +${heap.toFixed(0)} MB (${((heap * 1024) / count).toFixed(1)} kB each), resident +${resident.toFixed(0)} MB`,
      baseline: `heap ${idle.heap.toFixed(0)} MB, resident ${idle.resident.toFixed(0)} MB, idle`,
      ratio: full.resident / idle.resident,
      goal: '< 300 MB above idle',
      isMet: Math.max(heap, resident) < 300,
    },
  ];
}
