/**
 * `npm run bench -- [NAME...] [--conversations N] [--repeats N]`. Reads and writes a temporary folder.
 * `npm run bench -- stoploss [--scale N]` has arguments of its own. A benchmark is added by one entry in a table below.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { runPart, type Benchmark } from './benchmark';
import { ingestBenchmark } from './ingest';
import { scorecardBenchmark } from './scorecard';
import { sourcesBenchmark } from './sources';
import { benchStoploss } from './stoploss';

const BENCHMARKS: readonly Benchmark[] = [ingestBenchmark, sourcesBenchmark, scorecardBenchmark];

/** Benchmarks that take their own arguments and return an exit code; they run when they are named. */
const OWN: Readonly<Record<string, (args: readonly string[]) => number>> = { stoploss: benchStoploss };

async function machine(): Promise<string> {
	const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
	const version = (await duckdb.runAndReadAll('SELECT version()')).getRows()[0]?.[0];
	return `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${(totalmem() / 2 ** 30).toFixed(0)} GB RAM, Node ${process.version}, DuckDB ${String(version)}`;
}

async function main(): Promise<void> {
	if (await runPart(process.argv.slice(2), BENCHMARKS)) return;
	const own = OWN[process.argv[2] ?? ''];
	if (own) {
		process.exitCode = own(process.argv.slice(3));
		return;
	}
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			conversations: { type: 'string', default: '200000' },
			repeats: { type: 'string', default: '3' }
		}
	});
	const conversations = Number(values.conversations);
	const repeats = Number(values.repeats);
	if (!(conversations >= 1 && repeats >= 1))
		throw new Error('--conversations and --repeats take numbers from 1.');
	const unknown = positionals.find((name) => !BENCHMARKS.some((one) => one.name === name));
	if (unknown !== undefined) {
		throw new Error(
			`No benchmark '${unknown}'. There are: ${[...BENCHMARKS.map((one) => one.name), ...Object.keys(OWN)].join(', ')}.`
		);
	}
	console.log(await machine());
	for (const benchmark of BENCHMARKS) {
		if (positionals.length > 0 && !positionals.includes(benchmark.name)) continue;
		console.log(`\n${benchmark.name}: ${benchmark.title}`);
		const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-'));
		try {
			await benchmark.run({ folder, conversations, repeats });
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	}
}

main().catch((error: unknown) => {
	console.error(`bench: ${(error as Error).message}`);
	process.exitCode = 2;
});
