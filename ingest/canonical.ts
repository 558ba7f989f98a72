/**
 * The canonical record: what every source is turned into and what users may send as it is. Pure.
 *
 * One conversation (episode) a line of NDJSON, snake_case as stored. Everything but `id`, `customer_id`,
 * `started_at` and one message may be missing, and missing is never zero. Side feeds that arrive later
 * (`rating`, `refund_audit`, `complaint`, `cost`) are small records of their own, by `conversation_id`.
 * Times are RFC 3339 with an offset; money is in minor units (cents) of `currency`.
 * The JSON Schema in `docs/` and at `/api/schema/conversation.json` is generated from here, and a test holds
 * the DuckDB parser (`record-sql.ts`) against it field by field.
 */
import { z } from 'zod';
import {
	AUDIT_VERDICTS,
	DECIDERS,
	ESCALATION_REASONS,
	HANDOFF_PARTS,
	INITIATORS,
	OUTCOME_JUDGES,
	ROLES,
	STATUSES,
	TOOL_OUTCOMES
} from '../warehouse/vocabulary';

/** The version of the canonical record that this program writes; it reads this one and refuses newer ones. */
export const SCHEMA_VERSION = 1;

const time = z.iso.datetime({ offset: true });
const text = z.string();
const name = z.string().min(1);
const money = z.int();
const auditProbability = z
	.number()
	.gt(0)
	.max(1)
	.optional()
	.describe('Chance with which this refund was drawn for audit; missing where every refund had the same.');
const currency = z.string().regex(/^[A-Z]{3}$/);
const schemaVersion = z
	.literal(SCHEMA_VERSION)
	.default(SCHEMA_VERSION)
	.describe('Version of this record format.');

export const messageSchema = z.object({
	at: time.optional().describe('When it was sent.'),
	role: z.enum(ROLES).describe('Who sent it.'),
	text: text.optional(),
	sentiment: z.number().min(-1).max(1).optional().describe('-1 very negative to 1 very positive.'),
	public: z
		.boolean()
		.optional()
		.describe('false for a note that the customer never saw; missing means public.'),
	ai_drafted: z.boolean().optional().describe('true when AI wrote the draft that a person sent.')
});

export const toolCallSchema = z.object({
	at: time.optional(),
	name: name,
	arguments: z.record(z.string(), z.unknown()).optional(),
	outcome: z.enum(TOOL_OUTCOMES).optional(),
	error: text.optional().describe('What went wrong, as the tool said it.'),
	actor: z.enum(ROLES).optional().describe('Who called the tool; missing means the bot.')
});

export const escalationSchema = z.object({
	needed_at: time.optional().describe('Earliest of explicit request, policy trigger and handoff.'),
	reason: z.enum(ESCALATION_REASONS).optional(),
	handed_off_at: time.optional().describe('When the bot handed over; missing when it never did.'),
	engaged_at: time
		.optional()
		.describe('When a person took over (first public reply); missing when none did.'),
	abandoned_at: time.optional().describe('When the waiting customer left.'),
	handoff_parts: z.array(z.enum(HANDOFF_PARTS)).optional(),
	re_asked: z
		.boolean()
		.optional()
		.describe('true when the person asked for what the customer had given already; missing means unknown.')
});

export const refundSchema = z.object({
	id: name.optional(),
	at: time.optional(),
	amount_minor: money.optional(),
	currency: currency.optional(),
	decided_by: z.enum(DECIDERS).optional(),
	approved_by: name.optional().describe('The person who approved it; missing when nobody did.'),
	audit_verdict: z.enum(AUDIT_VERDICTS).optional(),
	audited_at: time.optional(),
	correct_amount_minor: money.optional(),
	audit_probability: auditProbability
});

const rating = {
	score: z
		.number()
		.min(1)
		.optional()
		.describe('1 to scale. Missing when the customer was asked and stayed silent.'),
	scale: z.int().min(2).max(10).default(5).describe('Highest score; the lowest is 1.'),
	asked_at: time.optional(),
	answered_at: time.optional()
};
/** JSON Schema can't compare two fields, so the published schema says it in words and the parser holds to it. */
const withinScale = ({ score, scale }: { score?: number | undefined; scale: number }) =>
	score === undefined || score <= scale;
const ABOVE = { path: ['score'], message: 'is above its scale' };
export const ratingSchema = z.object(rating).refine(withinScale, ABOVE);

export const complaintSchema = z.object({
	id: name.optional(),
	at: time,
	regulator_facing: z.boolean().optional()
});

export const outcomeSchema = z.object({
	solved: z.boolean(),
	by: z.enum(OUTCOME_JUDGES).optional(),
	at: time.optional()
});

export const costsSchema = z.object({
	ai: z.number().min(0).optional().describe('Cost of AI, in units (not minor units) of the currency.'),
	currency: currency.optional(),
	human_minutes: z.number().min(0).optional()
});

export const conversationSchema = z
	.object({
		record: z.literal('conversation').default('conversation'),
		schema_version: schemaVersion,
		id: name.describe('Unique within its source.'),
		thread_id: name
			.optional()
			.describe('Shared by the episodes of one ticket or thread, follow-ups included.'),
		merged_into: name
			.optional()
			.describe('Id of the conversation that this one was merged into; it is then no contact of its own.'),
		customer_id: name,
		updated_at: time
			.optional()
			.describe('When the sending system last changed the record; newer replaces older.'),
		initiated_by: z.enum(INITIATORS).optional().describe('Missing means the customer.'),
		channel: name.optional(),
		language: name.optional(),
		market: name.optional(),
		customer_value: name.optional().describe('Value tier of the customer, such as standard or high.'),
		started_at: time.describe('First customer message.'),
		ended_at: time.optional(),
		resolved_at: time.optional(),
		status: z.enum(STATUSES).optional(),
		intent: name.optional(),
		intent_confidence: z.number().min(0).max(1).optional(),
		messages: z.array(messageSchema).min(1),
		tool_calls: z.array(toolCallSchema).optional(),
		escalation: escalationSchema.optional(),
		refunds: z.array(refundSchema).optional(),
		rating: ratingSchema.optional(),
		complaints: z.array(complaintSchema).optional(),
		outcome: outcomeSchema.optional(),
		costs: costsSchema.optional(),
		test_traffic: z
			.boolean()
			.optional()
			.describe('true for tests and internal traffic: counted, never measured.'),
		spam: z.boolean().optional().describe('true for spam: counted, never measured.')
	})
	.meta({
		id: 'conversation',
		title: 'Plimsoll conversation',
		description: 'One episode of customer support.'
	});

const sideFeed = {
	schema_version: schemaVersion,
	conversation_id: name,
	conversation_source: name.optional().describe('Source of the conversation; missing means canonical.'),
	updated_at: time.optional()
};

export const ratingRecordSchema = z
	.object({ record: z.literal('rating'), ...sideFeed, ...rating })
	.refine(withinScale, ABOVE);
export const refundAuditRecordSchema = z.object({
	record: z.literal('refund_audit'),
	...sideFeed,
	refund_id: name.optional().describe('Missing when the conversation has one refund.'),
	audit_verdict: z.enum(AUDIT_VERDICTS),
	audited_at: time.optional(),
	correct_amount_minor: money.optional(),
	audit_probability: auditProbability
});
export const complaintRecordSchema = z.object({
	record: z.literal('complaint'),
	...sideFeed,
	...complaintSchema.shape
});
export const costRecordSchema = z.object({ record: z.literal('cost'), ...sideFeed, ...costsSchema.shape });

/** A conversation as a person or program writes it (defaults may be left out). */
export type ConversationRecord = z.input<typeof conversationSchema>;
export type RatingRecord = z.input<typeof ratingRecordSchema>;
export type RefundAuditRecord = z.input<typeof refundAuditRecordSchema>;
export type ComplaintRecord = z.input<typeof complaintRecordSchema>;
export type CostRecord = z.input<typeof costRecordSchema>;
export type CanonicalRecord =
	ConversationRecord | RatingRecord | RefundAuditRecord | ComplaintRecord | CostRecord;
