/** Reproduces the "Agent trajectories" table of the shared REFERENCE.md from what ingest stored. */
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openWarehouse } from '../warehouse/warehouse.server';
import { ingest } from './ingest.server';

const shared = resolve(import.meta.dirname, '../../shared/data');

const FIGURES = `SELECT count(*) AS conv, sum(text_message_count) AS texts, sum(tool_call_count) AS calls,
	sum(tool_error_count) AS errors, count(*) FILTER (handed_off) AS transferred, count(*) FILTER (NOT handed_off) AS contained,
	count(*) FILTER (NOT outcome_solved) AS failed, count(*) FILTER (NOT outcome_solved AND NOT handed_off) AS bad,
	round(count(*) FILTER (NOT handed_off) / count(*), 4) AS containment,
	(SELECT count(*) FROM (SELECT unnest(tool_calls) AS t FROM read_parquet($segment)) WHERE t.actor = 'bot' AND t.name IN
		('cancel_reservation', 'send_certificate', 'cancel_pending_order', 'return_delivered_order_items', 'exchange_delivered_order_items')) AS money,
	round(count(*) FILTER (len(list_filter(refunds, lambda r: r.audit_verdict = 'wrong')) > 0) / nullif(count(*) FILTER (len(refunds) > 0), 0), 4) AS money_error_rate,
	round(sum(ai_cost), 4) AS cost,
	round(median(date_diff('microsecond', first_customer_at, first_bot_at) / 1e6), 3) AS first_response
	FROM log.conversation WHERE superseded_by IS NULL`;

const table = existsSync(shared)
	? readFileSync(join(shared, 'REFERENCE.md'), 'utf8')
			.split('\n')
			.filter((line) => /^\| tau2?-bench\//.test(line))
			.map((line) =>
				line
					.split('|')
					.slice(1, -1)
					.map((cell) => cell.trim())
			)
	: [];

describe.skipIf(table.length === 0)('agent trajectories', () => {
	it.each(table)('%s', async (file, ...cells) => {
		const warehouse = await openWarehouse(join(mkdtempSync(join(tmpdir(), 'plimsoll-')), 'reference.db'));
		const report = await ingest(warehouse, {
			inputs: [join(shared, `${file}.json.gz`)],
			source: 'agent-trajectories',
			now: '2026-01-01T00:00:00Z'
		});
		expect(report.files[0]?.error).toBeNull();
		expect(report.quarantine).toEqual([]);
		const [ingested] = await warehouse.all<{ segment: string }>('SELECT segment FROM log.ingest');
		const [row] = await warehouse.all<Record<string, number | null>>(FIGURES, {
			segment: join(warehouse.transcripts, ingested!.segment)
		});
		expect(Object.values(row!)).toEqual(cells.map((cell) => (cell === '-' ? null : Number(cell))));
		await warehouse.close();
	});
});
