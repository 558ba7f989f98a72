/**
 * What each metric means, in one table: pages print it, `docs/metrics.md` is written from it, and every Measurement
 * names its version. Pure. A change of meaning raises the version and leaves the old one among `former`.
 */
import type { MetricName } from '../../warehouse/vocabulary';
import type { Measurement } from '../measurement';

/** What a metric is about; pages and documents list them in this order. */
export const GROUPS = [
	'satisfaction',
	'resolution',
	'automation',
	'people',
	'money',
	'complaints',
	'review'
] as const;
export type Group = (typeof GROUPS)[number];

/** A definition that is no longer counted by; cards published under it keep their numbers. */
export interface FormerVersion {
	version: number;
	/** The day it was replaced. */
	until: string;
	/** What the next version does otherwise, in one sentence. */
	changed: string;
}

export interface Definition {
	name: MetricName;
	/** As people say it. */
	title: string;
	version: number;
	/** Oldest first. */
	former: readonly FormerVersion[];
	group: Group;
	question: string;
	numerator: string;
	denominator: string;
	clock: string;
	/** When a row can no longer change. */
	maturity: string;
	exclusions: string;
	/** A small sum that shows it. */
	example: string;
	unit: Measurement['unit'];
	/** Which way is good; null where neither is by itself. */
	better: 'higher' | 'lower' | null;
}

const EXCLUDED = 'Test traffic, spam, merged conversations, business-initiated and survey messages';
const CLOCK = 'The week in which the contact closed, in the time zone of the account';

const REVIEWED =
	'Conversations of the population of the sampling plan (tier A, closed by the AI alone, unless review.yaml says otherwise)';
const REVIEWED_ALL = 'When all that were drawn are reviewed; a finished review can still be changed';
const NOT_IN_SAMPLE = `${EXCLUDED}; groups of the sample without any review, and weeks of which no sample was drawn`;

/** Of both costs. */
const MINUTES_OF_ANY_CURRENCY: FormerVersion = {
	version: 1,
	until: '2026-11-25',
	changed: 'Minutes of a contact in another currency than limits.currency have no known cost.'
};

const REQUESTS_BY_THE_LOG_ONLY: FormerVersion = {
	version: 1,
	until: '2026-11-25',
	changed:
		'A request for a person is also read from the words of the customer, where the log gives no reason.'
};

type Told = Omit<Definition, 'name' | 'version' | 'former' | 'clock' | 'exclusions'> &
	Partial<Pick<Definition, 'former' | 'exclusions'>>;

const define = (name: MetricName, told: Told): Definition => ({
	name,
	version: (told.former?.at(-1)?.version ?? 0) + 1,
	former: [],
	clock: CLOCK,
	exclusions: EXCLUDED,
	...told
});

const recontact = (
	name: MetricName,
	title: string,
	window: string,
	maturity: string,
	example: string
): Definition =>
	define(name, {
		title,
		group: 'resolution',
		question: 'Did customers have to come back?',
		numerator: `Resolved contacts followed by the same customer, same intent family, any channel, in ${window} after the resolve; a reopening counts`,
		denominator: 'Resolved contacts of known customers whose window has fully passed',
		maturity: `${maturity} after the resolve`,
		example,
		unit: 'share',
		better: 'lower'
	});

export const CATALOGUE: Record<MetricName, Definition> = {
	csat_top_box: define('csat_top_box', {
		title: 'CSAT',
		group: 'satisfaction',
		question: 'Are customers who answer satisfied?',
		numerator: 'Ratings in the top two boxes of five (at least three quarters of the scale)',
		denominator: 'Ratings answered within 7 days',
		maturity: '7 days',
		example: 'Ratings 5, 4, 4, 2: three of four, 75 %.',
		unit: 'share',
		better: 'higher'
	}),
	csat_mean: define('csat_mean', {
		title: 'CSAT mean',
		group: 'satisfaction',
		question: 'What is the average rating?',
		numerator: 'Sum of ratings, each mapped to 1 to 5',
		denominator: 'Ratings answered within 7 days',
		maturity: '7 days',
		example: 'Ratings 5, 4, 4, 2: 15 / 4 = 3.75.',
		unit: 'score',
		better: 'higher'
	}),
	csat_reply_rate: define('csat_reply_rate', {
		title: 'CSAT reply rate',
		group: 'satisfaction',
		question: 'How many of the customers who were asked answered?',
		numerator: 'Contacts with a rating within 7 days',
		denominator: 'Contacts that were asked for one, in sources that also record those who stayed silent',
		maturity: '7 days',
		example: '40 asked, 8 answered: 20 %.',
		unit: 'share',
		better: null
	}),
	csat_if_silent_unhappy: define('csat_if_silent_unhappy', {
		title: 'CSAT if the silent were unhappy',
		group: 'satisfaction',
		question: 'How low could satisfaction be, if every customer without a rating were unhappy?',
		numerator: 'Ratings in the top two boxes',
		denominator: 'All contacts of sources that have ratings',
		maturity: '7 days',
		example: '40 contacts, 8 ratings, 6 of them good: 6 / 40 = 15 %.',
		unit: 'share',
		better: 'higher'
	}),
	csat_if_silent_happy: define('csat_if_silent_happy', {
		title: 'CSAT if the silent were happy',
		group: 'satisfaction',
		question: 'How high could satisfaction be, if every customer without a rating were happy?',
		numerator: 'All contacts but those rated below the top two boxes',
		denominator: 'All contacts of sources that have ratings',
		maturity: '7 days',
		example: '40 contacts, 8 ratings, 6 of them good: 38 / 40 = 95 %.',
		unit: 'share',
		better: 'higher'
	}),
	recontact_24h: recontact(
		'recontact_24h',
		'Recontact within 24 h',
		'(0, 24 h]',
		'24 hours',
		'Of 10 resolved, one came back after 20 h: 10 %.'
	),
	recontact_48h: recontact(
		'recontact_48h',
		'Recontact within 48 h',
		'(0, 48 h]',
		'48 hours',
		'Of 10 resolved, two came back after 20 h and 47 h: 20 %.'
	),
	recontact_72h: recontact(
		'recontact_72h',
		'Recontact within 72 h',
		'(0, 72 h]',
		'72 hours',
		'A return at 71:59:59 counts, one at 72:00:01 does not.'
	),
	recontact_24_72h: recontact(
		'recontact_24_72h',
		'Recontact from 24 to 72 h',
		'[24 h, 72 h]',
		'72 hours',
		'A return at 20 h does not count here, one at 30 h does.'
	),
	recontact_72h_any_intent: define('recontact_72h_any_intent', {
		title: 'Recontact within 72 h, any intent',
		group: 'resolution',
		question: 'Did customers come back for whatever reason?',
		numerator:
			'Resolved contacts followed by the same customer in (0, 72 h] after the resolve, whatever the intent',
		denominator: 'Resolved contacts of known customers whose window has fully passed',
		maturity: '72 hours after the resolve',
		example: 'An order question, then a password reset two days later: counts here, not in recontact_72h.',
		unit: 'share',
		better: 'lower'
	}),
	recontact_72h_estimate: define('recontact_72h_estimate', {
		title: 'Recontact within 72 h, estimated',
		group: 'resolution',
		question: 'What will recontact within 72 h be, once the youngest contacts have had their time?',
		numerator: 'One minus the Kaplan-Meier survival at 72 hours',
		denominator:
			'Resolved contacts of known customers; those whose window is open count for as long as they were watched',
		maturity: 'None: it uses the open windows, and equals the plain rate once all are closed',
		example: 'See docs/metrics.md: eight contacts, one of them watched for 10 h only.',
		unit: 'share',
		better: 'lower'
	}),
	first_contact_resolution: define('first_contact_resolution', {
		title: 'First contact resolution',
		group: 'resolution',
		question: 'Was one contact enough?',
		numerator:
			'Issues whose first contact was resolved, with no other contact and no reopening within 7 days',
		denominator: 'Issues of known customers; the whole journey, AI and people',
		maturity: '7 days after the first contact',
		example: 'Chat, then a call two days later on the same order: one issue, not resolved at first contact.',
		unit: 'share',
		better: 'higher'
	}),
	durable_resolution: define('durable_resolution', {
		title: 'Durable resolution',
		group: 'resolution',
		question: 'How many were solved, and stayed solved?',
		numerator:
			'Contacts resolved, with no recontact or complaint in 7 days, and no reversal (refund error, verdict of a reviewer or audit), however late it is found',
		denominator: 'All contacts of known customers, resolved or not',
		maturity: '7 days after closing or the resolve, whichever is later',
		example: '10 contacts, 8 resolved, one of them came back on day 5: 7 / 10.',
		unit: 'share',
		better: 'higher'
	}),
	time_to_resolution: define('time_to_resolution', {
		title: 'Time to resolution',
		group: 'resolution',
		question: 'How long until it is resolved?',
		numerator: 'Last resolve less first customer message; median and p90',
		denominator: 'Resolved contacts',
		maturity: 'At the resolve',
		example: 'Resolved after 1, 2 and 9 h: median 2 h.',
		unit: 'hours',
		better: 'lower'
	}),
	containment: define('containment', {
		title: 'Containment',
		group: 'automation',
		question: 'How much did the bot keep to itself?',
		numerator: 'Contacts that only the bot answered',
		denominator: 'Contacts the bot took part in',
		maturity: 'At once',
		example: '80 closed by the bot alone, 20 handed over: 80 %. Never read it without bad containment.',
		unit: 'share',
		better: null
	}),
	bad_containment: define('bad_containment', {
		title: 'Bad containment',
		group: 'automation',
		question: 'How much of that was not solved?',
		numerator:
			'Contacts that only the bot answered, with any of: recontact within 72 h, request for a person never honoured (said by the log, or read from the words of the customer where it gives no reason), rating in the lowest two of five, complaint within 7 days, refund error, negative close after rephrasing, verdict "not solved" of a reviewer or audit',
		denominator: 'Contacts that only the bot answered',
		maturity: '7 days',
		example:
			'Of 7 contained, one rated 1 and came back, one complained: 2 / 7. The first shows two signals and counts once.',
		former: [REQUESTS_BY_THE_LOG_ONLY],
		unit: 'share',
		better: 'lower'
	}),
	escalation_latency: define('escalation_latency', {
		title: 'Wait for a person',
		group: 'people',
		question: 'How long do customers wait for a person?',
		numerator:
			'First public reply of a person, less the earliest of request, policy trigger and handoff; Kaplan-Meier median and p90',
		denominator:
			'Contacts that needed a person; those who left or were never answered are censored, not dropped',
		maturity: 'When the wait ends',
		example:
			'Answered after 5 and 9 min, one left after 7: median 9 min, and 7 to never if the one who left is placed at best and at worst.',
		unit: 'minutes',
		better: 'lower'
	}),
	escalation_latency_business_hours: define('escalation_latency_business_hours', {
		title: 'Wait for a person, business hours',
		group: 'people',
		question: 'How long do customers wait for a person while we are open?',
		numerator: 'As the wait for a person, counted only while the account is open',
		denominator: 'Contacts that needed a person',
		maturity: 'When the wait ends',
		example: 'Asked at 16:55, closed at 17:00, answered next day at 09:10: 15 minutes.',
		unit: 'minutes',
		better: 'lower'
	}),
	escalation_within_limit: define('escalation_within_limit', {
		title: 'Answered within the limit',
		group: 'people',
		question: 'How many reached a person in time?',
		numerator: 'Waits that a person ended within limits.escalation_minutes of the policy',
		denominator: 'All waits, the abandoned included',
		maturity: 'When the wait ends or passes the limit',
		example: 'Limit 10 min; answered after 5 and 12, one left after 3: 1 / 3.',
		unit: 'share',
		better: 'higher'
	}),
	escalation_abandonment: define('escalation_abandonment', {
		title: 'Never answered',
		group: 'people',
		question: 'How many who needed a person were never answered?',
		numerator:
			'Waits that ended without a reply of a person: the customer left, or the conversation was closed',
		denominator: 'Waits that ended',
		maturity: 'When the wait ends',
		example: 'Ten waits ended, two without a reply: 20 %.',
		unit: 'share',
		better: 'lower'
	}),
	human_out: define('human_out', {
		title: 'Way to a person',
		group: 'people',
		question: 'Did customers who asked for a person get one?',
		numerator: 'Requests for a person that reached one; beside it the median turns and minutes it took',
		denominator:
			'Contacts in which the customer asked for a person, by the log, or by their words where it gives no reason',
		former: [REQUESTS_BY_THE_LOG_ONLY],
		maturity: 'When the wait ends',
		example: '5 asked, 4 were answered by a person: 80 %.',
		unit: 'share',
		better: 'higher'
	}),
	handoff_completeness: define('handoff_completeness', {
		title: 'Handoff completeness',
		group: 'people',
		question: 'Did the person get what the bot knew?',
		numerator: 'Parts present of the six: transcript, goal, intent, tool calls, summary, next action',
		denominator: 'Six for each handoff that says which parts it carried',
		maturity: 'At the handoff',
		example: 'Two handoffs with 6 and 3 parts: 9 / 12 = 75 %.',
		unit: 'share',
		better: 'higher'
	}),
	re_ask_rate: define('re_ask_rate', {
		title: 'Asked again',
		group: 'people',
		question: 'Did people ask for what had been given already?',
		numerator: 'Handovers in which the person asked again',
		denominator: 'Escalated contacts whose log says whether',
		maturity: 'When the contact closes',
		example: 'Of 10 handovers, 3 began with "What is your order number?": 30 %.',
		unit: 'share',
		better: 'lower'
	}),
	refund_error_rate: define('refund_error_rate', {
		title: 'Refund errors',
		group: 'money',
		question: 'How many refunds were wrong?',
		numerator: 'Refunds audited as wrong',
		denominator: 'Refunds audited; weighted by their chance of being drawn, where the audits carry it',
		maturity: 'When audited; unaudited refunds are in neither number',
		example: '20 audited, 1 wrong: 5 %. Where risky ones were drawn ten times as often, they weigh a tenth.',
		unit: 'share',
		better: 'lower'
	}),
	refund_error_money: define('refund_error_money', {
		title: 'Refund errors in money',
		group: 'money',
		question: 'How much of the refunded money was wrong?',
		numerator: 'Absolute difference between the amount paid and the correct one, of audited refunds',
		denominator: 'Money of audited refunds whose amounts are both known, one currency at a time',
		maturity: 'When audited',
		example: 'Paid 80 and 20, correct 50 and 20: 30 / 100 = 30 %.',
		unit: 'share',
		better: 'lower'
	}),
	refund_approval: define('refund_approval', {
		title: 'Refund approval',
		group: 'money',
		question: 'Did a person approve the large refunds?',
		numerator: 'Refunds over the limit that a person approved or decided',
		denominator:
			'Refunds over limits.refund_approval_minor in limits.currency of the policy, in sources that say who decides or approves; those of another currency or none are not judged, and counted beside it',
		maturity: 'At the refund',
		example: 'Four refunds over EUR 100.00, three approved: 75 %. A refund of SEK 500.00 is not judged.',
		former: [
			{
				version: 1,
				until: '2026-11-25',
				changed: 'A refund of another currency than that of the limit is no longer judged against it.'
			}
		],
		unit: 'share',
		better: 'higher'
	}),
	cost_per_contact: define('cost_per_contact', {
		title: 'Cost per contact',
		group: 'money',
		question: 'What does a contact cost?',
		numerator:
			'AI cost plus minutes of people at limits.human_minute_cost of the policy, which is in limits.currency',
		denominator: 'Contacts whose cost is known in full, one currency at a time',
		maturity: 'When the contact closes',
		example: 'AI 0.10 and 4 minutes at 0.80: 3.30.',
		former: [MINUTES_OF_ANY_CURRENCY],
		unit: 'money',
		better: 'lower'
	}),
	cost_per_durable_resolution: define('cost_per_durable_resolution', {
		title: 'Cost per durable resolution',
		group: 'money',
		question: 'What does a problem that stays solved cost?',
		numerator:
			'Cost of contacts; that of a later contact of the same issue is charged to the contact that failed',
		denominator: 'Durable resolutions',
		former: [MINUTES_OF_ANY_CURRENCY],
		maturity: '7 days, and the close of the contact that followed',
		example:
			'Bot 0.10 fails, a person solves it for 5.00, bot 0.10 solves another: the bot path pays 5.20 for one durable resolution.',
		unit: 'money',
		better: 'lower'
	}),
	complaint_rate: define('complaint_rate', {
		title: 'Complaints',
		group: 'complaints',
		question: 'How often do customers complain?',
		numerator: 'Contacts with a complaint within 14 days',
		denominator: 'Contacts, per 1,000',
		maturity: '14 days',
		example: '2 of 500: 4 per 1,000, exact Poisson interval 0.5 to 14.4.',
		unit: 'per_1000',
		better: 'lower'
	}),
	complaint_rate_regulator: define('complaint_rate_regulator', {
		title: 'Complaints to a regulator',
		group: 'complaints',
		question: 'How often do complaints reach a regulator?',
		numerator: 'Contacts with a regulator-facing complaint within 14 days',
		denominator: 'Contacts, per 1,000, in sources that say of complaints whether they went to a regulator',
		maturity: '14 days',
		example:
			"1 of 500: 2 per 1,000. Three more complaints that don't say to whom: counted beside it, and the interval reaches as if they were.",
		former: [
			{
				version: 1,
				until: '2026-11-25',
				changed:
					'A complaint that does not say to whom it went is unknown; it was counted as not to a regulator.'
			}
		],
		unit: 'per_1000',
		better: 'lower'
	}),
	review_defect_rate: define('review_defect_rate', {
		title: 'Defects found in review',
		group: 'review',
		question: 'How many of the conversations that the AI closed have a defect?',
		numerator:
			'Reviewed conversations whose score is below the pass mark of the rubric, each weighing as many as it stands for: population / reviewed of its group',
		denominator: REVIEWED,
		maturity: REVIEWED_ALL,
		exclusions: NOT_IN_SAMPLE,
		example:
			'2 of 10 reviewed of 100 with a risk signal, 1 of 20 of 900 without: (2 x 10 + 1 x 45) / 1,000 = 6.5 %; the naive mean says 10 %.',
		unit: 'share',
		better: 'lower'
	}),
	not_solved_by_review: define('not_solved_by_review', {
		title: 'Said solved, but was not',
		group: 'review',
		question: 'How often does the AI call a problem solved that is not?',
		numerator:
			'Reviewed conversations that were closed as solved and that the reviewer found not solved, weighted as the defects',
		denominator: `${REVIEWED}, of those that the bot or its desk closed as solved and of which the reviewer could say`,
		maturity: REVIEWED_ALL,
		exclusions: NOT_IN_SAMPLE,
		example: '5 of 50 reviewed of 400 closed as solved, drawn alike: 10 %.',
		unit: 'share',
		better: 'lower'
	}),
	review_score: define('review_score', {
		title: 'Rubric score',
		group: 'review',
		question: 'How good is what the AI does alone, by the rubric?',
		numerator: 'Sum of the scores that reviewers gave, 0 to 100, weighted as the defects',
		denominator: REVIEWED,
		maturity: REVIEWED_ALL,
		exclusions: NOT_IN_SAMPLE,
		example: 'A mean of 80 among 100 with a risk signal and of 95 among 900 without: 93.5.',
		unit: 'points',
		better: 'higher'
	})
};

export const definitionOf = (metric: MetricName) => `${metric}@${CATALOGUE[metric].version}`;
