// A plan of what goes wrong at the sandbox, as a person writes it: read as strictly as settings are.
import { z } from 'zod';
import { type Problem, problemsOf } from './problem.ts';
import { readYaml, soundness } from './yaml.ts';

const dayMs = 86_400_000;
const ms = z.number().min(0).max(dayMs);

/** When it wakes and for how long. */
const spanShape = { afterMs: ms.optional(), forMs: ms.gt(0).optional() };
const span = z.strictObject(spanShape).default({});
const turns = z
  .strictObject({
    ...spanShape,
    from: z.number().int().min(1).optional(),
    times: z.number().int().min(1).optional(),
    probability: z.number().gt(0).max(1).optional(),
  })
  .default({});

const symbol = z.string().regex(/^[A-Z0-9]{5,20}$/, 'a symbol such as BTCUSDT');
const amount = z.coerce
  .string()
  .refine(
    (text) => /^\d{1,12}(\.\d{1,8})?$/.test(text) && Number(text) > 0,
    'an amount above zero',
  );
const carriedOut = z.boolean().default(false);

/** Names the kinds there are: the schema's own words do not. */
const kinds = (...names: readonly string[]) => ({
  error: ({ code }: { readonly code?: string | undefined }) =>
    code === 'invalid_union' ? `one of ${names.join(', ')}` : undefined,
});

const unanswered = ['drop', 'reset', 'hang', 'truncated', 'cut'] as const;
const requestFault = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.enum(unanswered), carriedOut }),
    z.strictObject({
      kind: z.literal('answer'),
      carriedOut,
      status: z.number().int().min(200).max(599),
      body: z.string().max(65_536).optional(),
      headers: z
        .record(
          z.string().regex(/^[a-z0-9-]{1,64}$/, 'a header in lower case'),
          z.string().regex(/^[ -~]{0,1024}$/, 'printable text'),
        )
        .optional(),
    }),
    z.strictObject({ kind: z.enum(['delay', 'late']), ms }),
  ],
  kinds(...unanswered, 'answer', 'delay', 'late'),
);

const framed = ['duplicate', 'swap', 'silent', 'malformed'] as const;
const streamFault = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.enum([...framed, 'half-open', 'refuse']) }),
    z.strictObject({ kind: z.literal('delay'), ms }),
    z.strictObject({
      kind: z.literal('close'),
      code: z
        .number()
        .int()
        .refine(
          (code) =>
            [1000, 1001, 1008, 1011, 1012, 1013].includes(code) || (code >= 3000 && code <= 4999),
          'a code that may be sent: 1000, 1001, 1008, 1011 to 1013, 3000 to 4999',
        )
        .optional(),
    }),
  ],
  kinds(...framed, 'half-open', 'refuse', 'delay', 'close'),
);

const exchangeFault = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      ...{ kind: z.literal('filters'), symbol, tickSize: amount.optional() },
      ...{ stepSize: amount.optional(), notionalMin: amount.optional() },
    }),
    z.strictObject({
      ...{ kind: z.literal('halt'), symbol, status: z.enum(['BREAK', 'HALT']).default('BREAK') },
    }),
    z.strictObject({
      ...{ kind: z.literal('trade'), symbol, side: z.enum(['BUY', 'SELL']), quantity: amount },
    }),
  ],
  kinds('filters', 'halt', 'trade'),
);

const pieces = z.strictObject({
  kind: z.literal('pieces'),
  pieces: z.number().int().min(2).max(100),
});

const requestName = z.custom<`${string} ${string}`>(
  (value) => typeof value === 'string' && /^(\*|GET|POST|PUT|DELETE) (\*|\/\S*)$/.test(value),
  'a request such as POST /api/v3/order, market-stream, user-stream, exchange or orders',
);

const ruleSchemas = {
  'market-stream': z.strictObject({ on: z.literal('market-stream'), when: turns, do: streamFault }),
  'user-stream': z.strictObject({ on: z.literal('user-stream'), when: turns, do: streamFault }),
  exchange: z.strictObject({ on: z.literal('exchange'), when: span, do: exchangeFault }),
  orders: z.strictObject({ on: z.literal('orders'), when: turns, do: pieces }),
} as const;
const requestRule = z.strictObject({ on: requestName, when: turns, do: requestFault });

const planSchema = z.strictObject({
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31)
    .default(0),
  rules: z.array(z.unknown()).max(1000),
});

type RuleSchema = (typeof ruleSchemas)[keyof typeof ruleSchemas] | typeof requestRule;

export interface FaultSettings {
  readonly seed: number;
  readonly rules: readonly z.output<RuleSchema>[];
}
export type FaultSettingsResult =
  | { readonly ok: true; readonly plan: FaultSettings }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const isPlace = (on: unknown): on is keyof typeof ruleSchemas =>
  typeof on === 'string' && Object.hasOwn(ruleSchemas, on);

/** What a rule must look like follows from what it is about. */
function schemaOf(rule: unknown): RuleSchema {
  const on: unknown = Object(rule).on;
  return isPlace(on) ? ruleSchemas[on] : requestRule;
}

/** Reads a plan from YAML text; `file` names it in problems. Never throws. */
export function readFaultPlan(text: string, file: string): FaultSettingsResult {
  const read = readYaml(text, file);
  if (!read.ok) return read;
  const flaws = soundness(read.document, file);
  if (flaws.length > 0) return { ok: false, problems: flaws };
  const plan = planSchema.safeParse(read.document);
  if (!plan.success) return { ok: false, problems: problemsOf(plan.error, read.document, file) };
  const results = plan.data.rules.map((rule) => schemaOf(rule).safeParse(rule));
  const problems = results.flatMap((result, index) =>
    result.success ? [] : problemsOf(result.error, plan.data.rules[index], file, ['rules', index]),
  );
  if (problems.length > 0) return { ok: false, problems };
  const rules = results.flatMap((result) => (result.success ? [result.data] : []));
  return { ok: true, plan: { seed: plan.data.seed, rules } };
}
