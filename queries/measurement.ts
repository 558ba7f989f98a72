/**
 * A Measurement is not a number: it is evidence counts, an interval, what is still pending, and a status. Pure.
 */
import type { Dimension, MeasurementStatus, MetricName } from '../warehouse/vocabulary';

/** Values of the dimensions that a measurement was taken for; `{}` is everything. A null in the log is `(none)`. */
export type Slice = Partial<Record<Dimension, string>>;

/** Half-open window of instants, RFC 3339 in UTC. `week` is set when the window is a week of the account's calendar. */
export interface Window {
	since: string;
	until: string;
	week?: string;
}

/** Further figures of the same rows, by name; null where one could not be found. */
export type Parts = Record<string, number | null>;

/** What was counted. Ratios are derived from here and never stored. */
export type Evidence =
	| { kind: 'proportion'; numerator: number; denominator: number; parts?: Parts }
	| { kind: 'rate'; events: number; exposure: number; per: number; parts?: Parts }
	| { kind: 'mean'; n: number; sum: number; sumOfSquares: number; currency?: string; parts?: Parts }
	| { kind: 'ratio'; numerator: number; denominator: number; n: number; currency?: string; parts?: Parts }
	| {
			kind: 'survival';
			/** Rows at risk at the start. */ n: number;
			/** Events within the window, as known. */ events: number;
			/** Rows whose window is still open. */ censored: number;
			parts?: Parts;
	  }
	| {
			kind: 'distribution';
			/** Values observed. */ n: number;
			/** Waits that ended without the event; they count as at risk until then. */ censored: number;
			p50: number | null;
			p90: number | null;
			parts?: Parts;
	  };

export interface Interval {
	low: number;
	high: number | null;
	level: number;
	method:
		| 'wilson'
		| 'hajek_wilson'
		| 'stratified_wilson'
		| 'stratified_normal'
		| 'exact_poisson'
		| 'kaplan_meier_log_log'
		| 'order_statistics'
		| 'normal'
		| 'ratio_linearised';
}

export interface Measurement {
	metric: MetricName;
	slice: Slice;
	window: Window;
	evidence: Evidence;
	/** Proportion in 0..1, rate per `per`, mean, ratio, or the median in `unit`; null whenever nothing can be said. */
	value: number | null;
	unit: 'share' | 'per_1000' | 'minutes' | 'hours' | 'score' | 'points' | 'money';
	interval: Interval | null;
	/** Rows of this window whose outcome can still change. */
	pending: number;
	status: MeasurementStatus;
	/** Why the status is not `measured`, in one plain sentence; null when it is. */
	reason: string | null;
	/** `name@version` of the definition that was applied. */
	definition: string;
}

/** The account's calendar: where a day and a week begin. */
export interface Calendar {
	/** IANA name, such as Europe/Stockholm. */
	timeZone: string;
	weekStart: 'monday' | 'sunday';
}

/** Thresholds that a metric is counted against. They come from the policy; a metric whose limit is missing is absent. */
export interface Limits {
	/** Minutes within which a person must answer. */
	escalationMinutes?: number | undefined;
	/** Of the amounts below, such as EUR; what is in another currency is not judged against them. */
	currency?: string | undefined;
	/** Refunds above this many minor units need a person. */
	refundApprovalMinor?: number | undefined;
	/** Cost of a minute of a person's work; without `currency`, in units of the log's own. */
	humanMinuteCost?: number | undefined;
	businessHours?: BusinessHours | undefined;
}

export interface BusinessHours {
	/** Half-open, in the account's zone; several spans a day may stand apart. Weekday 1 is Monday. */
	spans: readonly { weekday: number; opens: string; closes: string }[];
	/** Days such as 2026-12-25. */
	holidays: readonly string[];
}

/** One row per cohort day (the day of closing, in the account's zone) and intent: what the stop-loss reads. */
export interface DailyCohort {
	day: string;
	intent: string;
	/** Conversations with a known outcome. */
	n: number;
	/** Of those, the counted event. */
	x: number;
}

/** Counts of a day as they became known: rows known by an instant add up to what was known then. */
export interface KnownCohort extends DailyCohort {
	/** Null, or left out: known once the day was ripe. May take away: an outcome that turned out otherwise. */
	knownAt?: string | null;
}
