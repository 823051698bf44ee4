// Leaves the words of a bug alone: what an assertion says is for a person, and no test should pin it.
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

const speaks = ({ node }) =>
  node.isCallExpression() && node.get('callee').isIdentifier({ name: 'assert' });

const shouldIgnore = (path) => {
  const { parentPath } = path;
  if (parentPath?.node && speaks({ node: parentPath }) && path.key === 1) return 'words of a bug';
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'wording', { shouldIgnore })];
