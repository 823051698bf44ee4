// Where a command speaks: lines for people, or JSON for machines. A reader that has gone is no error.
import { type Paint, paintOf } from './story/format.ts';

export interface Terminal {
  readonly json: boolean;
  readonly interactive: boolean;
  readonly paint: Paint;
  /** A line for people; nothing in JSON mode. */
  say(line: string): void;
  /** One JSON value on a line; nothing otherwise. */
  emit(value: unknown): void;
  /** The value for machines, the lines for people. */
  show(value: unknown, lines: readonly string[]): void;
  /** Raw text as it stands. */
  write(text: string): void;
  /** A line that the next one goes over; only where someone looks on. */
  progress(line: string): void;
}

export function createTerminal(json: boolean, out: NodeJS.WriteStream): Terminal {
  const interactive = out.isTTY === true && !json;
  const colours = interactive && process.env['NO_COLOR'] === undefined;
  let passing = false;
  const write = (text: string): void => {
    if (!out.destroyed) out.write(text);
  };
  const say = (line: string): void => {
    if (json) return;
    write(`${passing ? '\r\u001b[K' : ''}${line}\n`);
    passing = false;
  };
  const emit = (value: unknown): void => {
    if (json) write(`${JSON.stringify(value)}\n`);
  };
  return {
    json,
    interactive,
    paint: paintOf(colours),
    say,
    emit,
    show(value, lines) {
      if (json) emit(value);
      else for (const line of lines) say(line);
    },
    write,
    progress(line) {
      if (!interactive) return;
      write(`\r\u001b[K${line}`);
      passing = true;
    },
  };
}

/** A command that could not do what it was asked: exit code 1. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

/** A command that was asked wrongly: exit code 2. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}
