// An engine in the foreground: it tells its story, answers commands, and ends in good order on a
// signal, at its time, or when it must.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeTimers } from '../clock.ts';
import { Control, haltBySignal, heedHaltFile } from '../control/control.ts';
import { heedDisk } from '../control/disk-floor.ts';
import { dropHaltFile, haltFileOf } from '../control/halt-file.ts';
import { inboxOf, watchInbox } from '../control/inbox.ts';
import { removeReadings, writeReadings } from '../control/readings-file.ts';
import { type Entry, fact } from '../domain/fact.ts';
import { scrub } from '../exchange/scrub.ts';
import {
  dataDirectoryOf,
  type LaunchOptions,
  prepareEngine,
  type Started,
} from '../launch/launch.ts';
import { jsonLog, plainLog } from '../log.ts';
import type { FeedNews, Log } from '../ports.ts';
import { type Settings, venueOf } from '../settings/settings.ts';
import { conclude, endEarly } from './conclusion.ts';
import { Ending } from './ending.ts';
import { catchUncaught, dieOf } from './last-resort.ts';
import { seclude } from './seclusion.ts';
import { openLine, panel, progressLine, startLines } from './story/panel.ts';
import { StreamStory } from './story/stream.ts';
import { tell } from './story/tell.ts';
import { Failure, type Terminal } from './terminal.ts';
import { startWatchdog } from './watchdog.ts';

export interface Run {
  readonly start: Omit<LaunchOptions, 'log' | 'ended' | 'onEntry' | 'onFeedNews' | 'onFatal'>;
  readonly terminal: Terminal;
  /** Ends by itself after this much wall time; undefined runs until it is told to stop. */
  readonly forMs: number | undefined;
  /** What to try next, for the last lines. */
  readonly next: readonly string[];
  /** Resolves with a reason when something the run cannot do without is lost. */
  readonly lost?: Promise<string>;
}

const panelMs = 15_000;
const readingsMs = 2000;
const diskMs = 5000;

/** Runs until it ends; the process's exit code. Throws what preparing throws. */
export async function runEngine(run: Run): Promise<number> {
  seclude();
  const { terminal, start } = run;
  const log = logFor(run);
  const secrets = secretsOf(run);
  const die = (reason: string, error: unknown): never =>
    dieOf(reason, error, { dataDirectory: dataDirectoryOf(start.settings), log, secrets });
  const ending = new Ending();
  const streams = new StreamStory(terminal.paint);
  let halt = (): void => haltBefore(start.settings, log);
  const release = ending.listen(terminal, run.forMs, () => halt());
  void run.lost?.then((reason) => ending.end(reason, 1));
  const stops = [release, catchUncaught(die)];
  try {
    const started = await prepareEngine({
      ...start,
      log,
      ended: ending.signal,
      onEntry: (entry) => hear(entry, terminal, log),
      onFeedNews: (news) => hearFeed(news, streams, terminal, log),
      onFatal: die,
    }).catch((error: unknown) => {
      if (ending.signal.aborted) return undefined;
      const words = error instanceof Error ? error.message : String(error);
      throw new Failure(scrub(words, secrets), { cause: error });
    });
    if (started === undefined) {
      const { reason, code } = await ending.ended;
      endEarly(reason, terminal);
      return code;
    }
    halt = () => haltBySignal(started, log);
    stops.push(leavePid(started), serve(started, run, log), guard(started, run, log));
    introduce(started, run);
    const before = started.engine.status().equity;
    // A signal while history loads ends the run at once, not after it.
    const opened = started.engine.start().catch((error: unknown) => {
      if (ending.signal.aborted) return;
      log.error({ error: String(error) }, 'could not start');
      ending.end(scrub(`could not start: ${String(error)}`, secrets), 1);
    });
    const isOpen = await Promise.race([opened.then(() => true), ending.ended.then(() => false)]);
    if (isOpen) terminal.say(openLine(started.engine.status(), terminal.paint));
    stops.push(showPanels(started, terminal, log), leaveReadings(started, log));
    const { reason, code } = await ending.ended;
    const inOrder = await conclude(started, run, { reason, before, log });
    return inOrder ? code : Math.max(code, 1);
  } finally {
    for (const stop of stops) stop();
  }
}

/** No engine is there to be told yet: it will find the file. */
function haltBefore(settings: Settings, log: Log): void {
  dropHaltFile(dataDirectoryOf(settings), 'SIGUSR2', 'signal');
  log.warn({}, 'the start will take no new exposure');
}

function leavePid({ dataDirectory }: Started): () => void {
  const file = join(dataDirectory, 'troupe.pid');
  mkdirSync(dataDirectory, { recursive: true });
  writeFileSync(file, `${process.pid}\n`);
  return () => rmSync(file, { force: true });
}

const secretsOf = ({ start: { credentials } }: Run): readonly string[] =>
  credentials === undefined ? [] : [credentials.key, credentials.secret];

function logFor(run: Run): Log {
  const { terminal } = run;
  const secrets = secretsOf(run);
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

function hearFeed(news: FeedNews, streams: StreamStory, terminal: Terminal, log: Log): void {
  if (news.type === 'backfill.progressed') {
    terminal.progress(progressLine(news.loaded, news.wanted));
    if (news.loaded === news.wanted) terminal.say(progressLine(news.loaded, news.wanted));
    return;
  }
  const line = streams.tell(news);
  // A flood of garbled frames must not become a flood of lines.
  if (line !== undefined || news.type !== 'frame.malformed') log.info(news, news.type);
  if (line !== undefined) terminal.say(line);
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

/** An event loop that stands ends the process. */
function guard({ dataDirectory }: Started, { start: { settings } }: Run, log: Log): () => void {
  const { stallMsMax } = settings.watchdog;
  return startWatchdog({ haltFile: haltFileOf(dataDirectory), stallMsMax, log });
}

/** The inbox, the file HALT, and the room on the disk. */
function serve(started: Started, { start }: Run, log: Log): () => void {
  const { engine, store, clock, dataDirectory } = started;
  const control = new Control(started, start.settings, { timers: nodeTimers, log });
  const closeInbox = watchInbox({
    directory: inboxOf(dataDirectory),
    timers: nodeTimers,
    log,
    isAcknowledged: async (id) =>
      (await store.read.about(id, 1)).at(0)?.type === 'command.acknowledged',
    apply: (command) => control.apply(command),
    acknowledge: ({ id, kind }, { ok, message }) =>
      engine.record([
        fact('command.acknowledged', { at: clock.market(), key: id }, { id, kind, ok, message }),
      ]),
  });
  const stopHeeding = nodeTimers.every(250, () => heedHaltFile(started));
  let wasTold = false;
  const stopWatchingDisk = nodeTimers.every(diskMs, () => {
    wasTold = heedDisk(started, start.settings.store.freeMegabytesMin, log, wasTold);
  });
  return () => {
    closeInbox();
    stopHeeding();
    stopWatchingDisk();
  };
}

/** For `breakers`: what only a running engine can measure. */
function leaveReadings({ engine, clock, dataDirectory }: Started, log: Log): () => void {
  const stop = nodeTimers.every(readingsMs, () => {
    try {
      writeReadings(dataDirectory, clock.market(), engine.readings());
    } catch (error) {
      log.debug({ error: String(error) }, 'the readings could not be left');
    }
  });
  return () => {
    stop();
    removeReadings(dataDirectory);
  };
}

function showPanels({ engine }: Started, terminal: Terminal, log: Log): () => void {
  return nodeTimers.every(panelMs, () => {
    const status = engine.status();
    const misses = engine.nearestMisses();
    if (terminal.json) log.info({ status, misses }, 'status');
    else {
      for (const line of panel(status, misses, terminal.paint, terminal.width()))
        terminal.say(line);
    }
  });
}
