// Every way in which a venue answers an order, through the genuine client and real sockets, and what
// the engine is to believe of it (the 23 answers and their classes).
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/ports.ts';
import { type Answer, json } from '../support/scripted-exchange.ts';
import { eachWithVenue, entry, filledAnswer } from './bench.ts';

const refusal = (status: number, code: number, msg: string): Answer => json({ code, msg }, status);
const html = (status: number): Answer => ({
  status,
  body: '<html><body>Bad gateway</body></html>',
  headers: { 'content-type': 'text/html' },
});
const wait = { 'retry-after': '1' };

const answers: readonly [name: string, answer: Answer, kind: Outcome['kind'], code?: string][] = [
  ['no answer until the deadline', 'silence', 'unknown'],
  ['connection reset', 'reset', 'unknown'],
  ['500 {}', json({}, 500), 'unknown'],
  ['502 html', html(502), 'unknown'],
  ['503 html', html(503), 'unknown'],
  ['503 -1007', refusal(503, -1007, 'Timeout waiting for response.'), 'unknown'],
  ['200 truncated', { status: 200, body: '{"symbol":"BTCUSDT","orderId":28,"cl' }, 'unknown'],
  ['200 cut within the body', 'half', 'unknown'],
  ['200 stalled within the body', 'stall', 'unknown'],
  ['200 empty', { status: 200, body: '' }, 'unknown'],
  ['200 {}', json({}), 'unknown'],
  ['400 -1006', refusal(400, -1006, 'An unexpected response was received.'), 'unknown'],
  ['400 -1001', refusal(400, -1001, 'Internal error.'), 'unknown'],
  [
    '429',
    { status: 429, body: '{"code":-1003,"msg":"Slow."}', headers: wait },
    'rejected',
    '-1003',
  ],
  ['418', { status: 418, body: '', headers: wait }, 'rejected', 'http-418'],
  ['400 -1015', refusal(400, -1015, 'Too many new orders.'), 'rejected', '-1015'],
  ['400 -1021', refusal(400, -1021, 'Outside of the recvWindow.'), 'rejected', '-1021'],
  ['400 -2010 balance', refusal(400, -2010, 'Insufficient balance.'), 'rejected', '-2010'],
  ['400 -2010 duplicate', refusal(400, -2010, 'Duplicate order sent.'), 'exists'],
  ['400 -1013', refusal(400, -1013, 'Filter failure: LOT_SIZE'), 'rejected', '-1013'],
  ['401 -2015', refusal(401, -2015, 'Invalid API-key, IP, or permissions.'), 'rejected', '-2015'],
  ['403 html', html(403), 'unknown'],
  ['404 text', { status: 404, body: 'not found' }, 'unknown'],
  ['408 empty', { status: 408, body: '' }, 'unknown'],
  ['451', { status: 451, body: '{"code":0,"msg":"Restricted location."}' }, 'unknown'],
  ['409', refusal(409, -2021, 'Order cancel-replace partially failed.'), 'unknown'],
  ['500 with a final code', refusal(500, -2010, 'Insufficient balance.'), 'unknown'],
  ['302', { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } }, 'unknown'],
  ['200 of another order', json({ ...filledAnswer, clientOrderId: 'someone-else' }), 'unknown'],
  ['200 without a venue id', json({ ...filledAnswer, orderId: null }), 'unknown'],
  ['200 without its trades', json({ ...filledAnswer, fills: [] }), 'unknown'],
  ['200 in an unheard-of state', json({ ...filledAnswer, status: 'DREAMING' }), 'unknown'],
  ['200 filled', json(filledAnswer), 'accepted'],
];

describe('over real sockets', () => {
  const at = eachWithVenue(300);

  test.each(answers)('%s', async (_, answer, kind, code) => {
    await at.venue.connect();
    at.exchange.script = ({ what }) => (what === 'POST /api/v3/order' ? answer : undefined);
    const outcome = await at.venue.place(entry);
    expect(outcome).toMatchObject(code === undefined ? { kind } : { kind, code });
    expect(JSON.stringify(outcome)).not.toMatch(/secret-of|signature=[0-9a-f]/);
    // Once, whatever came of it.
    expect(at.exchange.asked.filter(({ what }) => what === 'POST /api/v3/order')).toHaveLength(1);
  });
});
