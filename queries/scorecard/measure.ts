/**
 * Rows -> Measurement. Pure. The status is decided in this order: absent (nothing could be known), immature (rows
 * whose outcome can still change), thin (fewer than 30), measured.
 */
import { BAD_CONTAINMENT_SIGNALS, type MetricName } from '../../warehouse/vocabulary';
import { CATALOGUE, definitionOf } from '../metrics/catalogue';
import type { Limits, Measurement, Slice, Window } from '../measurement';
import { exactPoisson } from '../statistics/exact-poisson';
import { mean } from '../statistics/mean';
import { interval, LEVEL, never, share, type Find, type Found } from './found';
import { costPerContact, costPerDurableResolution, refundApproval, refundErrors, refundMoney } from './money';
import { defectRate, notSolved, score } from './reviews';
import type { Counts, Flag, Known } from './rows';
import { latency, returned } from './waiting';

/** Below this many rows a share says little: its interval is wider than any threshold. */
export const THIN_BELOW = 30;

export function measure(
	metric: MetricName,
	slice: Slice,
	window: Window,
	known: Known,
	limits: Limits = {}
): Measurement {
	const found = FIND[metric](known, limits);
	const head = { metric, slice, window, unit: CATALOGUE[metric].unit, definition: definitionOf(metric) };
	const body = { evidence: found.evidence, pending: found.pending };
	const nothing = { ...head, ...body, value: null, interval: null };
	if (found.instead) return { ...nothing, status: found.instead, reason: found.nothing };
	if (found.n === 0 && found.pending === 0) {
		const reason = known.counts ? found.nothing : `No conversations in ${window.week ?? 'this window'}.`;
		return { ...nothing, status: 'absent', reason };
	}
	const figures = { ...head, ...body, value: found.value, interval: found.interval };
	if (found.pending > 0) {
		const reason =
			found.waiting || `${found.pending} outcome${found.pending === 1 ? '' : 's'} can still change.`;
		return { ...figures, status: 'immature', reason };
	}
	if (found.n < THIN_BELOW) {
		return { ...figures, status: 'thin', reason: `Only ${found.n} counted; ${THIN_BELOW} are needed.` };
	}
	return { ...figures, status: 'measured', reason: null };
}

type Numeric<T> = { [K in keyof T]: T[K] extends number ? K : never }[keyof T];
type Count = Numeric<Counts>;

/** A share of two counted columns; the flags that are missing say why there is nothing. */
function counted(
	x: Count,
	n: Count,
	pending: Count | null,
	absences: readonly (readonly [Flag, string])[],
	otherwise: string,
	parts?: (counts: Counts | null) => Record<string, number | null>
): Find {
	return ({ counts: c }) => {
		const nothing = absences.reduceRight((reason, [flag, what]) => never(c, flag, what, reason), otherwise);
		return share(c?.[x] ?? 0, c?.[n] ?? 0, pending ? (c?.[pending] ?? 0) : 0, nothing, parts?.(c));
	};
}

const NO_CUSTOMER = ['hasCustomer', 'customer ids'] as const;
const NO_RESOLVE = ['hasResolve', 'resolve times'] as const;
const NO_RATING = ['hasRating', 'ratings'] as const;

const recontact = (x: Count, n: Count, pending: Count) =>
	counted(x, n, pending, [NO_CUSTOMER, NO_RESOLVE], 'Nothing was resolved.');

const FIND: Record<MetricName, Find> = {
	csat_top_box: counted(
		'csatTopBoxX',
		'csatTopBoxN',
		'csatPending',
		[NO_RATING],
		'Nobody answered a rating.',
		(c) => ({ asked: c?.csatAsked ?? 0, contacts: c?.rows ?? 0, score_sum: c?.csatSum ?? 0 })
	),
	csat_mean: ({ counts: c }) => {
		const [n, sum, sumOfSquares] = [c?.csatTopBoxN ?? 0, c?.csatSum ?? 0, c?.csatSumOfSquares ?? 0];
		const { value, low, high } = mean(n, sum, sumOfSquares);
		return {
			evidence: { kind: 'mean', n, sum, sumOfSquares },
			value,
			interval: interval(
				low === null ? null : Math.max(1, low),
				high === null ? null : Math.min(5, high),
				'normal'
			),
			pending: c?.csatPending ?? 0,
			n,
			nothing: never(c, 'hasRating', 'ratings', 'Nobody answered a rating.')
		};
	},
	csat_reply_rate: counted(
		'csatReplyRateX',
		'csatReplyRateN',
		'csatReplyRatePending',
		[NO_RATING, ['hasSilence', 'unanswered requests for a rating']],
		'Nobody was asked for a rating.'
	),
	csat_if_silent_unhappy: counted(
		'csatIfSilentUnhappyX',
		'csatIfSilentUnhappyN',
		'csatPending',
		[NO_RATING],
		'No contacts.'
	),
	csat_if_silent_happy: counted(
		'csatIfSilentHappyX',
		'csatIfSilentHappyN',
		'csatPending',
		[NO_RATING],
		'No contacts.'
	),
	recontact_24h: recontact('recontact24hX', 'recontact24hN', 'recontact24hPending'),
	recontact_48h: recontact('recontact48hX', 'recontact48hN', 'recontact48hPending'),
	recontact_72h: recontact('recontact72hX', 'recontact72hN', 'recontact72hPending'),
	recontact_24_72h: recontact('recontact2472hX', 'recontact72hN', 'recontact72hPending'),
	recontact_72h_any_intent: recontact('recontact72hAnyIntentX', 'recontact72hN', 'recontact72hPending'),
	recontact_72h_estimate: ({ survival, counts: c }) =>
		returned(
			survival,
			never(
				c,
				'hasCustomer',
				'customer ids',
				never(c, 'hasResolve', 'resolve times', 'Nothing was resolved.')
			)
		),
	first_contact_resolution: counted(
		'firstContactResolutionX',
		'firstContactResolutionN',
		'firstContactResolutionPending',
		[NO_CUSTOMER, NO_RESOLVE],
		'No issue began.'
	),
	containment: counted('containmentX', 'containmentN', null, [], 'The bot took part in no contact.'),
	bad_containment: counted(
		'badContainmentX',
		'badContainmentN',
		'badContainmentPending',
		[['hasSignal', 'sign of what became of the customer']],
		'The bot closed nothing alone.',
		signals
	),
	durable_resolution: counted(
		'durableResolutionX',
		'durableResolutionN',
		'durableResolutionPending',
		[NO_CUSTOMER, NO_RESOLVE],
		'No contacts of known customers.',
		(c) => ({ resolved: c?.durableResolved ?? 0 })
	),
	escalation_latency: ({ waits, counts: c }) => latency(waits, c, 'Nobody needed a person.'),
	escalation_latency_business_hours: ({ businessWaits, counts: c }, { businessHours }) =>
		latency(
			businessHours?.spans.length ? businessWaits : [],
			c,
			businessHours?.spans.length
				? 'Nobody needed a person.'
				: 'The policy sets no business hours (account.business_hours).'
		),
	escalation_within_limit: (known, limits) =>
		limits.escalationMinutes === undefined
			? share(0, 0, 0, 'The policy sets no limit for the wait (limits.escalation_minutes).')
			: waitShare(
					'escalationWithinLimitX',
					'escalationWithinLimitN',
					'escalationWithinLimitPending'
				)(known, limits),
	escalation_abandonment: waitShare(
		'escalationAbandonmentX',
		'escalationAbandonmentN',
		'escalationAbandonmentPending'
	),
	human_out: counted(
		'humanOutX',
		'humanOutN',
		'humanOutPending',
		[['hasRequest', 'requests for a person']],
		'Nobody asked for a person.',
		(c) => ({ median_turns: c?.humanOutTurns ?? null, median_minutes: c?.humanOutMinutes ?? null })
	),
	handoff_completeness: ({ counts: c }) => {
		const n = c?.handoffN ?? 0;
		const [sum, sumOfSquares] = [(c?.handoffPartsSum ?? 0) / 6, (c?.handoffPartsSumOfSquares ?? 0) / 36];
		const { value, low, high } = mean(n, sum, sumOfSquares);
		return {
			evidence: { kind: 'mean', n, sum, sumOfSquares, parts: { complete: c?.handoffComplete ?? 0 } },
			value,
			interval: interval(
				low === null ? null : Math.max(0, low),
				high === null ? null : Math.min(1, high),
				'normal'
			),
			pending: 0,
			n,
			nothing: never(c, 'hasHandoffParts', 'handoff parts', 'Nothing was handed over.')
		};
	},
	re_ask_rate: counted(
		'reAskRateX',
		'reAskRateN',
		null,
		[['hasReAsked', 'word on what was asked again']],
		'Nothing was handed over.'
	),
	refund_error_rate: refundErrors,
	refund_error_money: refundMoney,
	refund_approval: (known, limits) => refundApproval(known, limits),
	complaint_rate: ({ counts: c }) => ({
		...complaints(c?.complaintRateX ?? 0, c?.complaintRateN ?? 0, c?.complaintPending ?? 0),
		nothing: never(c, 'hasComplaint', 'complaints', 'No contacts.')
	}),
	complaint_rate_regulator: ({ counts: c }) => ({
		...complaints(
			c?.complaintRateRegulatorX ?? 0,
			c?.complaintRateRegulatorN ?? 0,
			c?.complaintRateRegulatorPending ?? 0,
			c?.complaintRateRegulatorUnknown ?? 0
		),
		nothing: never(
			c,
			'hasComplaint',
			'complaints',
			never(c, 'hasRegulator', 'word on whether a complaint went to a regulator', 'No contacts.')
		)
	}),
	time_to_resolution: ({ resolution: r, counts: c }) => ({
		evidence: { kind: 'distribution', n: r?.n ?? 0, censored: 0, p50: r?.p50 ?? null, p90: r?.p90 ?? null },
		value: r?.p50 ?? null,
		interval: r && { low: r.low, high: r.high, level: LEVEL, method: 'order_statistics' },
		pending: 0,
		n: r?.n ?? 0,
		nothing: never(c, 'hasResolve', 'resolve times', 'Nothing was resolved.')
	}),
	cost_per_contact: costPerContact,
	cost_per_durable_resolution: costPerDurableResolution,
	review_defect_rate: defectRate,
	not_solved_by_review: notSolved,
	review_score: score
};

function waitShare(x: Count, n: Count, pending: Count): Find {
	return counted(x, n, pending, [['hasEscalation', 'escalation times']], 'Nobody needed a person.');
}

function signals(counts: Counts | null): Record<string, number> {
	const all = (counts ?? {}) as Record<string, unknown>;
	const camel = (name: string) =>
		`bad_${name}`.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
	return Object.fromEntries(BAD_CONTAINMENT_SIGNALS.map((name) => [name, Number(all[camel(name)] ?? 0)]));
}

/** A complaint that does not say to whom it went may be one of those counted: it lifts the upper bound. */
function complaints(
	events: number,
	exposure: number,
	pending: number,
	unknown?: number
): Omit<Found, 'nothing'> {
	const { low } = exactPoisson(events, LEVEL);
	const { high } = exactPoisson(events + (unknown ?? 0), LEVEL);
	const scale = 1000 / exposure;
	return {
		evidence: {
			kind: 'rate',
			events,
			exposure,
			per: 1000,
			...(unknown !== undefined && { parts: { unknown } })
		},
		value: exposure === 0 ? null : events * scale,
		interval: exposure === 0 ? null : interval(low * scale, high * scale, 'exact_poisson'),
		pending,
		n: exposure
	};
}
