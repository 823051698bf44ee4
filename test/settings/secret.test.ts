// Keys: taken out of the environment or out of files nobody else can read, refused otherwise, and
// never part of a message.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { scrub } from '../../src/exchange/scrub.ts';
import { jsonLog, plainLog } from '../../src/log.ts';
import { SecretFault, takeCredentials, withoutKeys } from '../../src/settings/secret.ts';

const directory = mkdtempSync(join(tmpdir(), 'troupe-secret-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function file(name: string, content: string, mode = 0o600): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

test('keys come from the environment and are gone from it afterwards', () => {
  const environment = {
    TROUPE_BINANCE_KEY: 'k',
    TROUPE_BINANCE_SECRET: ' s\n',
    TROUPE_KRAKEN_KEY: 'other',
    PATH: '/bin',
  };
  expect(takeCredentials('binance', environment)).toEqual({ key: 'k', secret: 's' });
  expect(environment).toEqual({ TROUPE_KRAKEN_KEY: 'other', PATH: '/bin' });
  expect(takeCredentials('binance', environment)).toBeUndefined();
});

test('keys come from files of mode 0600, trimmed', () => {
  const environment = {
    TROUPE_BINANCE_KEY_FILE: file('key', 'k\n'),
    TROUPE_BINANCE_SECRET_FILE: file('secret', '  s  ', 0o400),
  };
  expect(takeCredentials('binance', environment)).toEqual({ key: 'k', secret: 's' });
  expect(environment).toEqual({});
});

test.each([0o644, 0o640, 0o604, 0o660, 0o777])('a file of mode %o is refused', (mode) => {
  const path = file(`open-${mode}`, 'canary', mode);
  const environment = { TROUPE_BINANCE_KEY: 'canary', TROUPE_BINANCE_SECRET_FILE: path };
  expect(() => takeCredentials('binance', environment)).toThrow(
    `expected ${path} to be readable by its owner alone (0600), was 0${mode.toString(8)}`,
  );
  // A refusal leaves no key behind.
  expect(environment).toEqual({});
});

test('a link to an open file, an empty file, a directory, a pipe and no file at all are refused', () => {
  const link = join(directory, 'link');
  symlinkSync(file('open', 'canary', 0o644), link);
  const pipe = join(directory, 'pipe');
  execFileSync('mkfifo', ['-m', '600', pipe]);
  const empty = file('empty', ' \n');
  for (const path of [link, pipe, empty, directory, join(directory, 'none')]) {
    const environment = { TROUPE_BINANCE_KEY_FILE: path, TROUPE_BINANCE_SECRET: 'canary' };
    try {
      takeCredentials('binance', environment);
      expect.unreachable(path);
    } catch (error) {
      expect(error).toBeInstanceOf(SecretFault);
      expect(String(error)).toContain(path);
      expect(String(error)).not.toContain('canary');
    }
  }
});

test('one of the two is none', () => {
  const words = 'expected both TROUPE_BINANCE_KEY and TROUPE_BINANCE_SECRET, was one of them';
  expect(() => takeCredentials('binance', { TROUPE_BINANCE_KEY: 'canary' })).toThrow(words);
  expect(() => takeCredentials('binance', { TROUPE_BINANCE_SECRET: 'canary' })).toThrow(words);
  expect(takeCredentials('binance', { TROUPE_BINANCE_KEY: '' })).toBeUndefined();
});

test('a process without business with keys inherits none', () => {
  const environment = {
    TROUPE_BINANCE_KEY: 'a',
    TROUPE_BINANCE_SECRET: 'b',
    TROUPE_KRAKEN_KEY_FILE: 'c',
    TROUPE_OKX_SECRET_FILE: 'd',
    TROUPE_TRACE: '1',
    HOME: '/h',
  };
  expect(withoutKeys(environment)).toEqual({ TROUPE_TRACE: '1', HOME: '/h' });
});

test('a secret is scrubbed in every form it can take, and so are signatures', () => {
  const secret = 'ab/c+d\n"e';
  const forms = [secret, JSON.stringify({ secret }), `?key=${encodeURIComponent(secret)}`];
  for (const form of forms) expect(scrub(form, [secret])).toContain('[secret]');
  expect(scrub('timestamp=1&signature=deadbeef&x=1')).toBe('timestamp=1&signature=[secret]&x=1');
  expect(scrub('"X-MBX-APIKEY":"abc"')).toBe('"X-MBX-APIKEY":"[secret]"');
  expect(scrub('text', [''])).toBe('text');
});

test('neither log lets a secret, a second line or an escape code out', () => {
  const secrets = ['canary-key', 'canary"secret'];
  const lines: string[] = [];
  const write = (line: string): number => lines.push(line);
  const about = {
    error: 'AuthError canary-key {"s":"canary\\"secret"}',
    url: 'https://x/?signature=0badf00d',
    pair: '\u001b[2J\u009b1mBTC\r\n{"level":50}',
  };
  for (const log of [jsonLog({ write, secrets }), plainLog({ write, secrets })]) {
    log.warn(about, 'canary-key was refused\nforged');
    log.error({ nested: { deep: ['canary-key'] } }, 'deep');
  }
  expect(lines).toHaveLength(4);
  for (const line of lines) {
    expect(line).not.toMatch(/canary|0badf00d/);
    expect(line.trimEnd()).not.toContain('\n');
    expect(line.endsWith('\n')).toBe(true);
    expect(line).not.toContain('\u001b');
  }
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 40 });
});
