// The venue's keys: from the environment or from files only their owner can read; out of the
// environment once read, so that nothing started later inherits them.
import { readFileSync, statSync } from 'node:fs';

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
  const key = take(`${prefix}_KEY`, environment);
  const secret = take(`${prefix}_SECRET`, environment);
  if (key === undefined && secret === undefined) return undefined;
  if (key === undefined || secret === undefined) {
    throw new SecretFault(`expected both ${prefix}_KEY and ${prefix}_SECRET, was one of them`);
  }
  return { key, secret };
}

function take(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  const value = environment[name];
  const path = environment[`${name}_FILE`];
  delete environment[name];
  delete environment[`${name}_FILE`];
  if (value !== undefined && value !== '') return value;
  return path === undefined ? undefined : readPrivate(path);
}

/** The trimmed text of a file of mode 0600 that belongs to us. Throws `SecretFault`. */
export function readPrivate(path: string): string {
  const { mode, uid } = statSync(path);
  if ((mode & 0o077) !== 0) {
    const was = (mode & 0o777).toString(8);
    throw new SecretFault(`expected ${path} to be readable by its owner alone (0600), was 0${was}`);
  }
  if (uid !== process.getuid?.()) throw new SecretFault(`expected ${path} to be your own file`);
  return readFileSync(path, 'utf8').trim();
}
