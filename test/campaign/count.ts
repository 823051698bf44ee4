// How often what happened, under names of two parts: what a campaign prints, and what tells whether it
// reached what it was meant to reach.

export class Counts {
  readonly #sections = new Map<string, Map<string, number>>();

  /** What is counted as 0 is printed as well: it was looked for. */
  add(section: string, name: string, by = 1): void {
    const names = this.#sections.get(section) ?? new Map<string, number>();
    this.#sections.set(section, names.set(name, (names.get(name) ?? 0) + by));
  }

  addAll(other: Counts): void {
    for (const [section, names] of other.#sections) {
      for (const [name, count] of names) this.add(section, name, count);
    }
  }

  of(section: string, name: string): number {
    return this.#sections.get(section)?.get(name) ?? 0;
  }

  total(section: string): number {
    return [...(this.#sections.get(section)?.values() ?? [])].reduce((sum, one) => sum + one, 0);
  }

  /** A line a section, the most frequent first. */
  lines(): readonly string[] {
    return [...this.#sections].sort().map(([section, names]) => {
      const sorted = [...names].sort(([, one], [, other]) => other - one);
      return `${section}: ${sorted.map(([name, count]) => `${name} ${count}`).join(', ')}`;
    });
  }
}
