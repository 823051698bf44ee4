// The rules an engine trades by, as the settings give them.
import { lifecycleRulesOf } from '../settings/lifecycle-setting.ts';
import { type Settings, venueOf } from '../settings/settings.ts';
import type { EngineRules } from './bank.ts';

/** `live`: orders go to the venue. */
export function rulesOf(settings: Settings, live: boolean): EngineRules {
  return {
    limits: settings.risk,
    sizing: settings.sizing,
    execution: settings.execution,
    // Nothing rests at the paper venue.
    protection: live ? settings.protection : { ...settings.protection, by: 'engine' },
    breakers: settings.breakers,
    lifecycle: lifecycleRulesOf(settings.lifecycle),
    gatherMs: settings.portfolio.gatherMs,
    ceiling: String(settings.portfolio.equity),
    recvWindowMs: settings.execution.recvWindowMs,
    isRealTime: venueOf(settings).venue.endpoint === null,
  };
}
