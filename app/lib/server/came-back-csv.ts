/** Contacts that would be billed as resolved and came back, as CSV that no spreadsheet runs. Pure. */
import type { CameBackRow } from '#queries/queries.server';
import { csvCell } from './measurement-csv';

const COLUMNS = {
	source: 'source',
	id: 'id',
	customer_id: 'customerId',
	intent: 'intent',
	channel: 'channel',
	market: 'market',
	language: 'language',
	closed_at: 'closedAt',
	resolved_at: 'resolvedAt',
	counted_at: 'countedAt',
	came_back_at: 'cameBackAt',
	hours_after: 'hoursAfter',
	same_conversation: 'sameConversation',
	next_source: 'nextSource',
	next_id: 'nextId',
	next_channel: 'nextChannel',
	next_path: 'nextPath'
} as const satisfies Record<string, keyof CameBackRow>;

export function cameBackCsv(rows: readonly CameBackRow[]): string {
	const lines = rows.map((row) =>
		Object.values(COLUMNS).map((key) => {
			const value = row[key];
			return csvCell(typeof value === 'boolean' ? (value ? 'yes' : 'no') : value);
		})
	);
	return [Object.keys(COLUMNS), ...lines].map((line) => line.join(',')).join('\n');
}
