// A venue that fails in every way, and repeats key, secret and signature while it does: none of them is in any
// word that leaves the adapter, however it is printed.
import { inspect } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { createClock, nodeTimers } from '../../src/clock.ts';
import { jsonLog, plainLog } from '../../src/log.ts';
import type { Log, Venue } from '../../src/ports.ts';
import type { FaultRule } from '../../src/sandbox/fault-plan.ts';
import { connectVenue } from '../../src/venue/ccxt.ts';
import { ownBudget } from '../support/budget.ts';
import { canaries, expectNone, failures } from '../support/canary.ts';
import { Stand } from '../support/sandbox/stand.ts';
import { entry } from '../venue/bench.ts';

const recvWindowMs = 5000;

/** A venue on a sandbox that answers each request named so once in each wrong way, one after the other. */
async function failing(on: FaultRule['on'] & `${string} ${string}`) {
  const rules = failures.map((fault): FaultRule => ({ on, when: { times: 1 }, do: fault }));
  const stand = await Stand.open({ ...canaries, faults: { seed: 1, rules } });
  const lines: string[] = [];
  const secrets = [canaries.key, canaries.secret];
  const write = (line: string): void => void lines.push(line);
  const logs = [jsonLog({ write, secrets, level: 'debug' }), plainLog({ write, secrets })];
  const say =
    (level: keyof Log) =>
    (data: object, message: string): void => {
      for (const log of logs) log[level](data, message);
    };
  const log: Log = {
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
  };
  const endpoint = {
    rest: `http://127.0.0.1:${stand.port}`,
    stream: `ws://127.0.0.1:${stand.port}`,
  };
  const venue = connectVenue(
    { name: 'binance', endpoint, credentials: canaries, recvWindowMs, budget: ownBudget() },
    { clock: createClock(1), timers: nodeTimers, log, placeMsMax: 300 },
  );
  venue.news.subscribe((one) => write(printed(one)));
  onTestFinished(async () => {
    await venue.close();
    await stand.close();
  });
  await venue.connect();
  return { venue, lines, log };
}

/** A value in every way in which somebody could print it. */
const printed = (value: unknown): string => {
  const parts = [String(value), inspect(value, { depth: 12, showHidden: true })];
  if (value instanceof Error) parts.push(String(value.stack), inspect(value.cause, { depth: 12 }));
  return [...parts, JSON.stringify(value) ?? ''].join('\n');
};

const calls: readonly [string, `${string} ${string}`, (venue: Venue) => Promise<unknown>][] = [
  ['open orders', 'GET /api/v3/openOrders', (venue) => venue.openOrders()],
  ['balances', 'GET /api/v3/account', (venue) => venue.balances()],
  ['trades', 'GET /api/v3/myTrades', (venue) => venue.fills('BTC/USDT', 0)],
  ['a look-up', 'GET /api/v3/order', (venue) => venue.find(entry)],
  ['an order', 'POST /api/v3/order', (venue) => venue.place(entry)],
  ['a cancel', 'DELETE /api/v3/order', (venue) => venue.cancel(entry)],
];

test.each(calls)('%s: no failure tells a secret', { timeout: 60_000 }, async (_, on, call) => {
  const { venue, lines, log } = await failing(on);
  let failed = 0;
  for (const _fault of failures) {
    const answer = await call(venue).catch((error: unknown) => {
      log.warn({ error, words: String(error) }, `could not: ${String(error)}`);
      failed += 1;
      return error;
    });
    lines.push(printed(answer));
  }
  lines.push(inspect(venue, { depth: 20, showHidden: true }));
  expectNone(lines.join('\n'));
  // They did fail, and were told.
  expect(
    failed === 0 ? lines.filter((line) => /unknown|rejected|not-sent/.test(line)).length : failed,
  ).toBeGreaterThan(failures.length / 2);
});

test('the look for secrets finds them', () => {
  for (const text of [canaries.key, `x${canaries.secret}`, 'a?signature=0badf00d']) {
    expect(() => expectNone(text)).toThrow();
  }
  expectNone('signature=[secret]');
});
