/**
 * Zendesk Support: tickets, comments, audits, conversation logs, users, metrics and satisfaction as its API gives them,
 * and the tables that Fivetran keeps of it. A ticket is put together from all its pieces in a delivery. Pure.
 * Format: https://developer.zendesk.com/api-reference/ticketing/tickets/tickets, /ticket_audits, /ticket_comments,
 * /conversation_log, ticket-management/satisfaction_ratings ('offered' and 'unoffered' are no scores) and
 * /csat_survey_responses; fivetran/dbt_zendesk for the tables, whose times are UTC.
 * Good and bad are a scale of two. Refuses tickets without their comments, and comments by a user of unknown role.
 */
import { ABOUT, REFUSAL } from '../limits';
import { bare, entries, isJson } from './documents';
import type { Source } from './source';
import { phrased } from './sql-phrases';
import sql from './zendesk.sql?raw';

const LISTS = [
	'tickets',
	'comments',
	'audits',
	'users',
	'satisfaction_ratings',
	'survey_responses',
	'ticket_metrics',
	'events'
];

const api = (fileName: string) =>
	phrased(sql, {
		refused: REFUSAL,
		about: ABOUT,
		entries: entries(
			{ fileName, numbered: true },
			// The events of an audit are its own, not a page.
			LISTS.map((name) => `$.${name}`),
			'false',
			`json_exists(page, '$.ticket_id') OR json_exists(page, '$.requester_id')`
		)
	});

/** Empty cells are null; every cell is text. */
const ROWS = `read_csv($files, all_varchar = true, header = true, delim = ',', quote = '"', escape = '"', nullstr = '', null_padding = true, strict_mode = false, union_by_name = true, filename = true, max_line_size = 33554432, parallel = false)`;
const tables = phrased(sql, {
	refused: REFUSAL,
	about: ABOUT,
	entries: `SELECT list_position($files, filename) AS file_no, row_number() OVER (PARTITION BY filename) + 1 AS line, json AS entry, json::VARCHAR AS raw
		FROM (SELECT filename, to_json(c) AS json FROM ${ROWS} c)
		WHERE coalesce(json->>'$.ticket_id', json->>'$.requester_id', json->>'$.role') IS NOT NULL
			AND coalesce(json->>'$.requester_id', json->>'$.body', json->>'$.field_name', json->>'$.role') IS NOT NULL`
});

export const zendesk: Source = {
	name: 'zendesk',
	title: 'Zendesk',
	description: 'Tickets with comments, audits, users and satisfaction of the Zendesk API: JSON or NDJSON.',
	accepts: isJson,
	recognises: (head) =>
		/"(requester_id|audits|satisfaction_ratings|survey_responses|ticket_metrics|previous_value|only_private_comments)"\s*:|zendesk\.com\/api\/v2/.test(
			head
		) && !/"event"\s*:/.test(head),
	documents: true,
	together: true,
	mayLack: [],
	batches: () => true,
	select: (fileName) => `SELECT json, file_no FROM (${api(fileName)})`,
	numbered: api
};

export const zendeskTables: Source = {
	name: 'zendesk-tables',
	title: 'Zendesk tables',
	description:
		'Tables of Zendesk as Fivetran keeps them, a folder of CSV files: ticket, ticket_comment, user and more.',
	accepts: (fileName) => bare(fileName).endsWith('.csv'),
	recognises: (head) =>
		/^[^\n]*_fivetran_synced[^\n]*/.test(head) &&
		/^[^\n]*\b(ticket_id|requester_id|only_private_comments)\b/.test(head),
	together: true,
	mayLack: [],
	batches: () => true,
	select: () => `SELECT json, file_no FROM (${tables})`,
	numbered: () => tables
};
