// Journal, then act: what is in the journal once is never there twice, whoever fails on hearing of it.
import { expect, test } from 'vitest';
import { nodeTimers } from '../../src/clock.ts';
import { type Fact, fact } from '../../src/domain/fact.ts';
import { createRecorder } from '../../src/engine/recorder.ts';
import type { Journal } from '../../src/ports.ts';
import { storeAt, temporaryDirectory } from '../store/directory.ts';

const stopped = (reason: string): Fact => fact('engine.stopped', { at: 1, key: 'k' }, { reason });

async function reasonsIn(journal: Journal): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for await (const { data } of journal.read(1)) found.push(data);
  return found;
}

test('a fact whose hearer throws is in the journal once', async () => {
  const { journal } = await storeAt(temporaryDirectory());
  const failures: unknown[] = [];
  const recorder = createRecorder({
    journal,
    timers: nodeTimers,
    onCommitted: () => {
      throw new Error('the hearer');
    },
    onFailure: (error) => failures.push(error),
  });
  recorder.record([stopped('first')]);
  await expect(recorder.settled()).rejects.toThrow('the hearer');
  expect(failures).toEqual([]);
  expect(await reasonsIn(journal)).toEqual([{ reason: 'first' }]);
});

test('what the store refuses waits, in order, and takes effect once it is in', async () => {
  const { journal } = await storeAt(temporaryDirectory());
  const heard: number[] = [];
  let refusals = 1;
  const recorder = createRecorder({
    journal: {
      ...journal,
      append: async (facts) => {
        refusals -= 1;
        if (refusals >= 0) throw new Error('disk full');
        return journal.append(facts);
      },
    },
    // The wait before a retry is not what is looked at here.
    timers: { ...nodeTimers, after: (_, run) => nodeTimers.after(0, run) },
    onCommitted: ({ seq }) => heard.push(seq),
    onFailure: () => recorder.record([stopped('said while it failed')]),
  });
  recorder.record([stopped('first')]);
  recorder.record([stopped('second')]);
  await recorder.settled();
  expect(await reasonsIn(journal)).toEqual([
    { reason: 'first' },
    { reason: 'second' },
    { reason: 'said while it failed' },
  ]);
  expect(heard).toEqual([1, 2, 3]);
});
