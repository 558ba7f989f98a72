/**
 * Traces of Langfuse with their observations (`GET /api/public/traces/{id}`, or an export with `trace` and
 * `observations`), grouped by `sessionId`. Pure.
 * Format: https://langfuse.com/docs/api, and traces of six instrumentations. Each trace is one turn: the last message
 * of the user, the last answer; inner steps are not the customer's. Refuses traces whose input holds no such message.
 */
import { REFUSAL } from '../limits';
import { entries, isJson } from './documents';
import sql from './langfuse.sql?raw';
import type { Source } from './source';
import { phrased } from './sql-phrases';

const relation = (fileName: string) =>
	phrased(sql, { refused: REFUSAL, entries: entries({ fileName, numbered: true }, ['$.data', '$.traces']) });

export const langfuse: Source = {
	name: 'langfuse',
	title: 'Langfuse',
	description: 'Traces of Langfuse with their observations: JSON or NDJSON.',
	accepts: isJson,
	recognises: (head) => /"(parentObservationId|observations|observationId|sessionId)"\s*:/.test(head),
	documents: true,
	together: true,
	mayLack: ['customer_id'],
	batches: () => true,
	select: (fileName) => `SELECT json, file_no FROM (${relation(fileName)})`,
	numbered: relation
};
