/**
 * Counts -> Measurement. Pure. The status is decided in this order: absent (nothing could be known), immature (rows
 * whose outcome can still change), thin (fewer than 30), measured.
 */
import { BAD_CONTAINMENT_SIGNALS, type MetricName } from '../../warehouse/vocabulary';
import { CATALOGUE, definitionOf } from '../metrics/catalogue';
import type { Evidence, Interval, Measurement, Slice, Window } from '../measurement';
import { exactPoisson } from '../statistics/exact-poisson';
import { kaplanMeier, quantile } from '../statistics/kaplan-meier';
import { wilson } from '../statistics/wilson';

/** Below this many rows a share says little: its interval is wider than any threshold. */
export const THIN_BELOW = 30;
const LEVEL = 0.95;

type Numbers =
	| 'rows'
	| 'csatX'
	| 'csatN'
	| 'csatPending'
	| 'csatAsked'
	| 'csatSum'
	| 'r24X'
	| 'r24N'
	| 'r24Pending'
	| 'r48X'
	| 'r48N'
	| 'r48Pending'
	| 'r72X'
	| 'r72N'
	| 'r72Pending'
	| 'r2472X'
	| 'r72AnyX'
	| 'fcrX'
	| 'fcrN'
	| 'fcrPending'
	| 'containedX'
	| 'containedN'
	| 'badX'
	| 'badN'
	| 'badPending'
	| 'refundX'
	| 'refundN'
	| 'refundAll'
	| 'refundWrongMinor'
	| 'refundAuditedMinor'
	| 'complaintX'
	| 'complaintN'
	| 'complaintPending';
type Flags = 'hasCustomer' | 'hasResolve' | 'hasRating' | 'hasAudit' | 'hasComplaint' | 'hasSignal';
export type Counts = Record<Numbers, number> & Record<Flags, boolean> & { sources: string };
export interface Wait {
	ending: 'engaged' | 'abandoned' | 'unanswered' | 'waiting';
	minutes: number;
	n: number;
}
export interface Resolution {
	n: number;
	p50: number;
	p90: number;
	low: number;
	high: number;
}
interface Known {
	counts: Counts | null;
	waits: readonly Wait[];
	resolution: Resolution | null;
}

interface Found {
	evidence: Evidence;
	value: number | null;
	interval: Interval | null;
	pending: number;
	n: number;
	/** Why there is nothing, used when n and pending are 0. */
	nothing: string;
}

export function measure(metric: MetricName, slice: Slice, window: Window, known: Known): Measurement {
	const found = FIND[metric](known);
	const head = { metric, slice, window, unit: CATALOGUE[metric].unit, definition: definitionOf(metric) };
	const body = { evidence: found.evidence, pending: found.pending };
	if (found.n === 0 && found.pending === 0) {
		const reason = known.counts ? found.nothing : `No conversations in ${window.week ?? 'this window'}.`;
		return { ...head, ...body, value: null, interval: null, status: 'absent', reason };
	}
	const figures = { value: found.value, interval: found.interval };
	if (found.pending > 0) {
		const reason = `${found.pending} outcome${found.pending === 1 ? '' : 's'} can still change.`;
		return { ...head, ...body, ...figures, status: 'immature', reason };
	}
	if (found.n < THIN_BELOW) {
		return {
			...head,
			...body,
			...figures,
			status: 'thin',
			reason: `Only ${found.n} counted; ${THIN_BELOW} are needed.`
		};
	}
	return { ...head, ...body, ...figures, status: 'measured', reason: null };
}

function share(
	numerator: number,
	denominator: number,
	pending: number,
	nothing: string,
	parts?: Record<string, number>
): Found {
	const { p, low, high } = wilson(numerator, denominator);
	return {
		evidence: { kind: 'proportion', numerator, denominator, ...(parts && { parts }) },
		value: p,
		interval: p === null ? null : { low, high, level: LEVEL, method: 'wilson' },
		pending,
		n: denominator,
		nothing
	};
}

function never(counts: Counts | null, has: Flags, what: string, otherwise: string): string {
	if (!counts || counts[has]) return otherwise;
	return `No ${what} in source ${counts.sources}.`;
}

function recontact(
	x: 'r24X' | 'r48X' | 'r72X' | 'r2472X',
	n: 'r24N' | 'r48N' | 'r72N',
	pending: 'r24Pending' | 'r48Pending' | 'r72Pending'
) {
	return ({ counts: c }: Known) => {
		const noResolve = never(c, 'hasResolve', 'resolve times', 'Nothing was resolved.');
		const parts = x === 'r72X' ? { any_intent: c?.r72AnyX ?? 0 } : undefined;
		return share(
			c?.[x] ?? 0,
			c?.[n] ?? 0,
			c?.[pending] ?? 0,
			never(c, 'hasCustomer', 'customer ids', noResolve),
			parts
		);
	};
}

const FIND: Record<MetricName, (known: Known) => Found> = {
	csat_top_box: ({ counts: c }) =>
		share(
			c?.csatX ?? 0,
			c?.csatN ?? 0,
			c?.csatPending ?? 0,
			never(c, 'hasRating', 'ratings', 'Nobody answered a rating.'),
			{
				asked: c?.csatAsked ?? 0,
				contacts: c?.rows ?? 0,
				score_sum: c?.csatSum ?? 0
			}
		),
	recontact_24h: recontact('r24X', 'r24N', 'r24Pending'),
	recontact_48h: recontact('r48X', 'r48N', 'r48Pending'),
	recontact_72h: recontact('r72X', 'r72N', 'r72Pending'),
	recontact_24_72h: recontact('r2472X', 'r72N', 'r72Pending'),
	first_contact_resolution: ({ counts: c }) =>
		share(
			c?.fcrX ?? 0,
			c?.fcrN ?? 0,
			c?.fcrPending ?? 0,
			never(c, 'hasCustomer', 'customer ids', never(c, 'hasResolve', 'resolve times', 'No issue began.'))
		),
	containment: ({ counts: c }) =>
		share(c?.containedX ?? 0, c?.containedN ?? 0, 0, 'The bot took part in no contact.'),
	bad_containment: ({ counts: c }) =>
		share(
			c?.badX ?? 0,
			c?.badN ?? 0,
			c?.badPending ?? 0,
			never(c, 'hasSignal', 'sign of what became of the customer', 'The bot closed nothing alone.'),
			signals(c)
		),
	escalation_latency: ({ waits }) => latency(waits),
	refund_error_rate: ({ counts: c }) =>
		share(
			c?.refundX ?? 0,
			c?.refundN ?? 0,
			0,
			never(c, 'hasAudit', 'refund audits', 'No refund was audited.'),
			{
				refunds: c?.refundAll ?? 0,
				wrong_minor: c?.refundWrongMinor ?? 0,
				audited_minor: c?.refundAuditedMinor ?? 0
			}
		),
	complaint_rate: ({ counts: c }) => complaints(c),
	time_to_resolution: ({ resolution: r, counts: c }) => ({
		evidence: { kind: 'distribution', n: r?.n ?? 0, censored: 0, p50: r?.p50 ?? null, p90: r?.p90 ?? null },
		value: r?.p50 ?? null,
		interval: r && { low: r.low, high: r.high, level: LEVEL, method: 'order_statistics' },
		pending: 0,
		n: r?.n ?? 0,
		nothing: never(c, 'hasResolve', 'resolve times', 'Nothing was resolved.')
	})
};

function signals(counts: Counts | null): Record<string, number> {
	const all = (counts ?? {}) as Record<string, unknown>;
	const camel = (name: string) =>
		`bad_${name}`.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
	return Object.fromEntries(BAD_CONTAINMENT_SIGNALS.map((name) => [name, Number(all[camel(name)] ?? 0)]));
}

function complaints(counts: Counts | null): Found {
	const events = counts?.complaintX ?? 0;
	const exposure = counts?.complaintN ?? 0;
	const { low, high } = exactPoisson(events, LEVEL);
	const scale = 1000 / exposure;
	return {
		evidence: { kind: 'rate', events, exposure, per: 1000 },
		value: exposure === 0 ? null : events * scale,
		interval:
			exposure === 0 ? null : { low: low * scale, high: high * scale, level: LEVEL, method: 'exact_poisson' },
		pending: counts?.complaintPending ?? 0,
		n: exposure,
		nothing: never(counts, 'hasComplaint', 'complaints', 'No contacts.')
	};
}

function latency(waits: readonly Wait[]): Found {
	const count = (ending: Wait['ending']) =>
		waits.reduce((sum, wait) => sum + (wait.ending === ending ? wait.n : 0), 0);
	const parts = {
		engaged: count('engaged'),
		abandoned: count('abandoned'),
		unanswered: count('unanswered'),
		waiting: count('waiting')
	};
	const n = parts.engaged;
	const censored = parts.abandoned + parts.unanswered + parts.waiting;
	const steps = kaplanMeier(
		waits.map((wait) => ({ time: wait.minutes, event: wait.ending === 'engaged', count: wait.n }))
	);
	const median = quantile(steps, 0.5);
	return {
		evidence: {
			kind: 'distribution',
			n,
			censored,
			p50: median.value,
			p90: quantile(steps, 0.9).value,
			parts
		},
		value: median.value,
		interval:
			median.low === null
				? null
				: { low: median.low, high: median.high, level: LEVEL, method: 'kaplan_meier_log_log' },
		// A wait that still runs is censored, which is what Kaplan-Meier is for; it doesn't make the figure immature.
		pending: 0,
		n: n + censored,
		nothing: 'Nobody needed a person.'
	};
}
