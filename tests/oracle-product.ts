/** Random logs through the product: files on disk, the real ingest, facts. Touches disk and a real database. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ingest } from '../ingest/ingest.server';
import { refreshFacts } from '../queries/queries.server';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.server';
import { NOW, policy } from './oracle-logs';
import type { Batch } from './oracle';

const TABLES = ['log.conversation', 'log.side_record', 'log.ingest', 'log.quarantine', 'fact.refreshed'];

export interface Product {
	warehouse: Warehouse;
	/** Forgets everything, then takes in the files one by one; facts are refreshed after each. */
	take(batches: readonly Batch[], runs?: readonly unknown[]): Promise<void>;
	/** Every fact as text, without the keys that only number the rows. */
	facts(): Promise<string[]>;
	/** Builds all facts anew. */
	rebuild(): Promise<void>;
	close(): Promise<void>;
}

export async function openProduct(): Promise<Product> {
	const folder = mkdtempSync(join(tmpdir(), 'plimsoll-oracle-'));
	const warehouse = await openWarehouse(join(folder, 'oracle.duckdb'));
	let builds = 0;
	return {
		warehouse,
		async take(batches, runs = []) {
			for (const table of TABLES) await warehouse.run(`DELETE FROM ${table}`);
			const run = { ...policy, hash: `run ${builds++}` };
			const swallow = async (name: string, text: string, source: string, records: number) => {
				const file = join(folder, name);
				writeFileSync(file, text);
				const report = await ingest(warehouse, { inputs: [file], source, now: NOW });
				const [found] = report.files;
				if (found?.error || report.quarantined > 0 || report.read !== records)
					throw new Error(`Not taken in: ${JSON.stringify(report)}`);
				await refreshFacts(warehouse, run);
			};
			for (const [at, records] of batches.entries()) {
				const text = records.map((record) => `${JSON.stringify(record)}\n`).join('');
				await swallow(`${at}.ndjson`, text, 'canonical', records.length);
			}
			if (runs.length > 0)
				await swallow('runs.json', JSON.stringify({ simulations: runs }), 'agent-trajectories', runs.length);
		},
		async facts() {
			const rows = await warehouse.all<{ fact: string }>(
				`SELECT to_json(e)::VARCHAR AS fact FROM (SELECT * EXCLUDE (conversation_key) FROM fact.episode) AS e ORDER BY source, id`
			);
			return rows.map((row) => row.fact);
		},
		async rebuild() {
			await refreshFacts(warehouse, { ...policy, hash: `rebuild ${builds++}` });
		},
		close: () => warehouse.close()
	};
}
