/**
 * OpenTelemetry GenAI spans and log records as OTLP JSON (one export a document or a line, as the collector's file
 * exporter writes them), grouped into conversations over all spans of a delivery. Pure.
 * Pinned: semantic conventions for generative AI 1.37
 * (open-telemetry/semantic-conventions v1.37.0 docs/gen-ai/gen-ai-spans.md, gen-ai-events.md), with
 * `gen_ai.evaluation.result` as of 1.38; of 1.36 and before, the events gen_ai.user.message, gen_ai.assistant.message,
 * gen_ai.choice, and gen_ai.content.prompt and .completion.
 * A conversation is a `gen_ai.conversation.id` (else `session.id`); a trace without one is its own.
 * Refuses spans without message content and messages as nested attribute values.
 */
import { REFUSAL } from '../limits';
import { entries, isJson } from './documents';
import sql from './otel-genai.sql?raw';
import type { Source } from './source';
import { phrased } from './sql-phrases';

export const OTEL_CONVENTIONS = '1.37';

const relation = (fileName: string) =>
	phrased(sql, { refused: REFUSAL, entries: entries({ fileName, numbered: true }, []) });

export const otelGenai: Source = {
	name: 'otel-genai',
	title: 'OpenTelemetry GenAI',
	description: `Spans of AI agents as OTLP JSON, GenAI conventions ${OTEL_CONVENTIONS}.`,
	accepts: isJson,
	recognises: (head) => /"(resourceSpans|resourceLogs)"\s*:/.test(head),
	documents: true,
	together: true,
	mayLack: ['customer_id'],
	batches: () => true,
	select: (fileName) => `SELECT json, file_no FROM (${relation(fileName)})`,
	numbered: relation
};
