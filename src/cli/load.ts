// Settings and configurations as commands need them: read, checked, and refused in words.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type DocumentResult, readDocument } from '../settings/document.ts';
import { describeProblem, type Problem } from '../settings/problem.ts';
import { checkSettings, readSettings, type Settings } from '../settings/settings.ts';
import { Failure, type Terminal, WrongUse } from './terminal.ts';

export const DEFAULT_SETTINGS_FILE = 'troupe.yaml';

/** The settings of a file; defaults where the default file does not exist. Throws `WrongUse`. */
export function loadSettings(file: string): Settings {
  const missing = !existsSync(file);
  if (missing && file !== DEFAULT_SETTINGS_FILE) {
    throw new WrongUse(`${file}: expected a settings file, was none`);
  }
  const result = missing ? checkSettings({}, file) : readSettings(readFileSync(file, 'utf8'), file);
  if (!result.ok) throw new WrongUse(result.problems.map(describeProblem).join('\n'));
  return result.settings;
}

/** A configuration file's good ones and problems. Throws `Failure` when there is no such file. */
export function loadDocument(path: string): DocumentResult {
  if (!existsSync(path)) throw new Failure(`${path}: expected a configuration file, was none`);
  return readDocument(readFileSync(path, 'utf8'), path);
}

/** Path of the configuration file, which is written relative to the settings file. */
export const configurationPath = (settings: Settings, settingsFile: string): string =>
  resolve(dirname(settingsFile), settings.configurations);

/** Says that a configuration does not run, and why. */
export function refuse(problem: Problem, { show, paint }: Terminal): void {
  const line = paint.warn(`✗ does not run: ${describeProblem(problem)}`);
  show({ type: 'configuration.refused', ...problem }, [line]);
}
