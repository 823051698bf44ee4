// The last gate before the wire, with the engine's and the data directory's word on new exposure.

import { isHalted } from '../control/halt-file.ts';
import { mayStillEnter } from '../domain/stopping.ts';
import type { Log } from '../ports.ts';
import type { Settings } from '../settings/settings.ts';
import { Gateway, type GatewayOptions } from '../venue/gateway.ts';
import type { Engine } from './engine.ts';
import { capsOf } from './venue-setting.ts';

export function joinGateway(
  { settings, dataDirectory, log }: { settings: Settings; dataDirectory: string; log: Log },
  banks: Pick<GatewayOptions, 'venue' | 'clock' | 'takeCommitted'>,
  engine: () => Engine,
): Gateway {
  return new Gateway({
    ...banks,
    caps: capsOf(settings),
    mayIncreaseExposure: (order) =>
      engine().isTaking && mayStillEnter(engine().book(), order) && !isHalted(dataDirectory),
    onBreach(code, message) {
      log.error({ code }, `the gateway stopped an order: ${message}`);
      // Flattening goes on: reducing would be less.
      if (engine().book().trading !== 'active') return;
      engine().command('reduce', 'gateway', `${code}: ${message}`);
    },
  });
}
