// The exchange pings every twenty seconds, and drops who does not answer. The interval is advanced by
// hand; sockets and everything else are as they are.
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { Stand } from '../support/sandbox/stand.ts';

const intervalMs = 20_000;

afterEach(() => vi.useRealTimers());

test('a client that answers stays, one that does not is dropped', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const stand = await Stand.open();
  const open = async (autoPong: boolean): Promise<WebSocket> => {
    const socket = new WebSocket(`ws://127.0.0.1:${stand.port}/ws/btcusdt@trade`, { autoPong });
    await new Promise((resolve) => socket.once('open', resolve));
    return socket;
  };
  const pinged = (socket: WebSocket) => new Promise((resolve) => socket.once('ping', resolve));
  const [lively, silent] = [await open(true), await open(false)];
  const both = Promise.all([pinged(lively), pinged(silent)]);
  vi.advanceTimersByTime(intervalMs);
  await both;
  // The answer is on its way before the next ping is.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const next = pinged(lively);
  const dropped = new Promise((resolve) => silent.once('close', resolve));
  vi.advanceTimersByTime(intervalMs);
  await Promise.all([next, dropped]);
  expect(lively.readyState).toBe(WebSocket.OPEN);
  lively.terminate();
  await stand.close();
});
