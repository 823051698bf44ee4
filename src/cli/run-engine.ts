// An engine in the foreground: it tells its story, answers commands, and ends in good order on a
// signal, at its time, or when it must.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeTimers } from '../clock.ts';
import type { Entry } from '../domain/fact.ts';
import { fact } from '../domain/fact.ts';
import { Control, heedHaltFile } from '../engine/control.ts';
import { inboxOf, watchInbox } from '../engine/inbox.ts';
import { prepareEngine, type Started, type StartOptions } from '../engine/start.ts';
import { jsonLog, plainLog } from '../log.ts';
import type { FeedNews, Log } from '../ports.ts';
import { venueOf } from '../settings/settings.ts';
import { panel, progressLine, startLines, summaryLines } from './story/panel.ts';
import { tell } from './story/tell.ts';
import type { Terminal } from './terminal.ts';

export interface Run {
  readonly start: Omit<StartOptions, 'log' | 'onEntry' | 'onFeedNews' | 'onFatal'>;
  readonly terminal: Terminal;
  /** Ends by itself after this much wall time; undefined runs until it is told to stop. */
  readonly forMs: number | undefined;
  /** What to try next, for the last lines. */
  readonly next: readonly string[];
}

const panelMs = 15_000;

/** Runs until it ends; the process's exit code. Throws what preparing throws. */
export async function runEngine(run: Run): Promise<number> {
  const { terminal, start } = run;
  const log = logFor(run);
  const ending = new Ending();
  const started = await prepareEngine({
    ...start,
    log,
    onEntry: (entry) => hear(entry, terminal, log),
    onFeedNews: (news) => hearFeed(news, terminal, log),
    onFatal(reason, error) {
      log.error({ error: String(error) }, reason);
      ending.end(reason, 1);
    },
  });
  const pidFile = join(started.dataDirectory, 'troupe.pid');
  mkdirSync(started.dataDirectory, { recursive: true });
  writeFileSync(pidFile, `${process.pid}\n`);
  const release = ending.listen(run.forMs, () =>
    started.engine.command('reduce', 'SIGUSR2', 'signal'),
  );
  const stops = [release, serve(started, run, log)];
  try {
    introduce(started, run);
    const before = started.engine.status().equity;
    // A signal while history loads ends the run at once, not after it.
    const opened = started.engine.start().catch((error: unknown) => {
      log.error({ error: String(error) }, 'could not start');
      ending.end(`could not start: ${String(error)}`, 1);
    });
    await Promise.race([opened, ending.reason]);
    stops.push(showPanels(started, terminal, log));
    const { reason, code } = await ending.reason;
    await conclude(started, run, reason, before);
    return code;
  } finally {
    for (const stop of stops) stop();
    rmSync(pidFile, { force: true });
  }
}

function logFor({ terminal, start }: Run): Log {
  const { credentials } = start;
  const secrets = credentials === undefined ? [] : [credentials.key, credentials.secret];
  const write = (line: string): void =>
    terminal.json ? terminal.write(line) : terminal.say(line.trimEnd());
  return terminal.json ? jsonLog({ write, secrets }) : plainLog({ write, secrets });
}

function hear(entry: Entry, terminal: Terminal, log: Log): void {
  if (terminal.json) {
    log.info({ seq: entry.seq, at: entry.at, key: entry.key, data: entry.data }, entry.type);
    return;
  }
  const line = tell(entry, terminal.paint);
  if (line !== undefined) terminal.say(line);
}

function hearFeed(news: FeedNews, terminal: Terminal, log: Log): void {
  if (news.type === 'backfill.progressed') {
    terminal.progress(progressLine(news.loaded, news.wanted));
    if (news.loaded === news.wanted) terminal.say(progressLine(news.loaded, news.wanted));
  } else {
    log.info(news, news.type);
  }
}

function introduce({ facts, dataDirectory }: Started, { terminal, start }: Run): void {
  const { name, venue } = venueOf(start.settings);
  const what = {
    mode: start.live ? 'live' : 'paper',
    venue: venue.sandbox ? `the sandbox (${name}'s protocol)` : name,
    speed: venue.speed,
    data: dataDirectory,
  };
  for (const line of startLines(what, facts, terminal.paint)) terminal.say(line);
}

/** The inbox and the file HALT. */
function serve(started: Started, { start }: Run, log: Log): () => void {
  const { engine, clock, dataDirectory } = started;
  const control = new Control(started, start.settings);
  const closeInbox = watchInbox({
    directory: inboxOf(dataDirectory),
    timers: nodeTimers,
    log,
    apply: (command) => control.apply(command),
    acknowledge: ({ id, kind }, { ok, message }) =>
      engine.record([
        fact('command.acknowledged', { at: clock.market(), key: id }, { id, kind, ok, message }),
      ]),
  });
  const stopHeeding = nodeTimers.every(250, () => heedHaltFile(started));
  return () => {
    closeInbox();
    stopHeeding();
  };
}

function showPanels({ engine }: Started, terminal: Terminal, log: Log): () => void {
  return nodeTimers.every(panelMs, () => {
    const status = engine.status();
    const misses = engine.nearestMisses();
    if (terminal.json) log.info({ status, misses }, 'status');
    else for (const line of panel(status, misses, terminal.paint)) terminal.say(line);
  });
}

async function conclude(started: Started, run: Run, reason: string, before: string): Promise<void> {
  const { engine, store, venue, clock } = started;
  const { terminal } = run;
  terminal.say(terminal.paint.dim(`stopping: ${reason}`));
  await engine.record([
    fact('engine.stopped', { at: clock.market(), key: venue.name }, { reason }),
  ]);
  await engine.stop();
  const status = engine.status();
  await venue.close();
  await store.close();
  terminal.show({ type: 'summary', reason, status }, [
    ...summaryLines(status, before, terminal.paint),
    ...run.next,
  ]);
}

/** The one end of a run: whatever asks first gives the reason; a second signal does not wait. */
class Ending {
  #resolve: (end: { reason: string; code: number }) => void = () => {};
  readonly reason = new Promise<{ reason: string; code: number }>((resolve) => {
    this.#resolve = resolve;
  });
  #signals = 0;

  end(reason: string, code: number): void {
    this.#resolve({ reason, code });
  }

  /** Heeds signals, a closed terminal and the clock; the returned function stops that. */
  listen(forMs: number | undefined, onHalt: () => void): () => void {
    const stop = (signal: string): void => {
      this.#signals += 1;
      if (this.#signals > 1) process.exit(130);
      this.end(signal, 0);
    };
    const handlers = {
      SIGINT: () => stop('Ctrl-C'),
      SIGTERM: () => stop('SIGTERM'),
      SIGHUP: () => stop('the terminal was closed'),
      SIGUSR2: onHalt,
    } as const;
    const hungUp = (): void => stop('nobody reads the output');
    for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
    process.stdout.on('error', hungUp);
    const cancel =
      forMs === undefined
        ? () => {}
        : nodeTimers.after(forMs, () => this.end(`after ${forMs / 1000} s, as asked`, 0));
    return () => {
      cancel();
      for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
    };
  }
}
