/**
 * Words and numbers as people read them. Pure. Formats what a Measurement says and computes nothing new:
 * differences, ratios and rankings belong to `queries/`.
 */
import { CATALOGUE } from '#queries/metrics/catalogue';
import type { Evidence, Interval, Measurement, Slice } from '#queries/measurement';
import {
	METRICS,
	type Dimension,
	type Exclusion,
	type Finding,
	type MeasurementStatus,
	type MetricName,
	type Path,
	type Role,
	type ToolOutcome
} from '#warehouse/vocabulary';

const LOCALE = 'en-GB';

/** What a page shows where there is nothing to show; screen readers read it as "no value". */
export const NOTHING = '–';

const counts = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const percents = new Intl.NumberFormat(LOCALE, {
	style: 'percent',
	minimumFractionDigits: 1,
	maximumFractionDigits: 1
});
const decimals = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

const hundredths = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const METRIC_LABELS = Object.fromEntries(
	METRICS.map((metric) => [metric, CATALOGUE[metric].title])
) as Record<MetricName, string>;

export const PATH_LABELS: Record<Path, string> = {
	ai_only: 'AI only',
	escalated: 'AI, then a person',
	human_only: 'People only',
	abandoned: 'Nobody replied'
};

export const ROLE_LABELS: Record<Role, string> = {
	customer: 'Customer',
	bot: 'Bot',
	agent: 'Person',
	system: 'System'
};

export const OUTCOME_LABELS: Record<ToolOutcome, string> = { ok: '✓ ok', error: '✕ failed' };

export const STATUS_LABELS: Record<MeasurementStatus, string> = {
	measured: 'measured',
	thin: 'too few',
	immature: 'immature',
	absent: 'no data'
};

export const FINDING_LABELS: Record<Finding, string> = {
	clear: 'Clear',
	watch: 'Watch',
	breach: 'Breach',
	undecided: 'Undecided',
	blind: 'Blind'
};

export const DIMENSION_LABELS: Record<Dimension, string> = {
	path: 'Path',
	tier: 'Tier',
	intent: 'Intent',
	channel: 'Channel',
	market: 'Market',
	language: 'Language',
	source: 'Source',
	customer_value: 'Customer value'
};

/** Conversations that are never contacts, in the plural. */
export const EXCLUSION_LABELS: Record<Exclusion, string> = {
	test_traffic: 'tests',
	spam: 'spam',
	merged: 'merged into another',
	business: 'begun by us',
	survey: 'surveys'
};

const UNIT_LABELS: Record<Measurement['unit'], string> = {
	share: 'share, in percent',
	per_1000: 'per 1,000 episodes',
	minutes: 'minutes',
	hours: 'hours',
	score: 'score from 1 to 5',
	points: 'score from 0 to 100',
	money: 'in the currency of the log'
};

export function unitLabel(unit: Measurement['unit']): string {
	return UNIT_LABELS[unit];
}

export function formatCount(count: number | null | undefined): string {
	return count === null || count === undefined ? NOTHING : counts.format(count);
}

/** A value in its unit; null stays "no value" and never reads as 0. */
export function formatValue(value: number | null, unit: Measurement['unit']): string {
	if (value === null || !Number.isFinite(value)) return NOTHING;
	if (unit === 'share') return percents.format(value);
	if (unit === 'minutes') return `${decimals.format(value)} min`;
	if (unit === 'hours') return `${decimals.format(value)} h`;
	if (unit === 'score' || unit === 'money') return hundredths.format(value);
	return decimals.format(value);
}

export function formatInterval(interval: Interval | null, unit: Measurement['unit']): string {
	if (!interval) return '';
	const low = formatValue(interval.low, unit);
	return interval.high === null ? `${low} or more` : `${low} to ${formatValue(interval.high, unit)}`;
}

/** Rows that were there and could not be judged, by the part of the evidence that counts them. */
const NOT_JUDGED: Record<string, string> = {
	other_currency: 'of another currency not judged',
	unknown: 'not known to whom'
};

/** How much was counted, in the words of the kind of evidence; and what could not be. */
export function formatEvidence(evidence: Evidence): string {
	const notJudged = Object.entries(NOT_JUDGED)
		.filter(([part]) => (evidence.parts?.[part] ?? 0) > 0)
		.map(([part, words]) => `, ${formatCount(evidence.parts?.[part])} ${words}`);
	return counted(evidence) + notJudged.join('') + weighted(evidence);
}

/** What of the numbers above misleads where each stands for another number of contacts. */
function weighted({ kind, parts }: Evidence): string {
	if (parts?.['naive'] === undefined || parts['naive'] === null) return '';
	const naive = kind === 'mean' ? decimals.format(parts['naive']) : percents.format(parts['naive']);
	const covered = parts['covered'] ?? 1;
	const whole =
		covered < 1 ? `; they speak for ${percents.format(covered)} of ${formatCount(parts['population'])}` : '';
	return ` reviewed, weighted; unweighted ${naive}${whole}`;
}

function counted(evidence: Evidence): string {
	switch (evidence.kind) {
		case 'proportion':
			return `${formatCount(evidence.numerator)} of ${formatCount(evidence.denominator)}`;
		case 'rate':
			return `${formatCount(evidence.events)} in ${formatCount(evidence.exposure)}`;
		case 'distribution':
			return evidence.censored > 0
				? `n ${formatCount(evidence.n)}, ${formatCount(evidence.censored)} left waiting`
				: `n ${formatCount(evidence.n)}`;
		case 'survival':
			return evidence.censored > 0
				? `${formatCount(evidence.events)} of ${formatCount(evidence.n)}, ${formatCount(evidence.censored)} still open`
				: `${formatCount(evidence.events)} of ${formatCount(evidence.n)}`;
		case 'mean':
		case 'ratio':
			return `n ${formatCount(evidence.n)}${evidence.currency ? `, ${evidence.currency}` : ''}`;
	}
}

export function formatSlice(slice: Slice): string {
	const parts = Object.entries(slice).map(([dimension, value]) =>
		dimension === 'path' && value in PATH_LABELS
			? PATH_LABELS[value as Path]
			: `${DIMENSION_LABELS[dimension as Dimension].toLowerCase()} ${value}`
	);
	return parts.length ? parts.join(', ') : 'everything';
}

/** `2026-W10` as people say it. */
export function formatWeek(week: string): string {
	const [year, number] = week.split('-W');
	return number ? `Week ${Number(number)}, ${year}` : week;
}

/** An instant in the account's zone, with the zone named when asked for. */
export function formatTime(at: string | null | undefined, timeZone = 'UTC', withZone = false): string {
	if (!at) return NOTHING;
	const date = new Date(at);
	if (Number.isNaN(date.getTime())) return at;
	return new Intl.DateTimeFormat(LOCALE, {
		timeZone,
		year: 'numeric',
		month: 'short',
		day: 'numeric',
		hour: '2-digit',
		minute: '2-digit',
		...(withZone ? { timeZoneName: 'short' as const } : {})
	}).format(date);
}

/** Any other word makes Intl throw. */
const CURRENCY = /^[A-Za-z]{3}$/;

/** Money in minor units; without a currency the bare number says so. */
export function formatMoney(
	amountMinor: number | null | undefined,
	currency: string | null | undefined
): string {
	if (amountMinor === null || amountMinor === undefined) return NOTHING;
	if (!currency || !CURRENCY.test(currency))
		return `${counts.format(amountMinor)} minor units, currency ${currency ?? 'unknown'}`;
	const format = new Intl.NumberFormat(LOCALE, { style: 'currency', currency });
	const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
	return format.format(amountMinor / 10 ** digits);
}

/** A cost in units of its currency, to a hundredth of its smallest coin: a reply of an AI costs less than a cent. */
export function formatCost(amount: number, currency: string | null): string {
	if (!currency || !CURRENCY.test(currency)) return `${amount}, currency ${currency ?? 'unknown'}`;
	return new Intl.NumberFormat(LOCALE, { style: 'currency', currency, maximumFractionDigits: 4 }).format(
		amount
	);
}

/** A difference of two shares, in percentage points: 2 % less and 2 points less are not the same. */
export function formatPoints(difference: number): string {
	return `${decimals.format(difference * 100).replace('-', '−')} points`;
}

const signedPoints = new Intl.NumberFormat(LOCALE, {
	minimumFractionDigits: 1,
	maximumFractionDigits: 1,
	signDisplay: 'exceptZero'
});

/** A change in the unit of its metric, with its sign and a real minus. */
export function formatChange(difference: number, unit: Measurement['unit'], withUnit = true): string {
	const scaled = unit === 'share' ? difference * 100 : difference;
	const units: Partial<Record<Measurement['unit'], string>> = {
		share: ' points',
		minutes: ' min',
		hours: ' h'
	};
	return signedPoints.format(scaled).replace('-', '−') + (withUnit ? (units[unit] ?? '') : '');
}

/** A rating of any scale as of 1 to 5, which is how CSAT mean takes it. */
export function formatRating(share: number | null): string {
	return share === null ? NOTHING : `${decimals.format(1 + 4 * share)} of 5`;
}

/** The days of a half-open window as people say them: "2–8 Mar 2026". */
export function formatDays(window: { since: string; until: string }, timeZone = 'UTC'): string {
	const format = new Intl.DateTimeFormat(LOCALE, {
		timeZone,
		year: 'numeric',
		month: 'short',
		day: 'numeric'
	});
	return format.formatRange(new Date(window.since), new Date(Date.parse(window.until) - 1));
}

/** `order_status` as `order status`; nothing else is changed. */
export function humanise(word: string): string {
	return word.replaceAll('_', ' ');
}

/** Arguments of a tool are kept as the log has them, which is often JSON in a string. */
export function formatArguments(given: unknown): string {
	if (typeof given !== 'string') return JSON.stringify(given, null, 2);
	try {
		return JSON.stringify(JSON.parse(given), null, 2);
	} catch {
		return given;
	}
}
