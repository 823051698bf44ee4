// The entry: everything else is reached through the command line.
import { main } from './cli/program.ts';

process.exitCode = await main(process.argv);
