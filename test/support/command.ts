// The command line as a user runs it: a real process, its JSON lines, its exit code.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Line {
  readonly msg?: string;
  readonly type?: string;
  readonly [field: string]: unknown;
}

export interface Running {
  readonly child: ChildProcess;
  readonly lines: readonly Line[];
  /** Everything it printed, as it came. */
  readonly text: () => string;
  /** The first line that fits, now or later; rejects when the process ends or the time is up. */
  until(fits: (line: Line) => boolean, withinMs: number): Promise<Line>;
  readonly exit: Promise<number | null>;
}

const leash = new URL('./leash.ts', import.meta.url).href;

const root = new URL('../..', import.meta.url).pathname;

/** Starts `troupe` with arguments; `environment` is added to ours. It never outlives this process. */
export function startCommand(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  /** Modules loaded before the program. */
  imports: readonly string[] = [],
): Running {
  const flags = ['tsx', leash, ...imports].flatMap((name) => ['--import', name]);
  const child = spawn(
    process.execPath,
    ['--disallow-code-generation-from-strings', ...flags, 'src/main.ts', ...args],
    { cwd: root, env: { ...process.env, ...environment }, stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const lines: Line[] = [];
  const raw: string[] = [];
  const waiting = new Set<() => void>();
  const take = (text: string): void => {
    raw.push(text);
    if (text.startsWith('{')) lines.push(JSON.parse(text));
    for (const look of waiting) look();
  };
  createInterface({ input: child.stdout }).on('line', take);
  createInterface({ input: child.stderr }).on('line', (text) => raw.push(text));
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    lines,
    text: () => raw.join('\n'),
    exit,
    until(fits, withinMs) {
      return new Promise((resolve, reject) => {
        const end = (settle: () => void): void => {
          clearTimeout(timer);
          waiting.delete(look);
          settle();
        };
        const look = (): void => {
          const line = lines.find(fits);
          if (line !== undefined) end(() => resolve(line));
        };
        const fail = (why: string): void =>
          end(() => reject(new Error(`${why}; it said:\n${raw.slice(-30).join('\n')}`)));
        const timer = setTimeout(() => fail(`nothing fitting within ${withinMs} ms`), withinMs);
        waiting.add(look);
        void exit.then((code) => fail(`ended with ${code}`));
        look();
      });
    },
  };
}

/** Runs a command to its end. */
export async function runCommand(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; lines: readonly Line[]; text: string }> {
  const running = startCommand(args, environment);
  const code = await running.exit;
  return { code, lines: running.lines, text: running.text() };
}
