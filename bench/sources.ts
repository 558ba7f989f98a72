/**
 * Every source against canonical records, by size: the same conversations as other products export them, through the
 * whole ingest. Touches a temporary folder.
 */
import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { benchStories } from '../fixtures/bench-file.server';
import { FOREIGN, FOREIGN_HEAD } from '../fixtures/foreign';
import type { ConversationRecord } from '../ingest/canonical';
import { ingest } from '../ingest/ingest.server';
import { openWarehouse } from '../warehouse/warehouse.server';
import { alternate, line, median, type Benchmark, type Part } from './benchmark';

const NOW = '2030-01-01T00:00:00Z';
const CANONICAL = 'canonical';
const CHUNK = 1000;

const product: Part = async ({ file, source, database }, clock) => {
	const warehouse = await openWarehouse(database!);
	return clock(async () => {
		const report = await ingest(warehouse, { inputs: [file!], source: source!, now: NOW });
		await warehouse.close();
		if (report.quarantined > 0 || report.files.some(({ error }) => error !== null))
			throw new Error(JSON.stringify(report.files[0]?.error ?? report.quarantine[0]));
		return report.accepted;
	});
};

async function write(path: string, source: string, pool: readonly ConversationRecord[], count: number) {
	const file = await open(path, 'w');
	const lines = (all: readonly unknown[]) => all.map((one) => `${JSON.stringify(one)}\n`).join('');
	await file.writeFile(lines(FOREIGN_HEAD[source] ?? []));
	for (let start = 0; start < count; start += CHUNK) {
		let chunk = '';
		for (let at = start; at < Math.min(start + CHUNK, count); at++) {
			const story = pool[at % pool.length]!;
			const record = { ...story, id: `b-${at}`, customer_id: `k-${at}` };
			chunk += lines(source === CANONICAL ? [record] : FOREIGN[source]!(record, at));
		}
		await file.writeFile(chunk);
	}
	await file.close();
}

export const sourcesBenchmark: Benchmark = {
	name: 'sources',
	title: 'other formats against canonical records, by size',
	parts: Object.fromEntries([CANONICAL, ...Object.keys(FOREIGN)].map((source) => [source, product])),
	async run({ folder, conversations, repeats }) {
		const pool = benchStories();
		const files: Record<string, string> = {};
		for (const source of [CANONICAL, ...Object.keys(FOREIGN)]) {
			files[source] = join(folder, `${source}.ndjson`);
			await write(files[source], source, pool, conversations);
		}
		let round = 0;
		const found = await alternate(
			'sources',
			repeats,
			Object.fromEntries(
				Object.entries(files).map(([source, file]) => [
					source,
					() => ({ file, source, database: join(folder, `${round++}.duckdb`) })
				])
			)
		);
		const perMegabyte = (source: string) =>
			median(found[source]!.map(({ seconds }) => seconds)) / (statSync(files[source]!).size / 1e6);
		console.log(`  ${conversations.toLocaleString('en')} conversations of 8 messages in each format`);
		for (const [source, file] of Object.entries(files)) {
			for (const { found: rows } of found[source]!)
				if (rows !== conversations) throw new Error(`${source}: ${rows} rows instead of ${conversations}.`);
			const ratio = perMegabyte(source) / perMegabyte(CANONICAL);
			console.log(
				`${line(`${source}, ${(statSync(file).size / 1e6).toFixed(0)} MB`, found[source]!)}  ${ratio.toFixed(2)} of canonical by size (aim: at most 2.00)`
			);
		}
	}
};
