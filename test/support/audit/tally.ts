// Collects what the audit compares: agreements for the report, disagreements as findings.
import { equal, near, type Rational, show } from './rational.ts';
import type { Comparison, Finding, Report } from './statement.ts';

export class Tally {
  private readonly findings: Finding[] = [];
  private readonly comparisons: Comparison[] = [];

  object(code: string, detail: string): void {
    this.findings.push({ code, detail });
  }

  /** Expects two numbers to agree to the last decimal, or within a given distance. */
  compare(
    code: string,
    name: string,
    { expected, actual, within }: { expected: Rational; actual: Rational; within?: Rational },
  ): void {
    const agrees = within ? near(expected, actual, within) : equal(expected, actual);
    const texts = { expected: show(expected), actual: show(actual) };
    this.comparisons.push({ name, ...texts, agrees });
    if (!agrees) this.object(code, `${name}: expected ${texts.expected}, was ${texts.actual}`);
  }

  report(): Report {
    return { findings: this.findings, comparisons: this.comparisons };
  }
}
