// The one end of a run: a signal, a closed terminal, its time, or trouble. Whatever asks first gives the
// reason; a person who asks twice does not wait.
import { nodeTimers } from '../clock.ts';
import type { Terminal } from './terminal.ts';

export interface End {
  readonly reason: string;
  /** Exit code of the process. */
  readonly code: number;
}

/** Exit code of a run whose terminal was closed. */
export const HUNG_UP = 129;

/** One Ctrl-C may reach us twice: from the terminal, and from the npm that stands between. */
const echoMs = 400;

export class Ending {
  #resolve: (end: End) => void = () => {};
  #askedAt: number | undefined;
  readonly #asking = new AbortController();
  /** Aborted once the run is to end. */
  readonly signal = this.#asking.signal;
  /** Resolves once, when the run is to end. */
  readonly ended = new Promise<End>((resolve) => {
    this.#resolve = resolve;
  });

  end(reason: string, code: number): void {
    this.#resolve({ reason, code });
    this.#asking.abort();
  }

  /** Heeds signals, a reader that went away, and the time; the returned function stops that. */
  listen(terminal: Terminal, forMs: number | undefined, onHalt: () => void = () => {}): () => void {
    const handlers = {
      SIGINT: () => this.#asked('Ctrl-C', 130),
      SIGTERM: () => this.#asked('SIGTERM', 143),
      SIGHUP: () => this.end('the terminal was closed', HUNG_UP),
      SIGUSR2: onHalt,
    } as const;
    for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
    // A terminal that is gone shows itself by whichever comes first, the signal or the failed write.
    terminal.onGone(() => this.end('nobody reads the output', terminal.interactive ? HUNG_UP : 0));
    const cancel =
      forMs === undefined
        ? () => {}
        : nodeTimers.after(forMs, () => this.end(`after ${forMs / 1000} s, as asked`, 0));
    return () => {
      cancel();
      for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
    };
  }

  /** `code`: of a process that died of the signal, for who does not wait. */
  #asked(signal: string, code: number): void {
    const now = performance.now();
    this.#askedAt ??= now;
    if (now - this.#askedAt > echoMs) process.exit(code);
    this.end(signal, 0);
  }
}
