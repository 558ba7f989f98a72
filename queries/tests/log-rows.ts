/** Puts hand-written rows straight into the log, for tests. Touches the database. Times are ISO strings. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWarehouse, type Warehouse } from '../../warehouse/warehouse.server';
import type { IntentPolicy } from '../facts/refresh.server';

export interface LogRow {
	id: string;
	[column: string]: string | number | boolean | null;
}

export const policy: IntentPolicy = {
	hash: 'test',
	intents: [
		{ intent: 'order_status', family: 'order', tier: 'A' },
		{ intent: 'order_late', family: 'order', tier: 'A' },
		{ intent: 'refund', family: 'refund', tier: 'B' }
	],
	rules: [{ intent: 'refund', tools: ['issue_refund'], words: ['money back'] }]
};

export const openScratch = () => openWarehouse(join(mkdtempSync(join(tmpdir(), 'plimsoll-')), 'q.duckdb'));

let nextKey = 1;

const DEFAULTS = {
	source: 'canonical',
	ingest_id: 1,
	content_hash: 1,
	segment: 'none',
	segment_row: 0,
	text_message_count: 2,
	customer_message_count: 1,
	bot_message_count: 1,
	agent_message_count: 0,
	ai_drafted_count: 0,
	tool_call_count: 0,
	tool_error_count: 0,
	customer_tool_call_count: 0,
	handed_off: false
};

/** Column names come from the test's own source; values that start with `[` are SQL lists. */
export async function addConversations(
	warehouse: Warehouse,
	rows: readonly LogRow[],
	ingestId = 1
): Promise<void> {
	await warehouse.write(async (session) => {
		await session.run(
			`INSERT INTO log.ingest VALUES (${ingestId}, 'canonical', 'f', 0, now(), now(), 0, 0, 0, 0, NULL)`
		);
		const all = rows.map((row) => ({
			conversation_key: nextKey++,
			...DEFAULTS,
			ingest_id: ingestId,
			...row
		}));
		for (const row of all) {
			const literal = (v: unknown) =>
				v === null ? 'NULL' : typeof v !== 'string' ? String(v) : v.startsWith('[') ? v : `'${v}'`;
			await session.run(
				`INSERT INTO log.conversation (${Object.keys(row).join(', ')}) VALUES (${Object.values(row).map(literal).join(', ')})`
			);
		}
	});
}
