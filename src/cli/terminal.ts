// Where a command speaks: lines for people, or JSON for machines. A reader that has gone is no error.
import { type Paint, paintOf } from './story/format.ts';

export interface Terminal {
  readonly json: boolean;
  readonly interactive: boolean;
  readonly paint: Paint;
  /** Columns to write into. */
  width(): number;
  /** A line for people; nothing in JSON mode. */
  say(line: string): void;
  /** The value for machines as one line of JSON, the lines for people. */
  show(value: unknown, lines: readonly string[]): void;
  /** Raw text as it stands. */
  write(text: string): void;
  /** A line that the next one goes over; only where someone looks on. */
  progress(line: string): void;
  /** Called once when nobody reads any more. */
  onGone(hear: () => void): void;
}

const widthWithoutTerminal = 160;

export function createTerminal(json: boolean, out: NodeJS.WriteStream): Terminal {
  const interactive = out.isTTY === true && !json;
  const colours = interactive && (process.env['NO_COLOR'] ?? '') === '';
  const hearers: (() => void)[] = [];
  let gone = false;
  let passing = false;
  out.on('error', () => {
    gone = true;
    for (const hear of hearers.splice(0)) hear();
  });
  const write = (text: string): void => {
    if (!gone && !out.destroyed) out.write(text);
  };
  const say = (line: string): void => {
    if (json) return;
    write(`${passing ? '\r\u001b[K' : ''}${line}\n`);
    passing = false;
  };
  return {
    json,
    interactive,
    paint: paintOf(colours),
    width: () => (interactive ? out.columns : widthWithoutTerminal),
    say,
    show(value, lines) {
      if (json) write(`${JSON.stringify(value)}\n`);
      else for (const line of lines) say(line);
    },
    write,
    progress(line) {
      if (!interactive) return;
      write(`\r\u001b[K${line}`);
      passing = true;
    },
    onGone: (hear) => hearers.push(hear),
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
