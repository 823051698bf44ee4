// What a night of seeds must have met, each at least once: a simulation that never gets there proves nothing.
import { STEPS } from './life.ts';

/** Names as the trace counts them: what failed, and what came of it. */
const WANTED: readonly string[] = [
  ...STEPS.map((step) => `crash at ${step}`),
  ...['crash at a time', 'crash at a failed start'],
  ...['order', 'cancel', 'question'].flatMap((kind) => [
    ...[`${kind} lost`, `${kind} reply lost`, `${kind} late`, `${kind} refused at the door`],
    `${kind} too late for its window`,
  ]),
  ...['event twice', 'event late', 'account stream cut', 'account.lost', 'account.reconciled'],
  ...['frame lost', 'frame twice', 'frame late', 'frame broken', 'number broken', 'stream silent'],
  ...['market stream cut', 'history question lost', 'subscription renewed', 'stream.gapped'],
  ...['candle corrected', 'clock set', 'commit failed', 'commit failed after it was done'],
  ...[
    'commit stalled',
    'store full',
    'pair halted',
    'rules changed',
    'stranger trades',
    'transfer',
  ],
  ...['halted', 'halted while an entry waits', 'flattened', 'closed by a person', 'adopted'],
  ...['resumed', 'breaker reset', 'loss.latched', 'day.opened'],
  ...['filled', 'canceled', 'rejected', 'absent'].map((end) => `order.ended ${end}`),
  ...['order.unresolved', 'order.resent', 'exit.decided', 'cancel.ordered', 'protection.ordered'],
  ...['stop', 'target', 'time', 'invalidation', 'manual', 'flatten'].map(
    (reason) => `exit.ordered ${reason}`,
  ),
  ...['foreign.found', 'foreign.adopted', 'transfer.recorded', 'difference.found'],
  ...['protection.lost', 'protection.regained'],
  ...[
    ...['account-unreconciled', 'asset-cap', 'breaker-open', 'daily-loss', 'max-positions'],
    ...['position-min', 'stream-stale', 'symbol-frozen', 'total-exposure', 'trading-state'],
  ].map((code) => `signal.refused ${code}`),
];

/** What of it was never met. */
export const missing = (situations: ReadonlyMap<string, number>): readonly string[] =>
  WANTED.filter((name) => !situations.has(name));
