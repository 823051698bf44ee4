// The last gate before the wire, with the engine's and a person's word on new exposure.
import { decimal } from '../domain/money.ts';
import { mayStillEnter } from '../domain/stopping.ts';
import type { Log } from '../ports.ts';
import type { Settings } from '../settings/settings.ts';
import { Gateway, type GatewayCaps, type GatewayOptions } from '../venue/gateway.ts';
import type { Engine } from './engine.ts';

function capsOf({ execution, portfolio, risk }: Settings): GatewayCaps {
  const { entriesPerMinuteMax } = execution;
  // Every position may leave within a minute, each with a stop to cancel and a few tries.
  const sendsPerMinuteMax = entriesPerMinuteMax + 6 * risk.maxPositions;
  return {
    ordersPerMinuteMax: entriesPerMinuteMax,
    // No minute can deploy more than the whole portfolio may ever hold.
    notionalPerMinuteMax: decimal(portfolio.equity).times(risk.maxTotalExposure),
    sendsPerMinuteMax,
    sendsPerMinuteCeiling: 10 * sendsPerMinuteMax,
  };
}

export function joinGateway(
  { settings, isHalted, log }: { settings: Settings; isHalted(): boolean; log: Log },
  banks: Pick<GatewayOptions, 'venue' | 'clock' | 'takeCommitted'>,
  engine: () => Engine,
): Gateway {
  return new Gateway({
    ...banks,
    caps: capsOf(settings),
    mayIncreaseExposure: (order) =>
      engine().isTaking && mayStillEnter(engine().book(), order) && !isHalted(),
    onBreach(code, message) {
      log.error({ code }, `the gateway stopped an order: ${message}`);
      // Flattening goes on: reducing would be less.
      if (engine().book().trading !== 'active') return;
      engine().command('reduce', 'gateway', `${code}: ${message}`);
    },
  });
}
