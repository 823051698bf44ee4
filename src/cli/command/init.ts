// `init`: a first settings file and example configurations.
import { existsSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { EXAMPLE_CONFIGURATIONS, EXAMPLE_SETTINGS } from '../example.ts';
import type { Bench } from '../program.ts';
import { Failure, type Terminal } from '../terminal.ts';

export function addInitCommand(program: Command, bench: Bench): void {
  program
    .command('init')
    .description('write troupe.yaml and example configurations')
    .action((_, command: Command) => bench.run(async () => init(bench.terminal(command))));
}

/** Writes both files or neither; what stands there is never overwritten. */
function init(terminal: Terminal): number {
  const files = { 'troupe.yaml': EXAMPLE_SETTINGS, 'configurations.json': EXAMPLE_CONFIGURATIONS };
  for (const file of Object.keys(files)) {
    if (existsSync(file)) {
      throw new Failure(`${file}: expected no such file yet; nothing was written`);
    }
  }
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(file, content, { flag: 'wx' });
  }
  terminal.show({ written: Object.keys(files) }, [
    'wrote troupe.yaml and configurations.json',
    'Next: `npm run -s troupe -- check`, then `npm run -s troupe -- run`',
  ]);
  return 0;
}
