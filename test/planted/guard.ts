// Every guard of the engine by name, read off the sources: what has a name of its own and says no. A chart's guard, a
// code of refusal, a breaker, a stop of the gateway, a hindrance after the commit, a defect of a candle.
import { readFileSync } from 'node:fs';
import { breakerMachine } from '../../machines/breaker.ts';
import { configurationMachine } from '../../machines/configuration.ts';
import { feedMachine } from '../../machines/feed.ts';
import { orderMachine } from '../../machines/order.ts';
import { portfolioMachine } from '../../machines/portfolio.ts';
import { BREAKERS } from '../../src/domain/breaker.ts';
import { REFUSALS } from '../../src/domain/refusal.ts';
import { chanceOf } from '../../src/sandbox/chance.ts';

export interface Guard {
  readonly kind: 'chart' | 'refusal' | 'breaker' | 'gateway' | 'hindrance' | 'candle';
  /** Of a chart's: `chart/guard`. */
  readonly name: string;
}

const charts = [
  ...[portfolioMachine, orderMachine, configurationMachine, breakerMachine, feedMachine],
] as const;

const sources = new URL('../../src/', import.meta.url);

/** What a pattern's first group finds in a source, each once. */
function named(file: string, pattern: RegExp): readonly string[] {
  const text = readFileSync(new URL(file, sources), 'utf8');
  return [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))];
}

/** All of them, in one order. */
export function guards(): readonly Guard[] {
  const of = (kind: Guard['kind'], names: readonly string[]): readonly Guard[] =>
    names.map((name) => ({ kind, name }));
  const inCharts = charts.flatMap(({ id, implementations }) =>
    Object.keys(implementations.guards).map((name) => `${id}/${name}`),
  );
  return [
    ...of('chart', inCharts),
    ...of('refusal', Object.keys(REFUSALS)),
    ...of('breaker', Object.keys(BREAKERS)),
    ...of('gateway', named('venue/gateway.ts', /(?:stopped|#breach)\('([a-z-]+)'/g)),
    ...of('gateway', named('venue/placing.ts', /kind: 'not-sent', code: '([a-z-]+)'/g)),
    ...of('hindrance', named('engine/hindrance.ts', /[`'](its \w+ was)/g)),
    ...of('candle', named('domain/candle.ts', /return `expected ([^,`]+)/g)),
    ...of('candle', named('feed/assembly.ts', /`expected (a close within)/g)),
    ...of('candle', named('feed/stream-feed.ts', /`expected (an open time not after)/g)),
  ];
}

/** Some of them, as chance has it. */
export function drawnGuards(seed: number, count: number): readonly Guard[] {
  const chance = chanceOf('guards', seed);
  return guards()
    .map((guard) => ({ guard, at: chance() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ guard }) => guard);
}
