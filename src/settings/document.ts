// Configuration documents: what training wrote, checked one by one. A bad one is refused by name and
// the good ones still load.
import { z } from 'zod';
import { type Configuration, STAGES } from '../domain/configuration.ts';
import { TIMEFRAMES } from '../domain/time.ts';
import { findStrategy, STRATEGIES } from '../strategies/registry.ts';
import type { Parameters } from '../strategies/strategy.ts';
import { duplicateKeys } from './duplicate-key.ts';
import { type Flaw, flawsOf } from './flaw.ts';
import { flawProblems, type Problem, pathOf, problemsOf, show } from './problem.ts';

export interface DocumentResult {
  readonly configurations: readonly Configuration[];
  readonly problems: readonly Problem[];
}

const textMax = 64 * 1024 * 1024;
/** A configuration is one fact of the journal, and facts have a largest size. */
const configurationTextMax = 900_000;
const open = z.record(z.string(), z.unknown());

const winRate = z
  .number()
  .min(0)
  .max(100)
  .refine(
    (value) => value === 0 || value > 1,
    'a percentage from 0 to 100 (was a fraction meant?)',
  );

const schema = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'an id of letters, digits, . _ - (64 at most)'),
  strategy_name: z.string(),
  pair: z.string().regex(/^[A-Z0-9]{1,20}\/[A-Z0-9]{2,12}$/, 'a pair such as BTC/USDT'),
  exchange: z.string().regex(/^[a-z][a-z0-9]{1,31}$/, 'an exchange as ccxt names it'),
  timeframe: z.enum(TIMEFRAMES),
  lifecycle_stage: z.enum(STAGES),
  parameters: open.default({}),
  performance: z.looseObject({ gross_win_rate: winRate }),
  validation: z.looseObject({ sharpe_ratio: z.number().min(-100).max(100) }),
  regime: z
    .union([z.string().max(64), open])
    .nullable()
    .default(null),
  is_active: z.boolean(),
  evidence: z
    .strictObject({
      returns_r: z.array(z.number().min(-1000).max(1000)).max(100_000),
      trials: z.number().int().min(1).optional(),
      sharpe_variance: z.number().min(0).optional(),
    })
    .nullable()
    .default(null),
});

/** Reads a configuration document from JSON text; `file` names it in problems. Never throws. */
export function readDocument(text: string, file: string): DocumentResult {
  if (text.length > textMax)
    return failed(file, 'at most 64 MB of JSON', `${text.length} characters`);
  let document: unknown;
  try {
    document = parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    return failed(file, 'JSON', error instanceof Error ? error.message : 'unreadable');
  }
  return readAll(document, text, file);
}

/**
 * JSON, and the NaN and Infinity that some programs write where it has no number: as numbers out of range
 * they are refused where they stand, and the rest still loads. Strings are stepped over. Throws.
 */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/\b(?:NaN|Infinity)\b/.test(text)) throw error;
    const bare = /"[^"\\]*(?:\\.[^"\\]*)*"|(-?)\b(?:NaN|Infinity)\b/g;
    return JSON.parse(
      text.replace(bare, (part, sign: string | undefined) =>
        part.startsWith('"') ? part : `${sign ?? ''}1e999`,
      ),
    );
  }
}

const failed = (file: string, expected: string, was: string): DocumentResult => ({
  configurations: [],
  problems: [{ file, path: '', expected, was }],
});

function readAll(document: unknown, text: string, file: string): DocumentResult {
  const isList = Array.isArray(document);
  const list: readonly unknown[] = isList ? document : [document];
  const doubled = doubledKeys(text, isList);
  const taken = new Set<string>();
  const configurations: Configuration[] = [];
  const problems: Problem[] = [];
  for (const [index, item] of list.entries()) {
    const root = isList ? [index] : [];
    const flaws = [...(doubled.get(index) ?? []), ...flawsOf(item)];
    if (flaws.length > 0) {
      problems.push(...named(flawProblems(flaws.slice(0, flawsMax), file, root), item));
      continue;
    }
    const read = readOne(item, file, root, taken);
    if ('configuration' in read) configurations.push(read.configuration);
    problems.push(...read.problems);
  }
  return { configurations, problems };
}

/** Keys written twice, by the place of the configuration they are in. */
function doubledKeys(text: string, isList: boolean): ReadonlyMap<PropertyKey, readonly Flaw[]> {
  const byItem = new Map<PropertyKey, Flaw[]>();
  for (const whole of duplicateKeys(text)) {
    const item = isList ? (whole[0] ?? 0) : 0;
    const flaw = { path: isList ? whole.slice(1) : whole, expected: 'a key once', was: 'twice' };
    byItem.set(item, [...(byItem.get(item) ?? []), flaw].slice(0, flawsMax));
  }
  return byItem;
}

const flawsMax = 20;

type ReadOne =
  | { readonly configuration: Configuration; readonly problems: readonly Problem[] }
  | { readonly problems: readonly Problem[] };

function readOne(
  item: unknown,
  file: string,
  root: readonly PropertyKey[],
  taken: Set<string>,
): ReadOne {
  const result = schema.safeParse(item);
  if (!result.success) return { problems: named(problemsOf(result.error, item, file, root), item) };
  const document = result.data;
  const complain = (key: string, expected: string, was: unknown): ReadOne => ({
    problems: named(
      [{ file, path: pathOf([...root, ...(key === '' ? [] : [key])]), expected, was: show(was) }],
      item,
    ),
  });
  if (taken.has(document.id)) return complain('id', 'an id used once', document.id);
  taken.add(document.id);
  const strategy = findStrategy(document.strategy_name);
  if (strategy === undefined) {
    const names = STRATEGIES.map(({ name }) => name).join(', ');
    return complain('strategy_name', `one of the strategies ${names}`, document.strategy_name);
  }
  const parameters = strategy.parameters.safeParse(document.parameters);
  if (!parameters.success) {
    const path = [...root, 'parameters'];
    return { problems: named(problemsOf(parameters.error, document.parameters, file, path), item) };
  }
  const configuration = configurationOf(document, strategy.key, parameters.data);
  const length = JSON.stringify(configuration).length;
  if (length > configurationTextMax) {
    return complain('', `at most ${configurationTextMax} characters`, length);
  }
  return { problems: [], configuration };
}

function configurationOf(
  document: z.output<typeof schema>,
  strategy: string,
  parameters: Parameters,
): Configuration {
  return {
    id: document.id,
    version: 1,
    strategy,
    pair: document.pair,
    exchange: document.exchange,
    timeframe: document.timeframe,
    stage: document.lifecycle_stage,
    parameters,
    winRatePercent: document.performance.gross_win_rate,
    sharpe: document.validation.sharpe_ratio,
    isActive: document.is_active,
    performance: document.performance,
    validation: document.validation,
    regime: regimeText(document.regime),
    evidence: document.evidence,
  };
}

const regimeText = (regime: unknown): string | null =>
  regime === null || typeof regime === 'string' ? regime : JSON.stringify(regime);

/** Each problem says whose it is, where the document itself can say. */
function named(problems: readonly Problem[], item: unknown): readonly Problem[] {
  const id = item !== null && typeof item === 'object' && 'id' in item ? item.id : undefined;
  if (typeof id !== 'string') return problems;
  return problems.map((problem) => ({
    ...problem,
    path: `${problem.path || 'document'} (${show(id)})`,
  }));
}
