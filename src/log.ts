// The log: pino lines for machines, a plain line for people. Secrets are removed by value from every
// line, whatever path they took.
import pino from 'pino';
import { scrub } from './exchange/scrub.ts';
import { plain } from './plain.ts';
import type { Log } from './ports.ts';

export interface LogOptions {
  /** Called with each finished line, newline included. */
  write(line: string): void;
  readonly secrets: readonly string[];
  readonly level?: 'debug' | 'info' | 'warn' | 'error';
}

/** One JSON object a line, as pino writes it. */
export function jsonLog({ write, secrets, level = 'info' }: LogOptions): Log {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => write(scrub(line, secrets)) },
  );
}

/** For people: only what went wrong, in words; the story tells the rest. */
export function plainLog({ write, secrets }: LogOptions): Log {
  const say =
    (mark: string) =>
    (data: object, message: string): void => {
      const details = Object.entries(data)
        .filter(([, value]) => typeof value !== 'object')
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(' ');
      const line = `${mark} ${message}${details === '' ? '' : `  (${details})`}`;
      write(`${plain(scrub(line, secrets))}\n`);
    };
  const quiet = (): void => {};
  return { debug: quiet, info: quiet, warn: say('!'), error: say('✗') };
}
