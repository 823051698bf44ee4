// The charts drawn in machines/README.md are the machines: every arrow exists, and none is missing.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { AnyStateNode } from 'xstate';
import { breakerMachine } from '../../machines/breaker.ts';
import { configurationMachine } from '../../machines/configuration.ts';
import { feedMachine } from '../../machines/feed.ts';
import { orderMachine } from '../../machines/order.ts';
import { portfolioMachine } from '../../machines/portfolio.ts';
import { assert } from '../../src/domain/assert.ts';

const page = readFileSync('machines/README.md', 'utf8');

/** Arrows of the chart named in its first line, as `from --> to : event`; words after a comma are for people. */
function drawn(name: string): readonly string[] {
  const charts = [...page.matchAll(/```mermaid\n([\s\S]*?)```/g)].map(([, chart = '']) => chart);
  const chart = charts.find((text) => text.includes(`%% ${name}\n`)) ?? '';
  const arrows = chart.matchAll(/^\s*(\w+) --> (\w+) : ([\w.-]+)/gm);
  return [...arrows].map(([, from, to, event]) => `${from} --> ${to} : ${event}`).sort();
}

/** Arrows of a region: for each state, its own answer to an event, else its region's; and those it takes by itself. */
function built(region: AnyStateNode): readonly string[] {
  const arrows = Object.values(region.states).flatMap((state) => {
    const events = new Set([...state.transitions.keys(), ...region.transitions.keys()]);
    return [...events, 'always'].flatMap((event) => {
      const answers =
        event === 'always'
          ? (state.always ?? [])
          : (state.transitions.get(event) ?? region.transitions.get(event) ?? []);
      const targets = answers.flatMap(({ target }) => target ?? []);
      return targets
        .filter((target) => target !== state)
        .map((target) => `${state.key} --> ${target.key} : ${event}`);
    });
  });
  return [...new Set(arrows)].sort();
}

const { position, health } = configurationMachine.root.states;
assert(position !== undefined && health !== undefined, 'expected the regions of a configuration');

const regions: Record<string, AnyStateNode> = {
  portfolio: portfolioMachine.root,
  'configuration.position': position,
  'configuration.health': health,
  order: orderMachine.root,
  breaker: breakerMachine.root,
  feed: feedMachine.root,
};

test.each(Object.entries(regions))('%s is drawn as it is', (name, region) => {
  const arrows = built(region);
  expect(arrows.length).toBeGreaterThan(0);
  expect([...new Set(drawn(name))]).toEqual(arrows);
});

test('every chart on the page is one of these', () => {
  const names = [...page.matchAll(/%% (\S+)/g)].map(([, name]) => name);
  expect(names).toEqual(Object.keys(regions));
});

test('every machine but a parallel one starts where it is drawn to start', () => {
  const starts = [...page.matchAll(/%% (\S+)\n\s*\[\*\] --> (\w+)/g)];
  expect(starts).toHaveLength(Object.keys(regions).length);
  for (const [, name = '', start] of starts) {
    expect(regions[name]?.initial.target[0]?.key).toBe(start);
  }
});
