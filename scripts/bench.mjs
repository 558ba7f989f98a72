/** `npm run bench`: builds and runs the benchmarks. Arguments go to them. */
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root, run } from './steps.mjs';

ensureInstalled();
const built = ensureBuilt('cli');
process.exitCode =
	built && run(process.execPath, [join(root, 'build/cli/bench.js'), ...process.argv.slice(2)]) ? 0 : 1;
