// The last gate before the wire, with the engine's and the data directory's word on new exposure.
import { assetOf } from '../domain/candle.ts';
import { decimal } from '../domain/money.ts';
import { stopping } from '../domain/stopping.ts';
import type { Log } from '../ports.ts';
import type { Settings } from '../settings/settings.ts';
import { Gateway, type GatewayOptions } from '../venue/gateway.ts';
import type { Engine } from './engine.ts';
import { isHalted } from './halt-file.ts';

export function joinGateway(
  { settings, dataDirectory, log }: { settings: Settings; dataDirectory: string; log: Log },
  banks: Pick<GatewayOptions, 'venue' | 'clock' | 'takeCommitted'>,
  engine: () => Engine,
): Gateway {
  return new Gateway({
    ...banks,
    caps: {
      ordersPerMinuteMax: settings.execution.entriesPerMinuteMax,
      // No minute can deploy more than the whole portfolio may ever hold.
      notionalPerMinuteMax: decimal(settings.portfolio.equity).times(
        settings.risk.maxTotalExposure,
      ),
    },
    mayIncreaseExposure({ configId, pair, clientOrderId }) {
      const book = engine().book();
      const about = { configId, asset: assetOf(pair) };
      return (
        engine().isTaking &&
        book.trading === 'active' &&
        stopping(book, about, clientOrderId) === undefined &&
        !isHalted(dataDirectory)
      );
    },
    onBreach(code, message) {
      log.error({ code }, `the gateway stopped an order: ${message}`);
      // Flattening goes on: reducing would be less.
      if (engine().book().trading !== 'active') return;
      engine().command('reduce', 'gateway', `${code}: ${message}`);
    },
  });
}
