// A start whose venue fails at first waits for it, says so, and trades when it is back; what asking again
// cannot mend ends it at once, and so does a person who does not want to wait.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import type { FaultRule, FaultTiming, RequestFault } from '../../src/sandbox/fault-plan.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { Line, Running } from '../support/command.ts';
import { calm, craftMarket, writeCandles } from '../support/crafted-market.ts';
import { type LivePlace, livePlace, startLive } from '../support/live-place.ts';

const root = mkdtempSync(join(tmpdir(), 'troupe-waiting-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const keys = { key: 'key-of-waiting', secret: 'secret-of-waiting' };
const speed = 60;
const market = craftMarket(1, ({ entry }, at) => calm(at, entry, 300));
const candles = join(root, 'btc.csv');
writeCandles(candles, market.candles);

const is = (msg: string) => (line: Line) => line.msg === msg;
const waits = ({ msg }: Line): boolean => /^could not .*; again in /.test(msg ?? '');

async function startAgainst(
  rules: readonly FaultRule[],
): Promise<{ running: Running; place: LivePlace }> {
  const directory = mkdtempSync(join(root, 'run-'));
  const sandbox = await startSandbox(
    {
      ...{ port: 0, directory, seed: 1, speed, fee: 0.001, ...keys },
      candles: [{ pair: 'BTC/USDT', timeframe: '1m', path: candles }],
      balances: { USDT: '100000' },
      faults: { seed: 1, rules },
    },
    () => {},
  );
  onTestFinished(() => sandbox.close());
  const place = livePlace(directory, { port: sandbox.port, speed, ...keys });
  const running = startLive(place);
  onTestFinished(() => void running.child.kill('SIGKILL'));
  return { running, place };
}

const answer = (status: number, body: string, headers = {}): RequestFault => ({
  ...{ kind: 'answer', carriedOut: false, status, body, headers },
});
const once: FaultTiming = { times: 1 };

const badGateway = answer(502, '<html><body>Bad gateway</body></html>');
const tooMany = answer(429, '{"code":-1003,"msg":"Too many requests."}', { 'retry-after': '1' });
const broken = answer(200, '{"code":');

test.each<[string, readonly FaultRule[]]>([
  ['502 to the first four requests', [{ on: 'GET *', when: { times: 4 }, do: badGateway }]],
  ['429 to the first three', [{ on: 'GET *', when: { times: 3 }, do: tooMany }]],
  [
    'no answer to the first',
    [{ on: 'GET *', when: once, do: { kind: 'hang', carriedOut: false } }],
  ],
  [
    'each question of the start fails once, in its own way',
    [
      { on: 'GET /api/v3/exchangeInfo', when: { times: 2 }, do: broken },
      { on: 'GET /api/v3/time', when: once, do: { kind: 'reset', carriedOut: false } },
      { on: 'GET /sapi/v1/account/apiRestrictions', when: once, do: badGateway },
      { on: 'GET /api/v3/account', when: once, do: { kind: 'cut', carriedOut: true } },
      { on: 'user-stream', when: once, do: { kind: 'refuse' } },
    ],
  ],
])('%s: the start waits, says so, and goes live', { timeout: 60_000 }, async (_, rules) => {
  const { running } = await startAgainst(rules);
  await running.until(waits, 40_000);
  await running.until(is('stream.live'), 40_000);
  running.child.kill('SIGTERM');
  expect(await running.exit).toBe(0);
  expect(running.lines.filter(is('engine.started'))).toHaveLength(1);
});

test('market data that cannot be opened is asked for again, not given up', {
  timeout: 60_000,
}, async () => {
  // The venue’s own client asks for the rules first, the feed’s client next.
  const when = { from: 2, times: 2 };
  const { running } = await startAgainst([
    { on: 'GET /api/v3/exchangeInfo', when, do: badGateway },
  ]);
  expect(await running.until(waits, 20_000)).toMatchObject({
    msg: expect.stringContaining('open market data'),
  });
  await running.until(is('stream.live'), 20_000);
  running.child.kill('SIGINT');
  expect(await running.exit).toBe(0);
});

test.each<[string, RegExp, FaultRule]>([
  [
    'a key that the venue does not know',
    /Invalid API-key/,
    {
      ...{ on: 'GET /sapi/v1/account/apiRestrictions', when: {} },
      do: answer(401, '{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}'),
    },
  ],
  [
    'a key that may withdraw',
    /without the right to withdraw/,
    {
      ...{ on: 'GET /sapi/v1/account/apiRestrictions', when: {} },
      do: answer(200, '{"enableWithdrawals":true,"enableSpotAndMarginTrading":true}'),
    },
  ],
])('%s ends the start at once', { timeout: 30_000 }, async (_, words, rule) => {
  const { running } = await startAgainst([rule]);
  expect(await running.exit).toBe(1);
  expect(running.text()).toMatch(words);
  expect(running.lines.some(waits)).toBe(false);
});

test.each([
  ['SIGINT', 'Ctrl-C', badGateway],
  ['SIGTERM', 'SIGTERM', badGateway],
  ['SIGTERM', 'SIGTERM', { kind: 'hang', carriedOut: false }],
] as const)(
  '%s ends a start that waits, at once and in order',
  {
    timeout: 30_000,
  },
  async (signal, reason, fault) => {
    const { running, place } = await startAgainst([
      { on: 'GET /api/v3/exchangeInfo', when: { from: 1, times: 1 }, do: badGateway },
      { on: 'GET *', when: {}, do: fault },
    ]);
    await running.until(waits, 20_000);
    // Into the middle of the next question, where that one is not answered.
    if (fault.kind === 'hang') await new Promise((resolve) => setTimeout(resolve, 1000));
    const begun = performance.now();
    running.child.kill(signal);
    expect(await running.exit).toBe(0);
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(running.lines.at(-1)).toMatchObject({ type: 'summary', reason });
    expect(existsSync(join(place.data, 'troupe.pid'))).toBe(false);
    expect(existsSync(join(place.data, 'HALT'))).toBe(false);
  },
);
