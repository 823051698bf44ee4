// The sources as text, for the tests that hold the architecture to its word.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';

/** Whether `path` is `layer`, or in it. */
export const within = (layer: string, path: string): boolean =>
  path === layer || path.startsWith(`${layer}/`);

/** The text without its comments. */
export const codeOf = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/[^\n]*/g, '$1');

/** Every form of import: static, bare, re-export, type, dynamic, require. */
export function targetsOf(text: string): string[] {
  const code = codeOf(text);
  const forms = [
    /^\s*(?:import|export)\b[^;'"]*?from\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
    /\bimport\(\s*['"]([^'"]+)['"]/g,
    /\brequire\(\s*['"]([^'"]+)['"]/g,
  ];
  return forms.flatMap((form) => [...code.matchAll(form)].map(([, target = '']) => target));
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

/** Every source file there is. */
export const files: readonly SourceFile[] = ['src', 'machines'].flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const path = join(root, name);
      const text = readFileSync(path, 'utf8');
      const imports = targetsOf(text).map((target) =>
        target.startsWith('.') ? join(dirname(path), target) : target,
      );
      return { path, text, imports };
    }),
);
