// The venue's keys: from the environment or from files only their owner can read; out of the
// environment once read, so that nothing started later inherits them.
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

export interface Credentials {
  readonly key: string;
  readonly secret: string;
}

/** Why keys were refused. The message never holds a key. */
export class SecretFault extends Error {
  override readonly name = 'SecretFault';
}

/**
 * Takes `TROUPE_<VENUE>_KEY` and `_SECRET`, or the files named by `_KEY_FILE` and `_SECRET_FILE`, out
 * of `environment`; undefined when neither is set. Throws `SecretFault`.
 */
export function takeCredentials(
  venue: string,
  environment: NodeJS.ProcessEnv,
): Credentials | undefined {
  const prefix = `TROUPE_${venue.toUpperCase()}`;
  // All of them leave the environment first: a refusal must not leave a key behind.
  const keySource = take(`${prefix}_KEY`, environment);
  const secretSource = take(`${prefix}_SECRET`, environment);
  const key = keySource();
  const secret = secretSource();
  if (key === undefined && secret === undefined) return undefined;
  if (key === undefined || secret === undefined) {
    throw new SecretFault(`expected both ${prefix}_KEY and ${prefix}_SECRET, was one of them`);
  }
  return { key, secret };
}

function take(name: string, environment: NodeJS.ProcessEnv): () => string | undefined {
  const value = environment[name]?.trim();
  const path = environment[`${name}_FILE`];
  delete environment[name];
  delete environment[`${name}_FILE`];
  return () => {
    if (value !== undefined && value !== '') return value;
    return path === undefined || path === '' ? undefined : readPrivate(path);
  };
}

const isKeyName = /^TROUPE_[A-Z0-9]+_(KEY|SECRET)(_FILE)?$/;

/** The environment for a process that has no business with the keys of a venue. */
export const withoutKeys = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !isKeyName.test(name)));

const bytesMax = 64 * 1024;

/** The trimmed text of a file of mode 0600 that belongs to us. Throws `SecretFault`. */
export function readPrivate(path: string): string {
  const file = openPrivate(path);
  try {
    // Asked of the open file, not of its name: nobody can exchange it in between.
    const { mode, uid, size } = fstatSync(file);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG || size > bytesMax) {
      throw new SecretFault(`expected ${path} to be a file with a key in it`);
    }
    if ((mode & 0o077) !== 0) {
      const was = (mode & 0o777).toString(8);
      throw new SecretFault(
        `expected ${path} to be readable by its owner alone (0600), was 0${was}`,
      );
    }
    if (uid !== process.getuid?.()) throw new SecretFault(`expected ${path} to be your own file`);
    const text = readFileSync(file, 'utf8').trim();
    if (text === '') throw new SecretFault(`expected a key in ${path}, was nothing`);
    return text;
  } finally {
    closeSync(file);
  }
}

function openPrivate(path: string): number {
  try {
    // Without blocking: a named pipe would wait for a writer for ever.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    throw new SecretFault(`expected a file that can be read at ${path}, was none`);
  }
}
