// Time, chance, ids, waiting and the machine are inputs: whoever runs the engine on a simulated world owns all
// of them. What is ambient is reached for in a few adapters alone, each with the least it needs.
import { expect, test } from 'vitest';
import { codeOf, files, within } from './support/source-file.ts';

/** Ambient time, chance, ids, waiting, environment and I/O: inputs to everything but the adapters. */
const ambient = {
  /** By the machine, by the client's own clock, by SQLite. */
  date: /\bDate\.now\b|\bnew Date\b(?!\([^)])|(?<!new )\bDate\(|\.(?:milli|micro)?seconds\(\)|\bCURRENT_(?:TIME|DATE)|\b(?:datetime|strftime|unixepoch|julianday)\(/,
  stopwatch: /\bperformance\.(?:now|timeOrigin|mark|measure)\b|\bhrtime\b/,
  chance: /\bMath\.random\b|\bgetRandomValues\b|\bDecimal\.random\b|\brandom(?:blob)?\(/,
  ids: /\brandom(?:UUID|Bytes|Int)\b|\.uuid\d*\(/,
  timers:
    /\b(?:set|clear)(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\bAbortSignal\.timeout\b|\.sleep\(/,
  /** What the garbage collector does depends on the machine as well. */
  process: /\bprocess\.|\bglobalThis\b|\bAtomics\.wait|\bnew (?:WeakRef|FinalizationRegistry)\b/,
  console: /\bconsole\./,
  /** Any of them under another name. */
  alias: /[=(,]\s*(?:Date|Math|performance|process|console|crypto)\s*[;,)]/,
  network: /(?<![.#\w])fetch\(|\bnew (?:WebSocket|EventSource|XMLHttpRequest)\b/,
  /** The zone and the language of the machine. */
  place:
    /\btoLocale|\blocaleCompare\b|\bIntl\.|\bget(?:Timezone|Full|Month|Date|Day|Hours|Minutes)\w*\(\)/,
} as const satisfies Record<string, RegExp>;

type Ambient = keyof typeof ambient;

/** Who may reach for what, and no more than that: an allowance nobody uses is taken back. */
const adapters: Readonly<Record<string, readonly Ambient[]>> = {
  // The machine's time, handed on to everybody else.
  'src/clock.ts': ['date', 'stopwatch', 'timers'],
  // XState's own names for what a clock does.
  'machines/clock.ts': ['timers'],
  // A deadline around what the client's own does not cover.
  'src/exchange/polite.ts': ['timers'],
  // The name of the client's method that goes to the wire.
  'src/venue/wired-client.ts': ['network'],
  // Turns of the loop between commits where nobody gives others, pauses before a busy database, batches of the tape.
  'src/store/journal.ts': ['stopwatch', 'timers'],
  'src/store/commit.ts': ['timers'],
  'src/store/tape.ts': ['timers'],
  'src/store/store.ts': ['date'],
  // The name of this process in a lock and in a file that is not whole yet.
  'src/store/lock.ts': ['process'],
  'src/store/backup.ts': ['process'],
  // Whether a file of keys is our own.
  'src/settings/secret.ts': ['process'],
  // An engine's mark on its orders, drawn once.
  'src/launch/launch.ts': ['ids'],
  // A server of its own, in a process of its own.
  'src/sandbox': ['date', 'stopwatch', 'timers', 'process'],
  // The process itself, its commands and its ends.
  'src/cli': ['date', 'stopwatch', 'ids', 'timers', 'process'],
  'src/main.ts': ['timers', 'process'],
};

/** Parts of RxJS and XState that never wait, draw or talk by themselves. */
const timeless: Readonly<Record<string, readonly string[]>> = {
  rxjs: ['Observable', 'Subject', 'Subscription'],
  xstate: ['assign', 'createActor', 'setup'],
};

/** What the code of `text` reaches for. */
function ambientIn(text: string): readonly Ambient[] {
  const code = codeOf(text);
  return (Object.keys(ambient) as Ambient[]).filter((kind) => ambient[kind].test(code));
}

/** The adapter a file is, or belongs to. */
const adapterOf = (path: string): string | undefined =>
  Object.keys(adapters).find((name) => within(name, path));

test.each(files)('$path takes time, chance, ids and waiting as inputs', ({ path, text }) => {
  const allowed = adapters[adapterOf(path) ?? ''] ?? [];
  expect(ambientIn(text).filter((kind) => !allowed.includes(kind))).toEqual([]);
});

test('no adapter may do more than it does', () => {
  const done = Object.keys(adapters).map((name) => {
    const own = files.filter(({ path }) => within(name, path));
    const kinds = new Set(own.flatMap(({ text }) => ambientIn(text)));
    return [name, [...kinds].sort()];
  });
  const allowed = Object.entries(adapters).map(([name, kinds]) => [name, [...kinds].sort()]);
  expect(done).toEqual(allowed);
});

test('whatever is ambient is noticed, and what only looks like it is not', () => {
  const found: Record<Ambient, readonly string[]> = {
    date: [
      'Date.now()',
      'options.wall ?? Date.now',
      'new Date()',
      'new Date',
      'Date()',
      'client.milliseconds()',
    ],
    stopwatch: ['performance.now()', 'process.hrtime.bigint()', 'performance.timeOrigin'],
    chance: ['Math.random()', 'crypto.getRandomValues(bytes)', 'sql`random()`'],
    ids: ['crypto.randomUUID()', 'randomBytes(16)', 'randomInt(7)', 'client.uuid16()'],
    timers: ['setTimeout(run, 1)', 'setInterval(run)', "import { setImmediate as turn } from 'x'"],
    process: ['process.env', 'process.nextTick(run)', 'globalThis.fetch', 'Atomics.waitAsync(a)'],
    console: ['console.log(1)'],
    alias: ['(({ now } = Date), now)', 'measure(performance)'],
    network: ['fetch(url)', 'await fetch(url)', 'new WebSocket(url)'],
    place: ['a.toLocaleString()', 'a.localeCompare(b)', 'Intl.NumberFormat', 'date.getHours()'],
  };
  for (const [kind, codes] of Object.entries(found)) {
    for (const code of codes) expect(ambientIn(`const a = ${code};`), code).toContain(kind);
  }
  const innocent = [
    ...['new Date(at).toISOString()', 'client.fetchTime()', 'this.#fetch(0)', 'super.fetch(url)'],
    ...['document.performance.gross_win_rate', 'date.getUTCHours()', 'processed.length'],
    ...['/* Date.now() */ 1', 'timers.after(1, run)', 'hear(processes)'],
  ];
  for (const code of innocent) expect(ambientIn(`const a = ${code};`), code).toEqual([]);
});

test('RxJS and XState lend only what never waits by itself', () => {
  const beyond = (text: string): readonly string[] =>
    Object.entries(timeless).flatMap(([library, names]) =>
      lentBy(library, text).filter((name) => !names.includes(name)),
    );
  expect(files.flatMap(({ path, text }) => beyond(text).map((name) => `${path}: ${name}`))).toEqual(
    [],
  );
  expect(beyond("import { type Actor, createActor, fromPromise } from 'xstate';")).toEqual([
    'fromPromise',
  ]);
  expect(beyond("import { interval } from 'rxjs';\nimport type { A } from 'rxjs';")).toEqual([
    'interval',
  ]);
  expect(beyond("import * as all from 'rxjs';")).toEqual(['* as all']);
  expect(beyond("import { delay } from 'rxjs/operators';")).toEqual(['delay']);
});

test('of ccxt only the one that loads exchanges by name takes more than types', () => {
  const lent = files.flatMap(({ path, text }) => lentBy('ccxt', text).map((name) => [path, name]));
  expect(lent).toEqual([]);
  expect(lentBy('ccxt', "import ccxt, { type Exchange } from 'ccxt';")).toEqual(['ccxt']);
});

/** What `text` imports of a library besides types. */
function lentBy(library: string, text: string): readonly string[] {
  const form = new RegExp(`^import (?!type\\b)([^;'"]*?) from '${library}(?:/[^']*)?'`, 'gm');
  return [...codeOf(text).matchAll(form)]
    .flatMap(([, names = '']) => names.replaceAll(/[{}]/g, '').split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '));
}

test('every actor is given a clock', () => {
  const made =
    /(?<!function )\b(?:createActor|configurationActor)\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/g;
  const calls = files.flatMap(({ path, text }) =>
    [...codeOf(text).matchAll(made)].map(([call]) => ({ path, call })),
  );
  expect(calls.length).toBeGreaterThan(5);
  const without = calls.filter(({ call }) => !/\b(?:clock|actorClock)\b/.test(call));
  expect(without).toEqual([]);
});

test('SQLite is opened in one place, which reads no rows in an order nobody named', () => {
  const importing = files.filter(({ imports }) => imports.includes('libsql'));
  // The lock is a file held open, with no rows in it.
  expect(importing.map(({ path }) => path).sort()).toEqual([
    'src/store/connection.ts',
    'src/store/lock.ts',
  ]);
  // What is asked past the builder, and past its order, is whether a copy is sound.
  const raw = files.filter(({ text }) => /\.rows\(/.test(codeOf(text)));
  expect(raw.map(({ path }) => path)).toEqual(['src/store/backup.ts']);
});
