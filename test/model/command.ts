// How the models are tried: commands drawn by chance run against the real thing and against a small model
// written from the specification; each command compares what both did.
import fc from 'fast-check';

/** One command: what it is called in a failure's story, and what it does to both. */
export const command = <Model extends object, Real>(
  name: string,
  run: (model: Model, real: Real) => void,
  check: (model: Readonly<Model>) => boolean = () => true,
): fc.Command<Model, Real> => ({ check, run, toString: () => name });

export interface Trial {
  readonly runs: number;
  /** Commands of one story, at most. */
  readonly length: number;
}

/** Runs stories of `commands` on a fresh `setup`; `after` looks at both when a story is over. */
export function modelled<Model extends object, Real>(
  commands: fc.Arbitrary<fc.Command<Model, Real>>[],
  setup: () => { model: Model; real: Real },
  { runs, length }: Trial,
  after: (model: Model, real: Real) => void = () => {},
): void {
  fc.assert(
    fc.property(fc.commands(commands, { maxCommands: length, size: 'max' }), (story) => {
      const both = setup();
      fc.modelRun(() => both, story);
      after(both.model, both.real);
    }),
    { numRuns: runs },
  );
}
