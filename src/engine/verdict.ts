// What becomes of a judgement in the portfolio: a signal to its actor, an exit of its position, or a HOLD
// that is counted and remembered only where it came near.
import type { ExitRequest } from '../domain/exit.ts';
import type { Portfolio } from '../domain/portfolio.ts';
import type { Setup, Signal } from '../domain/signal.ts';
import type { Millis } from '../domain/time.ts';
import { heldOf, isTimely, type Judgement, signalOf, type TradingBook } from './judgement.ts';
import type { NearestMisses } from './nearest-miss.ts';
import type { Registry } from './registry.ts';
import type { Counters } from './status.ts';

export function createVerdicts(options: {
  book(): Portfolio;
  registry: Pick<Registry, 'get'>;
  marketTime(): Millis;
  maxSignalAge: number;
  misses: NearestMisses;
  counters: Pick<Counters, 'holds' | 'signals'>;
  onSignal(signal: Signal): void;
  onExit(request: ExitRequest): void;
}): TradingBook {
  const { misses, counters, marketTime, registry } = options;

  function exit({ configuration, close }: Judgement, reason: 'invalidation' | 'signal'): void {
    options.onExit({ configId: configuration.id, reason, price: close, at: marketTime() });
  }

  function raise(judgement: Judgement, setup: Setup): void {
    if (!isTimely(judgement, marketTime(), options.maxSignalAge)) return;
    counters.signals += 1;
    if (setup.direction === 'SELL' && options.book().positions.has(judgement.configuration.id)) {
      exit(judgement, 'signal');
    } else {
      options.onSignal(signalOf(judgement, setup));
    }
  }

  return {
    heldBy(configId) {
      const configuration = registry.get(configId)?.configuration;
      const position = options.book().positions.get(configId);
      if (configuration === undefined || position === undefined) return undefined;
      return heldOf(position.opening, configuration);
    },
    hear(judgement) {
      const { decision, configuration, at } = judgement;
      switch (decision.kind) {
        case 'hold':
          counters.holds += 1;
          misses.hold(configuration.id, at, decision.missed);
          return;
        case 'exit':
          misses.hold(configuration.id, at, []);
          exit(judgement, 'invalidation');
          return;
        case 'unfit':
          misses.unfit(configuration.id, at, decision.code);
          return;
        case 'setup':
          misses.hold(configuration.id, at, []);
          raise(judgement, decision.setup);
          return;
        default:
          decision satisfies never;
      }
    },
  };
}
