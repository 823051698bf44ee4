// One engine per directory, across processes; and what a killed one had acknowledged is there.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Entry } from '../../src/domain/fact.ts';
import { fold } from '../../src/domain/fold.ts';
import { EMPTY_PORTFOLIO } from '../../src/domain/portfolio.ts';
import { StoreFault } from '../../src/store/fault.ts';
import { rowsOf, storeAt, tablesOf, temporaryDirectory, urlOf } from './directory.ts';

const program = fileURLToPath(new URL('./engine-process.ts', import.meta.url));

interface Engine {
  readonly process: ChildProcess;
  /** Its next line of output; undefined at the end. */
  next(): Promise<string | undefined>;
  kill(): Promise<void>;
}

function startEngine(directory: string, work: 'append' | 'hold'): Engine {
  const child = spawn(process.execPath, ['--import', 'tsx', program, urlOf(directory), work], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    next: async () => (await lines.next()).value,
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

test('kill -9 in the middle of appending loses nothing that was acknowledged, and halves nothing', async () => {
  const directory = temporaryDirectory();
  let before = 0;
  for (let round = 1; round <= 2; round += 1) {
    const engine = startEngine(directory, 'append');
    expect(await engine.next()).toBe('open');
    let acknowledged = 0;
    for (let line = 1; line <= 20 + round; line += 1) acknowledged = Number(await engine.next());
    expect(acknowledged).toBeGreaterThan(before);
    await engine.kill();
    const store = await storeAt(directory);
    const entries: Entry[] = [];
    for await (const entry of store.journal.read(1)) entries.push(entry);
    expect(entries.length).toBeGreaterThanOrEqual(acknowledged);
    before = entries.length;
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    const book = fold(EMPTY_PORTFOLIO, entries);
    // Every append was a whole round trip: half of one would be a position.
    expect(book.positions.size).toBe(0);
    expect(rowsOf(directory, 'SELECT count(*) AS trades FROM trades')).toEqual([
      { trades: entries.filter(({ type }) => type === 'position.closed').length },
    ]);
    const tables = tablesOf(directory);
    store.rebuildProjections();
    expect(tablesOf(directory)).toEqual(tables);
    await store.close();
  }
}, 60_000);

test('a second engine on the directory is refused and told who is there, until the first dies', async () => {
  const directory = temporaryDirectory();
  const first = startEngine(directory, 'hold');
  expect(await first.next()).toBe('open');
  const refused = await storeAt(directory).then(
    () => expect.fail('expected a fault, was none'),
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(StoreFault);
  expect(refused).toMatchObject({
    code: 'held-by-another',
    message: expect.stringContaining(`process ${first.process.pid}`),
  });
  const second = startEngine(directory, 'hold');
  expect(await second.next()).toContain(`process ${first.process.pid}`);
  await first.kill();
  const third = await storeAt(directory);
  expect(third.journal.lastSeq).toBe(0);
}, 60_000);

test('the same process cannot open it twice either, and can once it was closed', async () => {
  const directory = temporaryDirectory();
  const first = await storeAt(directory);
  await expect(storeAt(directory)).rejects.toMatchObject({ code: 'held-by-another' });
  await first.journal.append([]);
  await first.close();
  await first.close();
  await storeAt(directory);
});
