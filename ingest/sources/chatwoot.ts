/**
 * Chatwoot (3 and 4): conversations, messages and CSAT responses as its API gives them, and its webhook events; a
 * conversation is put together from all its pieces in a delivery. Pure.
 * Format: https://developers.chatwoot.com/api-reference and, where it is silent, chatwoot/chatwoot
 * `app/views/api/v1/conversations/partials/_conversation.json.jbuilder`, `models/_message.json.jbuilder`,
 * `models/_csat_survey_response.json.jbuilder`, `app/presenters/conversations/event_data_presenter.rb`.
 * Refuses what would be read wrongly: conversations without their first messages (a list has only the last one), and
 * reporting events, whose `conversation_id` is not the number that every other piece goes by.
 */
import { ABOUT, REFUSAL } from '../limits';
import sql from './chatwoot.sql?raw';
import { entries, isJson } from './documents';
import type { Source } from './source';
import { phrased } from './sql-phrases';

/** Event by which the store of events says, in `reason`, why a conversation must not be read from what it has of it. */
export const HELD = 'plimsoll_held';

const relation = (fileName: string) =>
	phrased(sql, {
		refused: REFUSAL,
		about: ABOUT,
		held: HELD,
		entries: entries({ fileName, numbered: true }, ['$.payload', '$.data.payload', '$.data'])
	});

export const chatwoot: Source = {
	name: 'chatwoot',
	title: 'Chatwoot',
	description: 'Conversations, messages, CSAT responses and webhook events of Chatwoot: JSON or NDJSON.',
	accepts: isJson,
	recognises: (head) =>
		/"event"\s*:\s*"(message|conversation)_\w+"|"(contact_inbox|inbox_id|first_reply_created_at|message_type|feedback_message)"\s*:/.test(
			head
		),
	documents: true,
	together: true,
	mayLack: [],
	batches: () => true,
	select: (fileName) => `SELECT json, file_no FROM (${relation(fileName)})`,
	numbered: relation
};
