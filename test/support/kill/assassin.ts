// Loaded before the program: ends the process with SIGKILL, or stops it for a while, when it reaches the points
// in its environment. It looks on at the edges alone, where facts become rows and requests become bytes.
import { spawn } from 'node:child_process';
import { type ChannelListener, subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import Database from 'libsql';
import type { z } from 'zod';
import type { Order } from '../../../src/domain/order.ts';
import { Gateway } from '../../../src/venue/gateway.ts';
import { type FactPoint, KILL, killsSchema, type Point, requestName } from './point.ts';

const given = process.env[KILL];
if (given !== undefined) lieInWait(given);

interface Written {
  readonly type: string;
  readonly purpose: string | undefined;
  readonly clientOrderId: string | undefined;
}

/** Waits for one point. */
interface Ambush {
  committing(edge: 'commit' | 'committed', facts: readonly Written[]): void;
  requested(edge: Point['edge'], request: string, clientOrderId?: string): void;
}

function lieInWait(text: string): void {
  const ambushes = killsSchema.parse(JSON.parse(text)).map(ambushOf);
  const requested =
    (edge: Point['edge']) =>
    (request: string, clientOrderId?: string): void => {
      for (const ambush of ambushes) ambush.requested(edge, request, clientOrderId);
    };
  watchCommits((edge, facts) => {
    for (const ambush of ambushes) ambush.committing(edge, facts);
  });
  watchGateway(requested('gateway'));
  watchWire('undici:request:bodySent', requested('written'));
  watchWire('undici:request:headers', requested('answered'));
}

function ambushOf({ at, nth, since, stopMs }: z.output<typeof killsSchema>[number]): Ambush {
  let isCounting = since === undefined;
  let count = 0;

  const reached = (fits: boolean, clientOrderId: string | undefined): void => {
    if (!isCounting || !fits) return;
    count += 1;
    if (count !== nth) return;
    const about = { at, clientOrderId };
    if (stopMs === undefined) kill(about);
    else stop(about, stopMs);
  };
  return {
    committing(edge, facts) {
      if ('fact' in at) {
        for (const one of facts) {
          reached(at.edge === edge && isSuch(one, at.fact), one.clientOrderId);
        }
      }
      if (edge === 'committed' && since !== undefined && facts.some((one) => isSuch(one, since))) {
        isCounting = true;
      }
    },
    requested: (edge, request, clientOrderId) =>
      reached(at.edge === edge && 'request' in at && at.request === request, clientOrderId),
  };
}

const attemptsMax = 1000;

interface Reached {
  readonly at: Point;
  readonly clientOrderId: string | undefined;
}

/** At once, past whatever the log has still to write; who reads it may be behind. */
function say(word: object): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      writeSync(1, `${JSON.stringify(word)}\n`);
      return;
    } catch (error) {
      if (attempt === attemptsMax) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function kill(about: Reached): void {
  say({ msg: 'killed', ...about });
  process.kill(process.pid, 'SIGKILL');
}

function stop(about: Reached, stopMs: number): void {
  say({ msg: 'stopped', ...about, stopMs });
  // It cannot wake itself, and whoever started it may be gone by then.
  const script = 'sleep "$0"; kill -CONT "$1"';
  const args = ['-c', script, String(stopMs / 1000), String(process.pid)];
  spawn('/bin/sh', args, { stdio: 'ignore', detached: true, env: {} }).unref();
  process.kill(process.pid, 'SIGSTOP');
}

const isSuch = ({ type, purpose }: Written, wanted: FactPoint): boolean =>
  type === wanted.type &&
  (wanted.purpose === undefined || purpose === undefined || wanted.purpose === purpose);

/** Facts that are written in one transaction, before its commit and after it. */
function watchCommits(
  hear: (edge: 'commit' | 'committed', facts: readonly Written[]) => void,
): void {
  const { prepare, exec } = Database.prototype;
  const purposes = new Map<string, string>();
  let facts: Written[] = [];
  const listened: (sql: string) => Database.Statement = function (this: Database.Database, sql) {
    const statement = prepare.call(this, sql);
    if (!sql.startsWith('insert into "journal"')) return statement;
    const { run } = statement;
    statement.run = (row: unknown[]) => {
      facts.push(writtenOf(row, purposes));
      return run.call(statement, row);
    };
    return statement;
  };
  // The type of the original depends on what is bound, which is no concern of a listener.
  Database.prototype.prepare = listened as typeof prepare;
  Database.prototype.exec = function (sql) {
    if (sql === 'BEGIN IMMEDIATE') facts = [];
    if (sql !== 'COMMIT') return exec.call(this, sql);
    hear('commit', facts);
    const done = exec.call(this, sql);
    hear('committed', facts);
    return done;
  };
}

/** A row of the journal, as it is bound: place, time, type, version, key, cause, data. */
function writtenOf(row: readonly unknown[], purposes: Map<string, string>): Written {
  const [type, data] = [String(row[2]), JSON.parse(String(row[6]))];
  const order: Partial<Order> | undefined = data.order;
  const id: string | undefined =
    order?.clientOrderId ?? data.fill?.clientOrderId ?? data.clientOrderId;
  if (order?.purpose !== undefined && id !== undefined) purposes.set(id, order.purpose);
  const purpose = order?.purpose ?? data.purpose ?? purposes.get(id ?? '');
  return { type, purpose, clientOrderId: id };
}

const REQUESTS = { entry: 'entry', exit: 'exit', protection: 'stop' } as const;

function watchGateway(hear: (request: string, clientOrderId: string) => void): void {
  const { place, cancel } = Gateway.prototype;
  Gateway.prototype.place = function (order) {
    hear(REQUESTS[order.purpose], order.clientOrderId);
    return place.call(this, order);
  };
  Gateway.prototype.cancel = function (order) {
    hear('cancel', order.clientOrderId);
    return cancel.call(this, order);
  };
}

/** What the client of the wire tells of each request, before anyone else hears of it. */
function watchWire(
  channel: string,
  hear: (request: string, clientOrderId: string | undefined) => void,
): void {
  const listener: ChannelListener = (message) => {
    const { request } = message as { request: { method: string; path: string; body: unknown } };
    const body = request.body === null ? '' : String(request.body);
    const asked = new URLSearchParams(body === '' ? request.path.split('?')[1] : body);
    const id = asked.get('newClientOrderId') ?? asked.get('origClientOrderId') ?? undefined;
    hear(requestName(request.method, request.path, body), id);
  };
  subscribe(channel, listener);
}
