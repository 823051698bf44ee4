// A key pair for a sandbox: made once per data directory, readable by its owner alone.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Credentials } from '../exchange/client.ts';
import { readPrivate } from '../settings/secret.ts';

export interface SandboxKeys extends Credentials {
  readonly keyFile: string;
  readonly secretFile: string;
}

export function sandboxKeys(directory: string): SandboxKeys {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const keyFile = join(directory, 'sandbox.key');
  const secretFile = join(directory, 'sandbox.secret');
  return { keyFile, secretFile, key: kept(keyFile), secret: kept(secretFile) };
}

function kept(path: string): string {
  if (!existsSync(path)) writeFileSync(path, randomBytes(32).toString('hex'), { mode: 0o600 });
  return readPrivate(path);
}
