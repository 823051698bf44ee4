// Leaves the words of a bug alone: what an assertion says is for a person, and no test should pin it.

/** Babel's path of the message in `assert(condition, message)`, or of the `what` of `unreachable`. */
const shouldIgnore = ({ parentPath, key, listKey }) => {
  const call = parentPath?.node;
  const isMessage = listKey === 'arguments' && key === 1 && call?.type === 'CallExpression';
  if (isMessage && ['assert', 'unreachable'].includes(call.callee.name)) return 'words of a bug';
  return undefined;
};

export const strykerPlugins = [{ kind: 'Ignore', name: 'wording', value: { shouldIgnore } }];
