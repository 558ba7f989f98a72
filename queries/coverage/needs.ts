/**
 * What each metric needs of a log, and so what a source allows. Pure.
 *
 * A field is either said of every contact (a customer, a resolve), and then the share of contacts that have it
 * matters; or it is something that happens to some (a rating, a refund), and then it is enough that the source ever
 * says it. A metric is `off` when a field that it needs is never there, `degraded` when a field is there for too few
 * contacts or one that sharpens it is missing, else `available`.
 */
import { METRICS, type MetricName } from '../../warehouse/vocabulary';

export type FieldKind = 'every contact' | 'where it happens';

interface FieldNeed {
	title: string;
	kind: FieldKind;
	/** What to send, in the words of the canonical record. */
	add: string;
}

export const FIELDS = {
	started_at: { title: 'start of the conversation', kind: 'every contact', add: 'started_at' },
	customer_id: { title: 'customer id', kind: 'every contact', add: 'customer_id, the same on every channel' },
	resolved_at: { title: 'time of the resolve', kind: 'every contact', add: 'resolved_at' },
	intent: {
		title: 'intent',
		kind: 'every contact',
		add: 'intent, or rules for it in the policy (intent_map)'
	},
	intent_confidence: {
		title: 'confidence in the intent',
		kind: 'every contact',
		add: 'intent_confidence, 0 to 1'
	},
	message_times: { title: 'times of messages', kind: 'every contact', add: 'messages[].at' },
	bot_replies: { title: 'replies of the bot', kind: 'where it happens', add: 'messages with the role bot' },
	human_replies: {
		title: 'public replies of people',
		kind: 'where it happens',
		add: 'messages with the role agent'
	},
	rating: {
		title: 'rating',
		kind: 'where it happens',
		add: 'rating.score with its scale, or rating records later'
	},
	rating_unanswered: {
		title: 'surveys without an answer',
		kind: 'where it happens',
		add: 'rating.asked_at, also for customers who did not answer'
	},
	person_requested: {
		title: 'request for a person',
		kind: 'where it happens',
		add: 'escalation.reason: customer_request, with escalation.needed_at; else it is read from words (signals.person_request)'
	},
	escalation_time: {
		title: 'time when a person was needed',
		kind: 'where it happens',
		add: 'escalation.needed_at or escalation.handed_off_at'
	},
	human_reply_time: {
		title: 'time of the first human reply',
		kind: 'where it happens',
		add: 'escalation.engaged_at, or messages[].at of agents'
	},
	handoff_parts: { title: 'parts of the handoff', kind: 'where it happens', add: 'escalation.handoff_parts' },
	re_asked: { title: 're-ask after a handoff', kind: 'where it happens', add: 'escalation.re_asked' },
	tool_calls: { title: 'tool calls', kind: 'where it happens', add: 'tool_calls with their outcome' },
	refunds: { title: 'refunds', kind: 'where it happens', add: 'refunds with amount_minor and currency' },
	refund_decided_by: {
		title: 'who decided a refund',
		kind: 'where it happens',
		add: 'refunds[].decided_by and approved_by'
	},
	refund_audit: {
		title: 'audits of refunds',
		kind: 'where it happens',
		add: 'refunds[].audit_verdict, or refund_audit records later'
	},
	refund_audit_amount: {
		title: 'amounts of audited refunds',
		kind: 'where it happens',
		add: 'refunds[].amount_minor and correct_amount_minor'
	},
	complaints: {
		title: 'complaints',
		kind: 'where it happens',
		add: 'complaints, or complaint records later'
	},
	complaint_regulator: {
		title: 'complaints to a regulator',
		kind: 'where it happens',
		add: 'complaints[].regulator_facing, true or false'
	},
	ai_cost: { title: 'cost of AI', kind: 'where it happens', add: 'costs.ai, or cost records later' },
	human_minutes: { title: 'minutes of people', kind: 'where it happens', add: 'costs.human_minutes' }
} as const satisfies Record<string, FieldNeed>;
export type FieldName = keyof typeof FIELDS;

interface Need {
	/** Without one of these the metric is off. */
	needs: readonly FieldName[];
	/** Without one of these it counts less than it could. */
	better?: readonly FieldName[];
	/** One of these is enough. */
	oneOf?: readonly FieldName[];
}

const CSAT: Need = { needs: ['started_at', 'rating'] };
const BOUND: Need = {
	needs: ['started_at'],
	oneOf: ['rating', 'rating_unanswered'],
	better: ['rating', 'rating_unanswered']
};
const SURVEY: Need = { needs: ['started_at', 'rating_unanswered'], better: ['rating'] };
const RECONTACT: Need = { needs: ['started_at', 'customer_id', 'resolved_at'], better: ['intent'] };
const WAIT: Need = {
	needs: ['started_at', 'escalation_time'],
	better: ['human_reply_time', 'message_times']
};
const COST: Need = {
	needs: ['started_at'],
	oneOf: ['ai_cost', 'human_minutes'],
	better: ['ai_cost', 'human_minutes']
};

/** Reviewers read what the AI closed alone. */
const REVIEW: Need = { needs: ['started_at', 'bot_replies'] };

const NEEDS: Record<MetricName, Need> = {
	csat_top_box: CSAT,
	csat_mean: CSAT,
	csat_reply_rate: SURVEY,
	csat_if_silent_unhappy: BOUND,
	csat_if_silent_happy: BOUND,
	recontact_24h: RECONTACT,
	recontact_48h: RECONTACT,
	recontact_72h: RECONTACT,
	recontact_24_72h: RECONTACT,
	recontact_72h_any_intent: { needs: RECONTACT.needs },
	recontact_72h_estimate: RECONTACT,
	first_contact_resolution: RECONTACT,
	containment: { needs: ['started_at', 'bot_replies'], better: ['human_replies'] },
	bad_containment: {
		needs: ['started_at', 'bot_replies'],
		oneOf: ['customer_id', 'rating', 'complaints', 'escalation_time', 'refund_audit'],
		better: ['customer_id', 'rating', 'complaints', 'escalation_time', 'refund_audit']
	},
	durable_resolution: {
		needs: ['started_at', 'customer_id', 'resolved_at'],
		better: ['complaints', 'intent']
	},
	escalation_latency: WAIT,
	escalation_latency_business_hours: WAIT,
	escalation_within_limit: WAIT,
	escalation_abandonment: WAIT,
	human_out: { needs: ['started_at', 'person_requested'], better: ['human_reply_time'] },
	handoff_completeness: { needs: ['started_at', 'handoff_parts'] },
	re_ask_rate: { needs: ['started_at', 're_asked'] },
	refund_error_rate: { needs: ['started_at', 'refund_audit'] },
	refund_error_money: { needs: ['started_at', 'refund_audit', 'refund_audit_amount'] },
	refund_approval: { needs: ['started_at', 'refunds', 'refund_decided_by'] },
	complaint_rate: { needs: ['started_at', 'complaints'] },
	complaint_rate_regulator: { needs: ['started_at', 'complaint_regulator'] },
	time_to_resolution: { needs: ['started_at', 'resolved_at'] },
	cost_per_contact: COST,
	cost_per_durable_resolution: { ...COST, needs: ['started_at', 'customer_id', 'resolved_at'] },
	review_defect_rate: REVIEW,
	not_solved_by_review: REVIEW,
	review_score: REVIEW
};

/** Below this share a field that every contact should have leaves too many out. */
const ENOUGH = 0.95;

export type Availability = 'available' | 'degraded' | 'off';

export interface MetricCoverage {
	metric: MetricName;
	availability: Availability;
	/** Why it is not simply available; empty where it is. */
	reasons: string[];
	/** What to send to turn it on or to sharpen it. */
	add: string[];
}

export type FieldCounts = { contacts: number } & Record<FieldName, number>;

const percent = (share: number) => `${share > 0 && share < 0.01 ? 'under 1' : Math.floor(share * 100)} %`;

export function metricCoverage(counts: FieldCounts): MetricCoverage[] {
	const share = (field: FieldName) => (counts.contacts === 0 ? 0 : counts[field] / counts.contacts);
	return METRICS.map((metric) => {
		const { needs, better = [], oneOf = [] } = NEEDS[metric];
		const missing = needs.filter((field) => counts[field] === 0);
		const none = oneOf.length > 0 && oneOf.every((field) => counts[field] === 0);
		if (missing.length > 0 || none) {
			const lacking = [...missing, ...(none ? oneOf : [])];
			return {
				metric,
				availability: 'off' as const,
				reasons: [
					...missing.map((field) => `No ${FIELDS[field].title}.`),
					...(none ? [`None of: ${oneOf.map((field) => FIELDS[field].title).join(', ')}.`] : [])
				],
				add: lacking.map((field) => FIELDS[field].add)
			};
		}
		const thin = [...new Set([...needs, ...better])].filter(
			(field) => FIELDS[field].kind === 'every contact' && counts[field] > 0 && share(field) < ENOUGH
		);
		const absent = better.filter((field) => counts[field] === 0);
		return {
			metric,
			availability: thin.length + absent.length > 0 ? ('degraded' as const) : ('available' as const),
			reasons: [
				...thin.map(
					(field) => `Only ${percent(share(field))} of the contacts have it: ${FIELDS[field].title}.`
				),
				...absent.map((field) => `No ${FIELDS[field].title}.`)
			],
			add: [...thin, ...absent].map((field) => FIELDS[field].add)
		};
	});
}
