// How a run is brought to its end, whoever asked for it: in order, each part with a time of its own.
import { nodeTimers } from '../clock.ts';
import { fact } from '../domain/fact.ts';
import { withDeadline } from '../exchange/deadline.ts';
import type { Started } from '../launch/launch.ts';
import { plain } from '../plain.ts';
import type { Log } from '../ports.ts';
import type { Run } from './run-engine.ts';
import { summaryLines } from './story/panel.ts';
import type { Terminal } from './terminal.ts';

/** A venue that does not answer and a store that takes no facts must not keep a person waiting for the end. */
const endingMsMax = 7000;
const stepMsMax = 5500;
/** What each step has at least, however long the ones before it took. */
const stepMsMin = 300;

/** Ends everything in order; one part's failure does not keep the next from ending. */
export async function conclude(
  started: Started,
  { terminal, next }: Pick<Run, 'terminal' | 'next'>,
  { reason, before, log }: { reason: string; before: string; log: Log },
): Promise<boolean> {
  const { engine, store, venue, clock } = started;
  engine.drain();
  terminal.say(terminal.paint.dim(`stopping: ${plain(reason)}`));
  const stopped = fact('engine.stopped', { at: clock.market(), key: venue.name }, { reason });
  const steps: Readonly<Record<string, () => Promise<void>>> = {
    'journal the end': () => engine.record([stopped]),
    'stop the engine': () => engine.stop(),
    'leave the venue': () => venue.close(),
    'close the store': () => store.close(),
  };
  const until = clock.monotonic() + endingMsMax;
  let inOrder = true;
  for (const [what, step] of Object.entries(steps)) {
    const left = Math.min(stepMsMax, Math.max(stepMsMin, until - clock.monotonic()));
    await withDeadline(step(), left, `to ${what}`, nodeTimers.after).catch((error: unknown) => {
      inOrder = false;
      log.error({ error: String(error) }, `could not ${what}`);
    });
  }
  const status = engine.status();
  terminal.show({ type: 'summary', reason, status }, [
    ...summaryLines(status, before, terminal.paint),
    ...next,
  ]);
  return inOrder;
}

/** Asked to end while the start still waited: nothing was begun that would have to be ended in order. */
export function endEarly(reason: string, terminal: Terminal): void {
  terminal.show({ type: 'summary', reason }, [
    terminal.paint.dim(`stopping: ${plain(reason)}; nothing had begun yet`),
  ]);
}
