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

/** What was counted. Ratios are derived from here and never stored. */
export type Evidence =
	| { kind: 'proportion'; numerator: number; denominator: number; parts?: Record<string, number> }
	| { kind: 'rate'; events: number; exposure: number; per: number; parts?: Record<string, number> }
	| {
			kind: 'distribution';
			/** Values observed. */ n: number;
			/** Waits that ended without the event; they count as at risk until then. */ censored: number;
			p50: number | null;
			p90: number | null;
			parts?: Record<string, number>;
	  };

export interface Interval {
	low: number;
	high: number | null;
	level: number;
	method: 'wilson' | 'exact_poisson' | 'kaplan_meier_log_log' | 'order_statistics';
}

export interface Measurement {
	metric: MetricName;
	slice: Slice;
	window: Window;
	evidence: Evidence;
	/** Proportion in 0..1, rate per `per`, or the median in `unit`; null whenever nothing can be said. */
	value: number | null;
	unit: 'share' | 'per_1000' | 'minutes' | 'hours';
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

/** One row per cohort day (the day of closing, in the account's zone) and intent: what the stop-loss reads. */
export interface DailyCohort {
	day: string;
	intent: string;
	/** Conversations with a known outcome. */
	n: number;
	/** Of those, the counted event. */
	x: number;
}
