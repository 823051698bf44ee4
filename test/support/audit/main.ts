// The audit from the command line: prints every number it compared and every finding; exits 0 when clean,
// 1 with findings, 2 on wrong use.
import { parseArgs } from 'node:util';
import { audit } from './audit.ts';

const usage = 'usage: main.ts --rest URL --key KEY --secret SECRET --store FILE';

function read(): { rest: string; key: string; secret: string; store: string } | undefined {
  const text = { type: 'string' } as const;
  const options = { rest: text, key: text, secret: text, store: text };
  // Not strict: whatever else is asked for is answered with the usage.
  const { rest, key, secret, store } = parseArgs({ options, strict: false }).values;
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
  const isComplete = isText(rest) && isText(key) && isText(secret) && isText(store);
  return isComplete ? { rest, key, secret, store } : undefined;
}

async function main(): Promise<number> {
  const options = read();
  if (options === undefined) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const { comparisons, findings } = await audit(options);
  const width = Math.max(0, ...comparisons.map(({ name }) => name.length));
  for (const { name, expected, actual, agrees } of comparisons) {
    const numbers = agrees ? actual : `${actual}, expected ${expected}`;
    process.stdout.write(`${agrees ? 'ok  ' : 'BAD '} ${name.padEnd(width)}  ${numbers}\n`);
  }
  for (const { code, detail } of findings) process.stdout.write(`finding ${code}: ${detail}\n`);
  process.stdout.write(`${comparisons.length} numbers compared, ${findings.length} findings\n`);
  return findings.length === 0 ? 0 : 1;
}

process.exitCode = await main();
