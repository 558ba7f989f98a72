/**
 * Message arrays as the Chat Completions API takes and stores them (roles system, developer, user, assistant, tool),
 * one conversation an object with `messages` or a bare list. Pure.
 * Format: https://platform.openai.com/docs/api-reference/chat (messages, tool_calls with `function.arguments` as JSON
 * text, results by `tool_call_id`); legacy `function_call` is read too.
 * The format has no ids, users or times of its own: they are read where a log adds them. A conversation without an id
 * is called by the digest of its messages.
 */
import { REFUSAL } from '../limits';
import { entries, isJson } from './documents';
import sql from './openai-messages.sql?raw';
import { phrased } from './sql-phrases';
import type { Source } from './source';

const relation = (fileName: string, numbered: boolean) =>
	phrased(sql, {
		refused: REFUSAL,
		entries: entries({ fileName, numbered }, ['$.conversations', '$.data'], `json_exists(doc, '$[0].role')`)
	});

export const openaiMessages: Source = {
	name: 'openai-messages',
	title: 'OpenAI-style messages',
	description: 'Message arrays with tool calls, as chat models take them: JSON or NDJSON.',
	accepts: isJson,
	recognises: (head) =>
		/"role"\s*:\s*"(user|assistant|system|developer|tool)"/.test(head) &&
		/^\s*(\[\s*)*\{/.test(head) &&
		!/"(traj|simulations|resourceSpans|resourceLogs|observations|sessionId)"\s*:/.test(head),
	documents: true,
	mayLack: ['customer_id', 'started_at'],
	batches: () => true,
	select: (fileName) => `SELECT json, file_no FROM (${relation(fileName, false)})`,
	numbered: (fileName) => relation(fileName, true)
};
