// What a start finds missing at the venue: deficits beyond a lot, and nothing that is merely different.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { haltWord } from '../../src/control/halt-file.ts';
import { draftOf } from '../../src/domain/fold.ts';
import { post, transaction } from '../../src/domain/ledger.ts';
import { decimal } from '../../src/domain/money.ts';
import { review } from '../../src/domain/review.ts';
import { settle } from '../../src/domain/settlement.ts';
import { compareBalances, shortages } from '../../src/engine/recover.ts';
import {
  configurationOf,
  fillOf,
  instrumentOf,
  momentAt,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

const instruments = new Map([['BTC/USDT', instrumentOf('BTC/USDT')]]);
/** Half a coin that was there before, and a thousandth of a position in it. */
const held = draftOf(openedBook());
held.balances = post(
  held.balances,
  transaction([
    { account: 'foreign', asset: 'BTC', amount: decimal('0.499') },
    { account: 'venue', asset: 'BTC', amount: decimal('-0.499') },
    { account: 'foreign', asset: 'ETH', amount: decimal(9) },
    { account: 'venue', asset: 'ETH', amount: decimal(-9) },
  ]),
);
const terms = termsFor(['BTC/USDT']);
const [decided] = review(held, [proposalOf(configurationOf('c'))], terms, momentAt());
if (decided?.type !== 'signal.approved') throw new Error('expected an approval');
const { order } = decided.data;
settle(held, fillOf(order, { quantity: '0.001', price: '1', fee: '0' }), instrumentOf('BTC/USDT'));
/** The thousandth was paid for: a tenth of a cent, put back. */
const book = {
  ...held,
  balances: post(held.balances, [{ account: 'cash', asset: 'USDT', amount: '0.001' }]),
};

test.each([
  ['as the book has it', '100000', '0.5', []],
  ['more than the book has', '250000', '7', []],
  ['a unit of quote and a lot less', '99999', '0.499', []],
  ['more quote than that gone', '99998.99', '0.5', ['USDT']],
  ['more base than that gone', '100000', '0.4989', ['BTC']],
  ['all gone', '0', '0', ['USDT', 'BTC']],
])('%s', (_, quote, base, missing) => {
  const balances = new Map([
    ['USDT', { free: quote, locked: '0' }],
    // Locked counts as there.
    ['BTC', { free: '0', locked: base }],
  ]);
  const found = shortages(compareBalances(book, balances), book, instruments);
  expect(found.map(({ asset }) => asset)).toEqual(missing);
});

test('a halt file says who and why, as far as it does', () => {
  const directory = mkdtempSync(join(tmpdir(), 'troupe-halt-'));
  try {
    const word = (content: string) => {
      writeFileSync(join(directory, 'HALT'), content);
      return haltWord(directory);
    };
    expect(word('ann: lunch: back at 2\n')).toEqual({ by: 'ann', reason: 'lunch: back at 2' });
    for (const content of ['', '\n', 'stop', ': x', `${'n'.repeat(90)}: x`]) {
      expect(word(content).by, content).toBe('file HALT');
    }
    rmSync(join(directory, 'HALT'));
    expect(haltWord(directory).by).toBe('file HALT');
  } finally {
    rmSync(directory, { recursive: true });
  }
});
