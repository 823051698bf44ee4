// What a stream asks of REST: one question at a time, and of those that come up meanwhile the weightiest next.

/** The proof of one close; whether anything was missed in a silence; all that has closed since the last release. */
export type Question = 'proof' | 'probe' | 'repair';

const WEIGHT: Readonly<Record<Question, number>> = { proof: 1, probe: 2, repair: 3 };

export class Inquiry {
  readonly #answer: (question: Question) => Promise<void>;
  #next: Question | undefined;
  #isAsking = false;
  #isOver = false;

  /** `answer` asks, and deals with the answer; it does not throw. */
  constructor(answer: (question: Question) => Promise<void>) {
    this.#answer = answer;
  }

  ask(question: Question): void {
    if (this.#next === undefined || WEIGHT[question] > WEIGHT[this.#next]) this.#next = question;
    if (!this.#isAsking) void this.#askAll();
  }

  /** Whether that question comes next. */
  awaits(question: Question): boolean {
    return this.#next === question;
  }

  /** Nothing more is asked. */
  stop(): void {
    this.#isOver = true;
  }

  async #askAll(): Promise<void> {
    this.#isAsking = true;
    while (this.#next !== undefined && !this.#isOver) {
      const question = this.#next;
      this.#next = undefined;
      await this.#answer(question);
    }
    this.#isAsking = false;
  }
}
