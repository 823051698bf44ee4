// A few telling cells of the matrix of kills (`npm run kill-matrix` runs all two hundred): an order whose
// answer nobody heard, an exit on the wire, a stop's placement cut off twice, a cancel that was never sent.
import { describe, expect, test } from 'vitest';
import { trialOf } from '../support/kill/matrix.ts';
import { runTrial } from '../support/kill/trial.ts';

describe.concurrent('killed and started again: one order, and the ledger is the venue’s', () => {
  test.each([
    ['an entry, after the ack', trialOf('entry', 5, 2)],
    ['an exit, during the POST', trialOf('exit', 4, 1)],
    ['a stop, during the reconciliation of its placement', trialOf('stop', 8, 2)],
    ['the cancel of a stop, after SENDING', trialOf('cancel', 3, 1)],
  ])('%s', { timeout: 240_000 }, async (_, trial) => {
    expect((await runTrial(trial)).problems).toEqual([]);
  });
});
