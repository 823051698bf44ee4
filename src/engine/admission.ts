// Which configurations take part: what a file brings against what the store already knows. A file's
// stage and activity count for unseen ids only. Changed rules make a new version, which has no evidence yet
// and therefore no capital: it begins in PAPER, where its backtest may promote it at once (DOMAIN §1, §6).
import type { Configuration } from '../domain/configuration.ts';
import type { Instrument } from '../domain/instrument.ts';

/** Why a configuration cannot run on this venue; undefined when it can. */
export function unfitFor(
  configuration: Configuration,
  venue: { name: string; quote: string; instruments: ReadonlyMap<string, Instrument> },
): { expected: string; was: string } | undefined {
  const { exchange, pair } = configuration;
  if (exchange !== venue.name) return { expected: `exchange ${venue.name}`, was: exchange };
  if (!pair.endsWith(`/${venue.quote}`)) {
    return { expected: `a pair quoted in ${venue.quote}`, was: pair };
  }
  const instrument = venue.instruments.get(pair);
  if (instrument === undefined) return { expected: `a pair ${venue.name} trades`, was: pair };
  return undefined;
}

/** The configuration to record for what a file brings; undefined when nothing changed. */
export function imported(
  brought: Configuration,
  known: Configuration | undefined,
): Configuration | undefined {
  if (known === undefined) return brought;
  const { isActive, stage, version } = known;
  const next: Configuration = sameRules(brought, known)
    ? { ...brought, isActive, stage, version }
    : { ...brought, isActive, stage: 'PAPER', version: version + 1 };
  return JSON.stringify(next) === JSON.stringify({ ...known }) ? undefined : next;
}

/** Evidence belongs to these: a change of any makes a new version. */
function sameRules(a: Configuration, b: Configuration): boolean {
  const rules = ({ strategy, pair, exchange, timeframe, parameters }: Configuration): string =>
    JSON.stringify([strategy, pair, exchange, timeframe, Object.entries(parameters).sort()]);
  return rules(a) === rules(b);
}
