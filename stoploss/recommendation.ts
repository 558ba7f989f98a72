/**
 * What to do about a firing alert, intent by intent, and what that costs and saves. Pure.
 *
 * Every figure is of the past, with an interval; where the log can't say it is unknown, with the reason, and never 0.
 * Volumes are of the last weeks, minutes and outcomes of the whole history given.
 */
import type { HandledRow, TellingConversation } from '../queries/rollback/rollback.server';
import type { BadContainmentSignal } from '../warehouse/vocabulary';
import { confirmedDrivers, type Driver, type VerdictEvidence } from './evidence';
import { dayNumber, dayOf } from './series';
import { newcombe, wilson } from './statistic';

const Z95 = 1.959963984540054;
const NINETY_FIVE = 1.6448536269514722;
/** Weeks whose volume is taken for that of the weeks to come. */
const RECENT_WEEKS = 4;
/** Fewer values than this carry no mean. */
const ENOUGH_MINUTES = 30;
const REVIEW_DAYS = 14;

export type Figure =
	| { value: number; low: number; high: number; n: number; unknown: null }
	| { value: null; low: null; high: null; n: number; unknown: string };

export const ACTIONS = ['move', 'sample_more', 'keep', 'not_movable', 'at_assist'] as const;
export type IntentAction = (typeof ACTIONS)[number];

export interface IntentAdvice {
	intent: string;
	action: IntentAction;
	reason: string;
	/** How much worse its rate is than the reference. */
	worsening: { value: number; low: number; high: number };
	/** Part of the worsening that its own rate explains, and its share of the whole. */
	contribution: { value: number; low: number; high: number };
	share: number;
	n: number;
}

export type RecommendationScope = 'intents' | 'tier' | 'review_mix' | 'nothing';

export interface Advice {
	scope: RecommendationScope;
	reason: string;
	intents: IntentAdvice[];
}

export interface Consequences {
	weeks: number;
	aiOnlyPerWeek: Figure;
	minutesPerAssisted: Figure;
	extraMinutesPerWeek: Figure;
	savedReworkMinutesPerWeek: Figure;
	badAvoidedPerWeek: Figure;
	customersPerWeek: Figure;
	/** Extra minutes less rework, in money. */
	moneyPerWeek: Figure;
	currency: string | null;
	/** What people resolve for good, less what the bot alone does; of the same intents. */
	durableGain: Figure;
	/** About how many were harmed in the alert's window. */
	harmed: number;
}

export interface Telling extends TellingConversation {
	why: string;
}

export interface FullRecommendation extends Advice {
	verdict: { rule: string; asOf: string; window: VerdictEvidence['window']; worsening: number };
	consequences: Consequences | null;
	telling: Telling[];
	/** Last day on which somebody should look at it again. */
	reviewOn: string;
}

/** Which intents to move; `atAssist` are there already. */
export function adviceOf(
	evidence: VerdictEvidence,
	tierB: readonly string[],
	atAssist: ReadonlySet<string> = new Set()
): Advice {
	const confirmed = confirmedDrivers(evidence.drivers);
	const decisive = evidence.weeks.find(({ window }) => window.days === evidence.window.days);
	const limit = decisive?.limit ?? 0;
	const mix = evidence.cautions.includes('mix_explains_most');
	const movable = (one: Driver) => tierB.includes(one.intent) && !atAssist.has(one.intent);
	const drives = (one: Driver) => one.contribution > 0 && (confirmed.has(one.intent) || one.share >= 0.5);
	const named = evidence.drivers.some((one) => tierB.includes(one.intent) && drives(one));
	const broad = !mix && !named && evidence.drivers.some((one) => movable(one) && one.contribution > 0);
	const ranked = [...evidence.drivers].sort((a, b) => b.contribution - a.contribution);
	const intents = ranked.map((one): IntentAdvice => {
		const [action, reason] = actionOf(one);
		const around = Z95 * one.standardError;
		const { value, interval } = one.difference;
		return {
			intent: one.intent,
			action,
			reason,
			worsening: { value, low: interval.low, high: interval.high },
			contribution: {
				value: one.contribution,
				low: one.contribution - around,
				high: one.contribution + around
			},
			share: one.share,
			n: one.n
		};
	});
	function actionOf(one: Driver): [IntentAction, string] {
		if (atAssist.has(one.intent)) return ['at_assist', 'It is at assist already.'];
		if (!tierB.includes(one.intent))
			return ['not_movable', 'It stands in another tier; only tier B is moved to assist.'];
		if (mix) return ['keep', 'The mix of contacts moved, not the rates.'];
		if (drives(one))
			return confirmed.has(one.intent)
				? ['move', 'Its own rate is confidently worse, allowing for the number of intents.']
				: ['move', `It carries ${Math.round(one.share * 100)} % of the loss.`];
		if (broad && one.contribution > 0)
			return ['move', 'No intent stands out and the tier is confidently worse: the loss is broad.'];
		// Scaled from its part of the whole to its own rate.
		const scale = evidence.n / Math.max(1, one.n);
		const upper = (one.contribution + NINETY_FIVE * one.standardError) * scale;
		return upper < limit
			? ['keep', 'It is confidently within the limit.']
			: ['sample_more', 'Too few outcomes to confirm or rule it out: keep it, and review more of it.'];
	}
	const moved = intents.filter(({ action }) => action === 'move');
	if (mix)
		return {
			scope: 'review_mix',
			reason:
				'Do not roll back: routing or mix changed, and the rates did not. Review which intents go to the bot.',
			intents
		};
	if (moved.length === 0)
		return {
			scope: 'nothing',
			reason: 'No tier B intent that is still on contain drives the loss.',
			intents
		};
	return broad
		? {
				scope: 'tier',
				reason: 'No single intent is confirmed, but the tier is: move all of them that lost.',
				intents
			}
		: { scope: 'intents', reason: 'These intents drive the loss by their own rates.', intents };
}

const unknown = (reason: string, n = 0): Figure => ({
	value: null,
	low: null,
	high: null,
	n,
	unknown: reason
});
const known = (value: number, variance: number, n: number, floor = 0): Figure => {
	const half = Z95 * Math.sqrt(Math.max(0, variance));
	return { value, low: Math.max(floor, value - half), high: value + half, n, unknown: null };
};

interface Moments {
	n: number;
	value: number;
	variance: number;
}

function meanOf(n: number, sum: number, squares: number): Moments | null {
	if (n < ENOUGH_MINUTES) return null;
	const value = sum / n;
	return { n, value, variance: Math.max(0, squares - n * value * value) / (n - 1) / n };
}

/** Mean a week; weeks that differ by more than chance widen the interval. */
function perWeek(counts: readonly number[]): Moments {
	const n = counts.reduce((sum, one) => sum + one, 0);
	const value = n / counts.length;
	const spread = counts.reduce((sum, one) => sum + (one - value) ** 2, 0) / Math.max(1, counts.length - 1);
	return { n, value, variance: Math.max(spread, value) / counts.length };
}

export interface ConsequenceRequest {
	/** Intents to move. */
	intents: readonly string[];
	/** Of exactly these intents: the rows over all of them count customers once. */
	rows: readonly HandledRow[];
	humanMinuteCost: number | undefined;
	currency: string | undefined;
	canaryPercent: number;
	harmed: number;
}

export function consequencesOf(request: ConsequenceRequest): Consequences {
	const { intents, rows, canaryPercent } = request;
	const moved = 1 - canaryPercent / 100;
	const weeks = [...new Set(rows.map(({ week }) => week))].sort();
	const recent = weeks.slice(-RECENT_WEEKS);
	const of = (intent: string | null, way: HandledRow['way']) =>
		rows.filter((row) => row.intent === intent && row.way === way);
	const total = (list: readonly HandledRow[], name: keyof HandledRow) =>
		list.reduce((sum, row) => sum + Number(row[name]), 0);
	const weekly = (intent: string | null, name: 'contacts' | 'customers') =>
		perWeek(
			recent.map((week) =>
				total(
					of(intent, 'ai_only').filter((row) => row.week === week),
					name
				)
			)
		);
	const harmed = Math.round(request.harmed);
	if (recent.length < RECENT_WEEKS) {
		const none = unknown(
			`Only ${recent.length} of the ${RECENT_WEEKS} weeks that are needed have contacts of these intents.`
		);
		return {
			weeks: weeks.length,
			aiOnlyPerWeek: none,
			minutesPerAssisted: none,
			extraMinutesPerWeek: none,
			savedReworkMinutesPerWeek: none,
			badAvoidedPerWeek: none,
			customersPerWeek: none,
			moneyPerWeek: none,
			currency: null,
			durableGain: none,
			harmed
		};
	}
	const volumes = new Map(intents.map((intent) => [intent, weekly(intent, 'contacts')]));
	/** Sum over intents of volume times a rate of the intent, both uncertain. */
	const product = (rateOf: (intent: string) => Moments | null, why: string, floor = 0): Figure => {
		let value = 0;
		let variance = 0;
		let n = 0;
		for (const intent of intents) {
			const volume = volumes.get(intent)!;
			if (volume.n === 0) continue;
			const rate = rateOf(intent);
			if (!rate) return unknown(why, n);
			value += volume.value * rate.value;
			variance += volume.value ** 2 * rate.variance + rate.value ** 2 * volume.variance;
			n += rate.n;
		}
		return known(moved * value, moved ** 2 * variance, n, floor);
	};
	const assisted = (intent: string | null) => {
		const list = intent === null ? intents.flatMap((one) => of(one, 'assisted')) : of(intent, 'assisted');
		return meanOf(total(list, 'minutesKnown'), total(list, 'minutes'), total(list, 'minutesSquared'));
	};
	const pooled = assisted(null);
	const minutesKnown = total(
		intents.flatMap((one) => of(one, 'assisted')),
		'minutesKnown'
	);
	const noMinutes =
		minutesKnown === 0
			? 'The log says of no contact of these intents how many minutes a person spent after the bot.'
			: `Only ${minutesKnown} contacts of these intents say how many minutes a person spent after the bot.`;
	const extra = product((intent) => assisted(intent) ?? pooled, noMinutes);
	const reworkOf = (way: HandledRow['way'], intent: string) => {
		const list = of(intent, way);
		return meanOf(total(list, 'reworkKnown'), total(list, 'rework'), total(list, 'reworkSquared'));
	};
	const rework = product(
		(intent) => {
			const [bot, person] = [reworkOf('ai_only', intent), reworkOf('assisted', intent)];
			return bot && person
				? { n: bot.n + person.n, value: bot.value - person.value, variance: bot.variance + person.variance }
				: null;
		},
		'Too few contacts say how many minutes the next contact of the same issue took.',
		-Infinity
	);
	const recentBad = (intent: string): Moments | null => {
		const list = of(intent, 'ai_only').filter(({ week }) => recent.includes(week));
		const n = total(list, 'badKnown');
		if (n < ENOUGH_MINUTES) return null;
		const { low, high } = wilson(total(list, 'bad'), n);
		return { n, value: total(list, 'bad') / n, variance: ((high - low) / 2 / Z95) ** 2 };
	};
	const bad = product(recentBad, 'Too few contacts of the last weeks say whether they were badly contained.');
	const everyone = weekly(null, 'customers');
	const all = of(null, 'ai_only').filter(({ week }) => recent.includes(week));
	const nameless = total(all, 'contacts') - total(all, 'identified');
	const customers =
		nameless > 0.05 * total(all, 'contacts')
			? unknown(
					`${nameless} of ${total(all, 'contacts')} contacts name no customer.`,
					total(all, 'identified')
				)
			: known(moved * everyone.value, moved ** 2 * everyone.variance, everyone.n);
	const cost = request.humanMinuteCost;
	const money = (): Figure => {
		if (extra.value === null) return unknown(extra.unknown);
		if (cost === undefined) return unknown('The policy has no limits.human_minute_cost.');
		if (rework.value === null) return unknown(rework.unknown, extra.n);
		const half = (one: { low: number; high: number; value: number }) => one.high - one.value;
		return known(
			cost * (extra.value - rework.value),
			cost ** 2 * ((half(extra) / Z95) ** 2 + (half(rework) / Z95) ** 2),
			extra.n,
			-Infinity
		);
	};
	const volume = [...volumes.values()];
	const durable = (way: HandledRow['way']) => {
		const list = intents.flatMap((one) => of(one, way));
		return { x: total(list, 'durable'), n: total(list, 'durableKnown') };
	};
	const [people, bot] = [durable('assisted'), durable('ai_only')];
	return {
		weeks: weeks.length,
		aiOnlyPerWeek: known(
			volume.reduce((sum, one) => sum + one.value, 0),
			volume.reduce((sum, one) => sum + one.variance, 0),
			volume.reduce((sum, one) => sum + one.n, 0)
		),
		minutesPerAssisted: pooled
			? known(pooled.value, pooled.variance, pooled.n)
			: unknown(noMinutes, minutesKnown),
		extraMinutesPerWeek: extra,
		savedReworkMinutesPerWeek: rework,
		badAvoidedPerWeek: bad,
		customersPerWeek: customers,
		moneyPerWeek: money(),
		currency: request.currency ?? null,
		durableGain:
			Math.min(people.n, bot.n) < ENOUGH_MINUTES
				? unknown(
						'Too few contacts of one of the two ways say whether they were resolved for good.',
						people.n + bot.n
					)
				: gain(people, bot),
		harmed
	};
}

function gain(people: { x: number; n: number }, bot: { x: number; n: number }): Figure {
	const { low, high } = newcombe(people.x, people.n, bot.x, bot.n);
	return { value: people.x / people.n - bot.x / bot.n, low, high, n: people.n + bot.n, unknown: null };
}

const SIGNAL_WORDS: Record<BadContainmentSignal, string> = {
	recontact_72h: 'the customer came back within 72 hours',
	person_never_reached: 'asked for a person and never reached one',
	low_rating: 'rated 1 or 2',
	complaint_7d: 'complained within 7 days',
	refund_error: 'a refund was wrong',
	negative_close_after_rephrasing: 'rephrased, and left unhappy',
	verdict_not_solved: 'a reviewer or an audit found it not solved'
};

export function tellingOf(rows: readonly TellingConversation[]): Telling[] {
	return rows.map((row) => {
		const words = row.signals.map((signal) => SIGNAL_WORDS[signal]);
		const good = row.durable ? 'for contrast: resolved for good' : 'for contrast: nothing speaks against it';
		return { ...row, why: row.bad ? words.join('; ') : good };
	});
}

/** Two weeks and what the metric needs to mature, so that the review has something to look at. */
export function reviewDay(asOf: string, maturityHours: number): string {
	return dayOf(dayNumber(asOf.slice(0, 10)) + REVIEW_DAYS + Math.ceil(maturityHours / 24));
}
