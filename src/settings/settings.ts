// The settings: one YAML file, every threshold of the domain with its default. Unknown keys are
// refused, and so is anything that is not a number where one is meant.
import { z } from 'zod';
import { DEFAULT_EXECUTION, DEFAULT_PROTECTION } from '../domain/order.ts';
import { DEFAULT_LIMITS } from '../domain/risk.ts';
import { DEFAULT_SIZING } from '../domain/sizing.ts';
import { breakerSchema, disorders } from './breaker.ts';
import { lifecycleSchema } from './lifecycle-setting.ts';
import { type Problem, problemsOf } from './problem.ts';
import { readYaml, soundness } from './yaml.ts';

const share = z.number().min(0).max(1);
const stages = (
  preset: Readonly<Record<'MATURE' | 'VALIDATION' | 'DISCOVERY' | 'DECAY' | 'PAPER', number>>,
) =>
  z
    .strictObject({
      MATURE: share.default(preset.MATURE),
      VALIDATION: share.default(preset.VALIDATION),
      DISCOVERY: share.default(preset.DISCOVERY),
      DECAY: share.default(preset.DECAY),
      PAPER: z.literal(0, 'PAPER holds no capital').default(0),
    })
    .prefault({});

const loopback = /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost|\[::1\])$/;
const loopbackUrl = (protocol: 'http' | 'ws') =>
  z.string().refine((text) => {
    if (!URL.canParse(text)) return false;
    const url = new URL(text);
    return url.protocol === `${protocol}:` && loopback.test(url.hostname);
  }, `a ${protocol}:// address on this machine`);

const riskSchema = z.strictObject({
  maxTotalExposure: share.default(DEFAULT_LIMITS.maxTotalExposure),
  stageCaps: stages(DEFAULT_LIMITS.stageCaps),
  maxAssetExposure: share.default(DEFAULT_LIMITS.maxAssetExposure),
  cashReserve: share.default(DEFAULT_LIMITS.cashReserve),
  maxDailyLoss: share.gt(0).default(DEFAULT_LIMITS.maxDailyLoss),
  maxPositions: z.number().int().min(1).max(100_000).default(DEFAULT_LIMITS.maxPositions),
  minPosition: z.number().gt(0).max(1e9).default(DEFAULT_LIMITS.minPosition),
  maxCorrelatedExposure: share.nullable().default(DEFAULT_LIMITS.maxCorrelatedExposure),
});

const sizingSchema = z.strictObject({
  base: stages(DEFAULT_SIZING.base),
  sharpeDivisor: z.number().gt(0).max(100).default(DEFAULT_SIZING.sharpeDivisor),
  sharpeMax: z.number().gt(0).max(100).default(DEFAULT_SIZING.sharpeMax),
  sharpeWeight: share.default(DEFAULT_SIZING.sharpeWeight),
  winRateWeight: share.default(DEFAULT_SIZING.winRateWeight),
  factorMin: z.number().gt(0).max(10).default(DEFAULT_SIZING.factorMin),
  factorMax: z.number().gt(0).max(10).default(DEFAULT_SIZING.factorMax),
  capital: z.enum(['equity', 'available']).default(DEFAULT_SIZING.capital),
});

const executionSchema = z.strictObject({
  entry: z.enum(['limit', 'market']).default(DEFAULT_EXECUTION.entry),
  collar: z.number().min(0).max(0.1).default(DEFAULT_EXECUTION.collar),
  fee: z.number().min(0).max(0.05).default(DEFAULT_EXECUTION.fee),
  slippage: z.number().min(0).max(0.05).default(DEFAULT_EXECUTION.slippage),
  maxSignalAge: z.number().gt(0).max(10).default(DEFAULT_EXECUTION.maxSignalAge),
  entriesPerMinuteMax: z.number().int().min(1).max(10_000).default(60),
  recvWindowMs: z.number().int().min(1000).max(60_000).default(5000),
});

const protectionSchema = z.strictObject({
  by: z.enum(['venue', 'engine', 'both']).default(DEFAULT_PROTECTION.by),
  offset: z.number().min(0).max(0.2).default(DEFAULT_PROTECTION.offset),
});

const venueSchema = z.strictObject({
  endpoint: z
    .strictObject({ rest: loopbackUrl('http'), stream: loopbackUrl('ws') })
    .nullable()
    .default(null),
  speed: z.number().gt(0).max(10_000).default(1),
  sandbox: z.boolean().default(false),
});

const schema = z
  .strictObject({
    mode: z.enum(['paper', 'live']).default('paper'),
    portfolio: z
      .strictObject({
        userId: z
          .string()
          .regex(/^[A-Za-z0-9._-]{1,64}$/, 'letters, digits, . _ -')
          .default('user_1'),
        quote: z
          .string()
          .regex(/^[A-Z0-9]{2,12}$/, 'a currency code')
          .default('USDT'),
        equity: z.number().gt(0).max(1e12).default(100_000),
        gatherMs: z.number().int().min(0).max(1000).default(50),
      })
      .prefault({}),
    store: z
      .strictObject({
        url: z
          .string()
          .regex(/^sqlite:.+/, 'sqlite:PATH')
          .default('sqlite:data/troupe.db'),
        freeMegabytesMin: z.number().int().min(0).max(1_000_000).default(500),
      })
      .prefault({}),
    venues: z
      .record(
        z.string().regex(/^[a-z][a-z0-9]{1,31}$/, 'an exchange as ccxt names it'),
        venueSchema,
      )
      .refine((venues) => Object.keys(venues).length === 1, 'exactly one venue')
      .prefault({ binance: {} }),
    configurations: z.string().min(1).default('configurations.json'),
    risk: riskSchema.prefault({}),
    sizing: sizingSchema.prefault({}),
    execution: executionSchema.prefault({}),
    protection: protectionSchema.prefault({}),
    breakers: breakerSchema.prefault({}),
    lifecycle: lifecycleSchema,
    watchdog: z
      .strictObject({ stallMsMax: z.number().int().min(1000).max(600_000).default(10_000) })
      .prefault({}),
  })
  .superRefine(({ risk, sizing, venues, breakers }, context) => {
    const complain = (path: PropertyKey[], message: string): void => {
      context.addIssue({ code: 'custom', path, message });
    };
    for (const { key, order } of disorders(breakers)) complain(['breakers', key], order);
    if (!(risk.cashReserve + risk.maxTotalExposure <= 1)) {
      complain(
        ['risk', 'maxTotalExposure'],
        'a total that leaves the cash reserve: their sum at most 1',
      );
    }
    for (const stage of ['MATURE', 'VALIDATION', 'DISCOVERY', 'DECAY'] as const) {
      if (!(risk.stageCaps[stage] >= sizing.base[stage])) {
        complain(
          ['risk', 'stageCaps', stage],
          `at least the stage's position cap ${sizing.base[stage]}`,
        );
      }
    }
    if (!(sizing.factorMin <= sizing.factorMax)) {
      complain(['sizing', 'factorMin'], 'a lower bound not above factorMax');
    }
    for (const [name, venue] of Object.entries(venues)) {
      if (venue.speed !== 1 && venue.endpoint === null) {
        complain(['venues', name, 'speed'], '1: only a sandbox at an endpoint runs faster');
      }
    }
  });

export type Settings = z.output<typeof schema>;
export type VenueSettings = Settings['venues'][string];

export type SettingsResult =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads settings from YAML text; `file` names it in problems. Never throws. */
export function readSettings(text: string, file: string): SettingsResult {
  const read = readYaml(text, file);
  return read.ok ? checkSettings(read.document, file) : read;
}

/** Checks settings given as a value. */
export function checkSettings(document: unknown, file: string): SettingsResult {
  const flaws = soundness(document, file);
  if (flaws.length > 0) return { ok: false, problems: flaws };
  const result = schema.safeParse(document);
  if (result.success) return { ok: true, settings: result.data };
  return { ok: false, problems: problemsOf(result.error, document, file) };
}

/** The one venue in use, by its name. */
export function venueOf({ venues }: Settings): { name: string; venue: VenueSettings } {
  const [entry] = Object.entries(venues);
  if (entry === undefined) throw new RangeError('expected exactly one venue, was none');
  return { name: entry[0], venue: entry[1] };
}
