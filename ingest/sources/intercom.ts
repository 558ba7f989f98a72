/**
 * Intercom conversations as its API gives them (2.11 and later): one, a page, a search or NDJSON of them. Pure.
 * Format: https://developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations/conversation and
 * intercom/Intercom-OpenAPI `descriptions/2.15/api.intercom.io.yaml`. A rating's `created_at` is when it was
 * requested, its `updated_at` when it was given; `ai_agent.source_type` `fin_preview` is somebody trying Fin out.
 * Refuses a conversation without its parts: as a list gives it, nobody could say who replied.
 */
import { ABOUT, REFUSAL } from '../limits';
import { entries, isJson } from './documents';
import sql from './intercom.sql?raw';
import { phrased } from './sql-phrases';
import type { Source } from './source';

const relation = (fileName: string, numbered: boolean) =>
	phrased(sql, {
		refused: REFUSAL,
		about: ABOUT,
		entries: entries({ fileName, numbered }, ['$.conversations', '$.data'])
	});

export const intercom: Source = {
	name: 'intercom',
	title: 'Intercom',
	description: 'Conversations with their parts, as the Intercom API gives them: JSON or NDJSON.',
	accepts: isJson,
	recognises: (head) => /"type"\s*:\s*"conversation(\.list|_part)?"|"conversation_parts"\s*:/.test(head),
	documents: true,
	mayLack: [],
	batches: () => true,
	select: (fileName) => `SELECT json, file_no FROM (${relation(fileName, false)})`,
	numbered: (fileName) => relation(fileName, true)
};
