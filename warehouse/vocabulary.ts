/**
 * Every vocabulary that is stored, spelled once. Pure; imports nothing.
 *
 * Each is a `const` array with its type derived from it; migrations put the same arrays into CHECK
 * constraints, schemas into enums, pages into pickers. A word that is not here can't be stored.
 */

export const ROLES = ['customer', 'bot', 'agent', 'system'] as const;
export type Role = (typeof ROLES)[number];

/** How an episode was handled; exclusive and exhaustive. */
export const PATHS = ['ai_only', 'escalated', 'human_only', 'abandoned'] as const;
export type Path = (typeof PATHS)[number];

/** Risk, not volume: A low, B medium, C high or emotional. `unassigned`: the policy names no tier for the intent. */
export const TIERS = ['A', 'B', 'C', 'unassigned'] as const;
export type Tier = (typeof TIERS)[number];

export const ROUTES = ['contain', 'assist', 'escalate'] as const;
export type Route = (typeof ROUTES)[number];

/** Why a stored conversation is never a contact. */
export const EXCLUSIONS = ['test_traffic', 'spam', 'merged', 'business', 'survey'] as const;
export type Exclusion = (typeof EXCLUSIONS)[number];

export const STATUSES = ['open', 'pending', 'resolved', 'closed'] as const;
export type Status = (typeof STATUSES)[number];

export const INITIATORS = ['customer', 'business', 'survey'] as const;
export type Initiator = (typeof INITIATORS)[number];

export const ESCALATION_REASONS = ['customer_request', 'policy', 'bot_handoff'] as const;
export type EscalationReason = (typeof ESCALATION_REASONS)[number];

/** The six parts that a handoff carries. */
export const HANDOFF_PARTS = [
	'transcript',
	'goal',
	'intent',
	'tool_calls',
	'summary',
	'next_action'
] as const;
export type HandoffPart = (typeof HANDOFF_PARTS)[number];

export const TOOL_OUTCOMES = ['ok', 'error'] as const;
export type ToolOutcome = (typeof TOOL_OUTCOMES)[number];

export const DECIDERS = ['bot', 'agent', 'policy'] as const;
export type Decider = (typeof DECIDERS)[number];

export const AUDIT_VERDICTS = ['right', 'wrong'] as const;
export type AuditVerdict = (typeof AUDIT_VERDICTS)[number];

/** Who says whether the customer's problem was solved. */
export const OUTCOME_JUDGES = ['customer', 'agent', 'bot', 'reviewer', 'audit', 'vendor', 'judge'] as const;
export type OutcomeJudge = (typeof OUTCOME_JUDGES)[number];

export const RECORD_KINDS = ['conversation', 'rating', 'refund_audit', 'complaint', 'cost'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

export const DIMENSIONS = [
	'path',
	'tier',
	'intent',
	'channel',
	'market',
	'language',
	'source',
	'customer_value'
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export const METRICS = [
	'csat_top_box',
	'csat_mean',
	'csat_reply_rate',
	'csat_if_silent_unhappy',
	'csat_if_silent_happy',
	'recontact_24h',
	'recontact_48h',
	'recontact_72h',
	'recontact_24_72h',
	'recontact_72h_any_intent',
	'recontact_72h_estimate',
	'first_contact_resolution',
	'containment',
	'bad_containment',
	'durable_resolution',
	'escalation_latency',
	'escalation_latency_business_hours',
	'escalation_within_limit',
	'escalation_abandonment',
	'human_out',
	'handoff_completeness',
	're_ask_rate',
	'refund_error_rate',
	'refund_error_money',
	'refund_approval',
	'complaint_rate',
	'complaint_rate_regulator',
	'time_to_resolution',
	'cost_per_contact',
	'cost_per_durable_resolution',
	'review_defect_rate',
	'not_solved_by_review',
	'review_score'
] as const;
export type MetricName = (typeof METRICS)[number];

/** Why an `ai_only` episode counts as badly contained; one row can show several. */
export const BAD_CONTAINMENT_SIGNALS = [
	'recontact_72h',
	'person_never_reached',
	'low_rating',
	'complaint_7d',
	'refund_error',
	'negative_close_after_rephrasing',
	'verdict_not_solved'
] as const;
export type BadContainmentSignal = (typeof BAD_CONTAINMENT_SIGNALS)[number];

export const MEASUREMENT_STATUSES = ['measured', 'thin', 'immature', 'absent'] as const;
export type MeasurementStatus = (typeof MEASUREMENT_STATUSES)[number];

export const FINDINGS = ['clear', 'watch', 'breach', 'undecided', 'blind'] as const;
export type Finding = (typeof FINDINGS)[number];

/** The life cycle of an alert. */
export const ALERT_STATES = [
	'inactive',
	'pending',
	'firing',
	'acknowledged',
	'mitigated',
	'resolved'
] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** What an alert can live through: a look at the data, a wish of a person, time alone, or other data for an old look. */
export const ALERT_EVENTS = [
	'observed',
	'acknowledged',
	'silenced',
	'unsilenced',
	'mitigated',
	'resolved',
	'elapsed',
	'evidence_restated'
] as const;
export type AlertEventKind = (typeof ALERT_EVENTS)[number];

/**
 * How an attempt stands. `sending` is written before the first byte leaves, so that a crash is seen; `failed` was
 * surely not taken, `unclear` may have been; `dead` is given up, and `gone` wants no more of us.
 */
export const DELIVERY_OUTCOMES = ['sending', 'delivered', 'failed', 'unclear', 'dead', 'gone'] as const;
export type DeliveryOutcome = (typeof DELIVERY_OUTCOMES)[number];

/** What a person, or a policy that opted in, said to a recommendation. */
export const DECISION_KINDS = ['approved', 'adjusted', 'declined'] as const;
export type DecisionKind = (typeof DECISION_KINDS)[number];

/** Where an intent stands after a rollback: at assist, back at contain under a tighter watch, or done with. */
export const ROLLBACK_STATES = ['rolled_back', 'probation', 'contained'] as const;
export type RollbackState = (typeof ROLLBACK_STATES)[number];

/** What a sampling plan can split its population by. */
export const STRATUM_DIMENSIONS = [
	'intent',
	'channel',
	'language',
	'market',
	'source',
	'confidence'
] as const;
export type StratumDimension = (typeof STRATUM_DIMENSIONS)[number];

/** What makes a conversation worth a reviewer's look more than another. */
export const RISK_SIGNALS = [
	'came_back',
	'low_rating',
	'complaint',
	'person_never_reached',
	'refund',
	'rephrased',
	'low_confidence',
	'tool_error'
] as const;
export type RiskSignal = (typeof RISK_SIGNALS)[number];

/** Why a conversation stands in a reviewer's queue; a reserve waits to replace one that can't be reviewed. */
export const SAMPLE_PARTS = ['random', 'risk', 'reserve'] as const;
export type SamplePart = (typeof SAMPLE_PARTS)[number];

export const SKIP_REASONS = [
	'unreadable',
	'wrong_language',
	'conflict_of_interest',
	'not_support',
	'deleted'
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** What is taken out of texts before they are stored. */
export const REDACTED = ['email', 'iban', 'card', 'phone', 'network'] as const;
export type RedactedKind = (typeof REDACTED)[number];

/** What is read from the words of customers where the log itself says nothing. */
export const DERIVED_SIGNALS = [
	'person_request',
	'dispute_language',
	'rephrasing',
	'negative_sentiment',
	're_ask'
] as const;
export type DerivedSignal = (typeof DERIVED_SIGNALS)[number];
/** As they are stored: that a person asked for nothing twice is known only where it was looked for. */
export const SIGNAL_FINDINGS = [...DERIVED_SIGNALS, 'no_re_ask'] as const;

/** How a sender of webhooks signs what it sends. */
export const WEBHOOK_SCHEMES = ['standard', 'chatwoot', 'intercom', 'zendesk'] as const;
export type WebhookScheme = (typeof WEBHOOK_SCHEMES)[number];

/** Formats that come by webhook. */
export const WEBHOOK_SOURCES = ['canonical', 'chatwoot', 'intercom', 'zendesk'] as const;
export type WebhookSource = (typeof WEBHOOK_SOURCES)[number];

/** What ops do about a flag. */
export const FLAG_EVENTS = ['answered', 'closed', 'reopened'] as const;
export type FlagEventKind = (typeof FLAG_EVENTS)[number];

/** What leaves the desk as a table of its own. */
export const REVIEW_EXPORTS = ['items', 'marks', 'comments', 'flags', 'disputes', 'skips'] as const;
export type ReviewExport = (typeof REVIEW_EXPORTS)[number];
