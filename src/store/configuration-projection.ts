// What facts mean for the trained configurations, and how a row becomes a configuration again.
import type { Configuration } from '../domain/configuration.ts';
import type { EntryOf } from '../domain/fact.ts';
import type { Timeframe } from '../domain/time.ts';
import { type Change, replace, revise } from './change.ts';
import type { ConfigurationRow } from './schema.ts';

export const configurationImported = ({
  at,
  data: { configuration, by },
}: EntryOf<'configuration.imported'>): Change => {
  const { evidence, sharpe } = configuration;
  const row: ConfigurationRow = {
    id: configuration.id,
    version: configuration.version,
    strategy_name: configuration.strategy,
    pair: configuration.pair,
    exchange: configuration.exchange,
    timeframe: configuration.timeframe,
    lifecycle_stage: configuration.stage,
    parameters: JSON.stringify(configuration.parameters),
    performance: JSON.stringify(configuration.performance),
    validation: JSON.stringify(configuration.validation),
    regime: configuration.regime,
    evidence: evidence === null ? null : JSON.stringify(evidence),
    win_rate_percent: configuration.winRatePercent,
    sharpe,
    is_active: configuration.isActive ? 1 : 0,
    imported_by: by,
    updated_at: at,
  };
  // A document moves no stage: what was decided while it was on its way stands.
  return replace('trained_configurations', row, ({ version, lifecycle_stage, is_active }) =>
    version === row.version ? { lifecycle_stage, is_active } : { is_active },
  );
};

export const configurationActivated = ({ at, data }: EntryOf<'configuration.activated'>): Change =>
  activity(data.id, 1, at);

export const configurationDeactivated = ({
  at,
  data,
}: EntryOf<'configuration.deactivated'>): Change => activity(data.id, 0, at);

const activity = (id: string, isActive: 0 | 1, at: number): Change =>
  revise('trained_configurations', id, () => ({ is_active: isActive, updated_at: at }));

/** The configuration that was imported, active or not as it is now. */
export const configurationOf = (row: ConfigurationRow): Configuration => ({
  id: row.id,
  version: row.version,
  strategy: row.strategy_name,
  pair: row.pair,
  exchange: row.exchange,
  timeframe: row.timeframe as Timeframe,
  stage: row.lifecycle_stage,
  parameters: JSON.parse(row.parameters),
  winRatePercent: row.win_rate_percent,
  sharpe: row.sharpe,
  isActive: row.is_active === 1,
  performance: JSON.parse(row.performance),
  validation: JSON.parse(row.validation),
  regime: row.regime,
  evidence: row.evidence === null ? null : JSON.parse(row.evidence),
});
