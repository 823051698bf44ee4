// A plan of faults as a person writes it: the README's is sound, what is wrong is told by its place, and
// whatever a seed draws could have been written.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { drawFaults } from '../../src/sandbox/fault-draw.ts';
import type { FaultPlan } from '../../src/sandbox/fault-plan.ts';
import { readFaultPlan } from '../../src/settings/fault-setting.ts';
import { describeProblem } from '../../src/settings/problem.ts';

const read = (text: string) => readFaultPlan(text, 'plan.yaml');
function planOf(text: string): FaultPlan {
  const result = read(text);
  if (!result.ok) throw new Error(result.problems.map(describeProblem).join('\n'));
  return result.plan;
}

test('the README’s plan is sound, and has its defaults', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, text = ''] = /```yaml\n(# What is counted[\s\S]*?)```/.exec(readme) ?? [];
  const { seed, rules } = planOf(text);
  expect(seed).toBe(1);
  expect(rules).toHaveLength(7);
  expect(rules[0]).toEqual({
    ...{ on: 'POST /api/v3/order', when: { from: 2, times: 1 } },
    do: { kind: 'reset', carriedOut: true },
  });
  expect(rules[5]).toMatchObject({ do: { status: 'BREAK' } });
});

const ruled = (rule: string): string => `rules: [${rule}]`;
const on = 'on: POST /api/v3/order';

test.each([
  ['rules: 1', 'plan.yaml: rules: expected a list, was 1'],
  ['', 'plan.yaml: rules: expected a list, was nothing'],
  ['rules: []\nmore: 1', 'plan.yaml: more: expected no such key, was "more"'],
  ['rules: []\nrules: []', 'plan.yaml: document: expected YAML'],
  ['seed: -1\nrules: []', 'plan.yaml: seed: expected at least 0, was -1'],
  [ruled('{ do: { kind: drop } }'), 'plan.yaml: rules[0].on: expected a request such as'],
  [ruled('{ on: orders }'), 'plan.yaml: rules[0].do: expected an object, was nothing'],
  [ruled(`{ ${on}, do: { kind: nap } }`), 'rules[0].do.kind: expected one of drop, reset,'],
  [ruled(`{ ${on}, do: { kind: silent } }`), 'rules[0].do.kind: expected one of drop, reset,'],
  [ruled('{ on: user-stream, do: { kind: hang } }'), 'rules[0].do.kind: expected one of duplicate'],
  [ruled('{ on: exchange, do: { kind: nap } }'), 'rules[0].do.kind: expected one of filters, halt'],
  [
    ruled(`{ ${on}, do: { kind: answer, status: 99 } }`),
    'rules[0].do.status: expected at least 200, was 99',
  ],
  [ruled(`{ ${on}, do: { kind: delay } }`), 'rules[0].do.ms: expected a number, was nothing'],
  [ruled(`{ ${on}, do: { kind: drop, ms: 5 } }`), 'rules[0].do.ms: expected no such key'],
  [
    ruled(`{ ${on}, when: { probability: 2 }, do: { kind: drop } }`),
    'rules[0].when.probability: expected at most 1, was 2',
  ],
  [
    ruled(`{ ${on}, when: { afterMs: .nan }, do: { kind: drop } }`),
    'rules[0].when.afterMs: expected a finite number',
  ],
  [
    ruled('{ on: exchange, when: { times: 1 }, do: { kind: halt, symbol: BTCUSDT } }'),
    'rules[0].when.times: expected no such key',
  ],
  [
    ruled('{ on: user-stream, do: { kind: close, code: 1006 } }'),
    'rules[0].do.code: expected a code that may be sent',
  ],
  [
    ruled('{ on: exchange, do: { kind: trade, symbol: BTCUSDT, side: BUY, quantity: 0 } }'),
    'rules[0].do.quantity: expected an amount above zero, was 0',
  ],
])('%s is refused by its place', (text, words) => {
  const result = read(text);
  const told = result.ok ? [] : result.problems.map(describeProblem);
  expect(told).toContainEqual(expect.stringContaining(words));
});

describe('a seed', () => {
  const seeds = Array.from({ length: 200 }, (_, seed) => seed);

  test('draws what could have been written, the same every time', () => {
    for (const seed of seeds) {
      const plan = drawFaults(seed);
      expect(planOf(stringify(plan))).toEqual(plan);
      expect(drawFaults(seed)).toEqual(plan);
    }
  });

  test('draws some kinds and leaves others out; in many seeds each comes and each is missing', () => {
    const kindsOf = (seed: number): ReadonlySet<string> =>
      new Set(drawFaults(seed).rules.map((rule) => `${rule.on} ${rule.do.kind}`));
    const drawn = seeds.map(kindsOf);
    const all = new Set(drawn.flatMap((kinds) => [...kinds]));
    expect(all.size).toBeGreaterThan(25);
    for (const kind of all) {
      const count = drawn.filter((kinds) => kinds.has(kind)).length;
      expect(count, kind).toBeGreaterThan(30);
      expect(count, kind).toBeLessThan(190);
    }
  });
});
