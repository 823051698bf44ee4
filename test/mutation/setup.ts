// Drawn inputs are the same for every mutant, and end when they have had their chance: a verdict must not
// be a gamble, and a mutant that lives must not take seconds to show it.
import fc from 'fast-check';

fc.configureGlobal({ seed: 1, interruptAfterTimeLimit: 400 });
