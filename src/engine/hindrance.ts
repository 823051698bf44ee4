// What keeps an approved entry from being sent after all: between its decision and its commit the signal
// grew old, the decision did, or nobody knows any more whether the stream is right.
import type { Order } from '../domain/order.ts';
import type { RefusalCode } from '../domain/refusal.ts';
import type { Signal } from '../domain/signal.ts';
import { type Millis, timeframeMs } from '../domain/time.ts';
import { type DecisionAge, decisionMsMax } from './decision-age.ts';
import type { Registry } from './registry.ts';

/** Why an entry is not sent although it was approved. */
interface Hindrance {
  readonly code: RefusalCode;
  readonly message: string;
}

export interface HindranceOptions {
  readonly registry: Registry;
  /** In timeframes of the signal's stream. */
  readonly maxSignalAge: number;
  /** How long ago an entry was decided. */
  readonly ages: Pick<DecisionAge, 'take'>;
}

export function createHindrance({ registry, maxSignalAge, ages }: HindranceOptions) {
  return function hindranceOf(
    { configId, at: raisedAt }: Signal,
    { clientOrderId }: Order,
    at: Millis,
  ): Hindrance | undefined {
    const waitedMs = ages.take(clientOrderId);
    const member = registry.get(configId);
    const ageMax =
      member === undefined ? 0 : maxSignalAge * timeframeMs(member.configuration.timeframe);
    if (member === undefined || !(at - raisedAt <= ageMax)) {
      const message = `its signal was ${(at - raisedAt) / 1000} s old when it was committed`;
      return { code: 'signal-late', message };
    }
    if (!(waitedMs <= decisionMsMax)) {
      const message = `its decision was ${Math.round(waitedMs)} ms old when it was committed`;
      return { code: 'signal-late', message };
    }
    if (member.actor.getSnapshot().hasTag('fresh')) return undefined;
    return { code: 'stream-stale', message: 'its stream was stale when it was committed' };
  };
}
