/** `npm run bench -- NAME [options]`: one benchmark by its name. Touches only stdout. */
import { benchStoploss } from './stoploss';

const BENCHMARKS: Readonly<Record<string, (args: readonly string[]) => number>> = { stoploss: benchStoploss };

const [name = '', ...args] = process.argv.slice(2);
const run = BENCHMARKS[name];
if (run) process.exitCode = run(args);
else {
	console.error(`Say which benchmark: npm run bench -- ${Object.keys(BENCHMARKS).join(' | ')}`);
	process.exitCode = 2;
}
