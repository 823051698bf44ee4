// Settings and configurations as commands need them: read, checked, and refused in words.
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type DocumentResult, readDocument } from '../settings/document.ts';
import { describeProblem, type Problem } from '../settings/problem.ts';
import { checkSettings, readSettings, type Settings } from '../settings/settings.ts';
import { Failure, type Terminal, WrongUse } from './terminal.ts';

export const DEFAULT_SETTINGS_FILE = 'troupe.yaml';

/** The settings of a file; defaults where the default file does not exist. Throws `WrongUse`. */
export function loadSettings(file: string): Settings {
  const text = textOf(file);
  if (text === undefined && file !== DEFAULT_SETTINGS_FILE) {
    throw new WrongUse(`${file}: expected a settings file, was none`);
  }
  const result = text === undefined ? checkSettings({}, file) : readSettings(text, file);
  if (!result.ok) throw new WrongUse(result.problems.map(describeProblem).join('\n'));
  return result.settings;
}

/** A plan of faults as it stands. Throws `WrongUse` when there is no such file. */
export function planText(path: string): string {
  const text = textOf(path);
  if (text === undefined) throw new WrongUse(`${path}: expected a plan of faults, was none`);
  return text;
}

/** A configuration file as it stands. Throws `Failure` when there is no such file. */
export function documentText(path: string): string {
  const text = textOf(path);
  if (text === undefined) {
    throw new Failure(
      `${path}: expected a configuration file, was none (\`troupe init\` writes an example)`,
    );
  }
  return text;
}

/** A configuration file's good ones and problems. Throws `Failure` when there is no such file. */
export const loadDocument = (path: string): DocumentResult =>
  readDocument(documentText(path), path);

const bytesMax = 80 * 1024 * 1024;

/** The text of a file; undefined when there is none. Throws `Failure` for what no person wrote. */
function textOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isFile()) throw new WrongUse(`${path}: expected a file, was something else`);
  if (found.size > bytesMax) throw new Failure(`${path}: expected a file of at most 80 MB`);
  return readFileSync(path, 'utf8');
}

/** Path of the configuration file, which is written relative to the settings file. */
export const configurationPath = (settings: Settings, settingsFile: string): string =>
  resolve(dirname(settingsFile), settings.configurations);

/** Says that a configuration does not run, and why. */
export function refuse(problem: Problem, { show, paint }: Terminal): void {
  const line = paint.warn(`✗ does not run: ${describeProblem(problem)}`);
  show({ type: 'configuration.refused', ...problem }, [line]);
}
