// The end of a process that cannot be trusted any more: an error nobody caught, a supervisor that failed.
// It goes at once and in no order – its memory may be wrong, its journal is not – and leaves a latch, so that
// the next start protects what is held and takes nothing new before a person has looked.
import { latch } from '../control/halt-file.ts';
import { scrub } from '../exchange/scrub.ts';
import type { Log } from '../ports.ts';

interface LastWords {
  readonly dataDirectory: string;
  readonly log: Log;
  /** What must not stand in the latch, whatever the error says. */
  readonly secrets: readonly string[];
}

/** Ends the process, exit code 1. */
export function dieOf(
  reason: string,
  error: unknown,
  { dataDirectory, log, secrets }: LastWords,
): never {
  try {
    latch(dataDirectory, scrub(`${reason}: ${String(error)}`, secrets));
  } finally {
    // Whatever the log does with it: nothing goes on.
    try {
      const stack = error instanceof Error ? error.stack : undefined;
      log.error({ error: String(error), stack }, `${reason}; the process ends, and recovers`);
    } finally {
      process.exit(1);
    }
  }
}

/** Catches what nobody caught until the returned function is called. */
export function catchUncaught(die: (reason: string, error: unknown) => never): () => void {
  // One event for both: what rejects unhandled becomes an uncaught exception.
  const hear = (error: unknown, origin: NodeJS.UncaughtExceptionOrigin): never =>
    die(origin === 'unhandledRejection' ? 'unhandled rejection' : 'uncaught exception', error);
  process.on('uncaughtException', hear);
  return () => process.off('uncaughtException', hear);
}
