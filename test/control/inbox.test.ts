// The inbox: each command is obeyed once and answered in the journal, whatever else lies there.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nodeTimers } from '../../src/clock.ts';
import type { Acknowledgement, Command } from '../../src/control/command.ts';
import { inboxOf, watchInbox } from '../../src/control/inbox.ts';
import type { Timers } from '../../src/ports.ts';
import { temporaryDirectory } from '../store/directory.ts';

const halt = (id: string, more: object = {}): string =>
  JSON.stringify({ kind: 'halt', id: `${id}-00000000`, by: 'anna', reason: 'a look', ...more });

/** An inbox on real files whose polls the test makes happen. */
function watch(
  apply: (command: Command) => Promise<Acknowledgement> = async () => done,
  journalled: () => Promise<void> = async () => {},
) {
  const data = temporaryDirectory();
  const directory = inboxOf(data);
  const polls: (() => void)[] = [];
  const timers: Timers = {
    after: nodeTimers.after,
    every: (_, run) => {
      polls.push(run);
      return () => polls.splice(0);
    },
  };
  const applied: string[] = [];
  const answers = new Map<string, Acknowledgement>();
  const warnings: string[] = [];
  const say = (_: object, message: string): void => void warnings.push(message);
  const stop = watchInbox({
    directory,
    timers,
    log: { debug: say, info: say, warn: say, error: say },
    isAcknowledged: async (id) => answers.has(id),
    async apply(command) {
      applied.push(command.id);
      return apply(command);
    },
    async acknowledge(command, answer) {
      await journalled();
      answers.set(command.id, answer);
    },
  });
  onTestFinished(stop);
  return {
    directory,
    applied,
    answers,
    warnings,
    stop,
    put(name: string, content: string): void {
      writeFileSync(join(directory, `${name}.part`), content);
      renameSync(join(directory, `${name}.part`), join(directory, name));
    },
    /** Polls until nothing is left to do. */
    async poll(): Promise<void> {
      for (const run of polls) run();
      for (let turns = 0; turns < 50; turns += 1) await new Promise(setImmediate);
    },
    waiting: () => readdirSync(directory).filter((name) => name.endsWith('.json')),
  };
}

const done: Acknowledgement = { ok: true, message: 'done' };

test('commands are obeyed in the order they were sent, answered, and their files gone', async () => {
  const inbox = watch();
  inbox.put('200-b.json', halt('second'));
  inbox.put('100-a.json', halt('first'));
  await inbox.poll();
  expect(inbox.applied).toEqual(['first-00000000', 'second-00000000']);
  expect(inbox.answers.get('first-00000000')).toEqual(done);
  expect(inbox.waiting()).toEqual([]);
});

test('what a crash left behind after its answer is not obeyed again', async () => {
  const inbox = watch();
  inbox.answers.set('before-00000000', done);
  inbox.put('1.json', halt('before'));
  await inbox.poll();
  expect(inbox.applied).toEqual([]);
  expect(inbox.waiting()).toEqual([]);
});

test.each([
  ['no JSON', '{'],
  ['nothing', ''],
  ['another kind', JSON.stringify({ kind: 'buy', id: 'abcdefgh', by: 'a', reason: 'b' })],
  ['an unknown key', halt('x', { also: 1 })],
  ['a hostile key', halt('x').replace('{', '{"__proto__":{"ok":1},')],
  ['no name', halt('x', { by: '' })],
  ['a name beyond all measure', halt('x', { by: 'x'.repeat(81) })],
  ['an id that is none', JSON.stringify({ kind: 'halt', id: '../../x', by: 'a', reason: 'b' })],
  ['a list', '[]'],
])('%s is put aside, and the command after it obeyed', async (_, content) => {
  const inbox = watch();
  inbox.put('1.json', content);
  inbox.put('2.json', halt('next'));
  await inbox.poll();
  expect(inbox.applied).toEqual(['next-00000000']);
  expect(readdirSync(join(inbox.directory, 'refused'))).toEqual(['1.json']);
  expect(inbox.warnings).toHaveLength(1);
});

test('a directory, a file too large and one put aside before do not stand in the way', async () => {
  const inbox = watch();
  mkdirSync(join(inbox.directory, '1.json', 'deep'), { recursive: true });
  inbox.put('2.json', '');
  truncateSync(join(inbox.directory, '2.json'), 100 * 1024 * 1024);
  inbox.put('3.json', halt('next'));
  await inbox.poll();
  mkdirSync(join(inbox.directory, '1.json'));
  inbox.put('4.json', halt('last'));
  await inbox.poll();
  expect(inbox.applied).toEqual(['next-00000000', 'last-00000000']);
  expect(inbox.waiting()).toEqual([]);
});

test('a half-written command is not seen', async () => {
  const inbox = watch();
  writeFileSync(join(inbox.directory, '1.json.part'), halt('x').slice(0, 20));
  await inbox.poll();
  expect(inbox.applied).toEqual([]);
  expect(existsSync(join(inbox.directory, '1.json.part'))).toBe(true);
});

test('a command that fails is answered with its reason', async () => {
  const inbox = watch(async () => {
    throw new Error('the venue is gone');
  });
  inbox.put('1.json', halt('x'));
  await inbox.poll();
  expect([...inbox.answers.values()]).toEqual([{ ok: false, message: 'the venue is gone' }]);
  expect(inbox.waiting()).toEqual([]);
});

test('a slow command is not begun twice, and a stopped inbox takes none', async () => {
  let finish: (answer: Acknowledgement) => void = () => {};
  const inbox = watch(() => new Promise((resolve) => (finish = resolve)));
  inbox.put('1.json', halt('slow'));
  await inbox.poll();
  await inbox.poll();
  expect(inbox.applied).toEqual(['slow-00000000']);
  finish(done);
  await inbox.poll();
  expect(inbox.waiting()).toEqual([]);
  inbox.stop();
  inbox.put('2.json', halt('late'));
  await inbox.poll();
  expect(inbox.waiting()).toEqual(['2.json']);
});

test('a journal that takes no acknowledgement keeps no command from being obeyed, once', async () => {
  let recover: () => void = () => {};
  const isBack = new Promise<void>((resolve) => (recover = resolve));
  const inbox = watch(
    async () => done,
    () => isBack,
  );
  inbox.put('1.json', halt('first'));
  await inbox.poll();
  inbox.put('2.json', halt('second'));
  await inbox.poll();
  await inbox.poll();
  expect(inbox.applied).toEqual(['first-00000000', 'second-00000000']);
  expect(inbox.waiting()).toEqual(['1.json', '2.json']);
  recover();
  await inbox.poll();
  expect(inbox.waiting()).toEqual([]);
  await inbox.poll();
  expect(inbox.applied).toHaveLength(2);
});
