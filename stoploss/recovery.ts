/**
 * Has the bot recovered on an intent that was rolled back? Pure; the statistics of the rule that fired, on the intent
 * alone, against the same reference.
 *
 * Only contacts that the bot ended alone can say it, and after a rollback only those that were kept on contain at
 * random. What people achieve with the intent says nothing of the bot; contacts that the bot ended alone although
 * they should have gone to a person are no random part of all. Without evidence it is undecided, and says what is missing.
 */
import type { Judge } from './judge';
import { stopLevel } from './rule';
import { dayOf } from './series';

/** A canary is thin, so that windows may grow beyond the four weeks in which an alert must recover. */
const WINDOWS = [7, 14, 28, 56, 91];
/** Quantiles of the normal distribution: nine in ten, and 95 in a hundred. */
const NINETY = 1.2815515655446008;
const NINETY_FIVE = 1.6448536269514722;
/** What is left on the AI-only path may be this much more than the canary before it is taken for something else. */
const CANARY_SLACK = 1.5;

export type RecoveryFinding = 'recovered' | 'worse' | 'undecided';

export interface RecoveryTest {
	finding: RecoveryFinding;
	/** Last mature day. */
	until: string;
	/** Outcomes on days wholly after the decision. */
	n: number;
	window: { days: number; since: string; until: string } | null;
	observed: number | null;
	expected: number | null;
	/** Positive is worse than the reference. */
	worsening: number | null;
	/** Nine in ten sure that it is not worse than this. */
	upper90: number | null;
	/** What `upper90` must not exceed, and what `worsening` must not. */
	allowed: number | null;
	limit: number | null;
	/** What is missing for a decision; empty where there is one. */
	missing: string[];
}

export interface RecoveryQuestion {
	/** Day number; windows lie wholly after it. */
	after: number;
	/** Of the intent at the firing; null where it is not known. */
	worseningAtFiring: number | null;
	/** Of a change rule: the 28 days latched at the firing. */
	referenceSince: number | null;
	minimumDays: number;
	/** Contacts of the intent that the bot took part in since, and those it ended alone; null during probation. */
	canary: { percent: number; bot: number; aiOnly: number } | null;
}

interface Measured {
	window: { days: number; since: string; until: string };
	n: number;
	observed: number;
	expected: number;
	worsening: number;
	upper90: number;
	allowed: number;
	limit: number;
	/** The rule's own limit, which the recovery level may undercut. */
	stop: number;
	z: number;
}

/** `judge` holds the rule over this intent alone; `outcomes` counts them between two days. */
export function testRecovery(
	judge: Judge,
	due: number,
	outcomes: (since: number, until: number) => number,
	question: RecoveryQuestion
): RecoveryTest {
	const { after, minimumDays, canary } = question;
	const { rule, minimumEvidence } = judge.subject;
	const n = outcomes(after + 1, due);
	const today = measuredOn(judge, due, question);
	const best = today.find(isRecovered) ?? today.at(-1) ?? null;
	const say = (finding: RecoveryFinding, missing: string[], shown = best): RecoveryTest => ({
		finding,
		until: dayOf(due),
		n,
		window: shown?.window ?? null,
		observed: shown?.observed ?? null,
		expected: shown?.expected ?? null,
		worsening: shown?.worsening ?? null,
		upper90: shown?.upper90 ?? null,
		allowed: shown?.allowed ?? null,
		limit: shown?.limit ?? null,
		missing
	});
	const days = Math.max(0, due - after);
	const missing: string[] = [];
	const doubt = canary && canaryDoubt(canary);
	if (doubt) missing.push(doubt);
	const held = (judged: (list: readonly Measured[]) => boolean, wanted: number) => {
		let left = wanted;
		for (let day = due; left > 0 && day > after; day--) {
			// A day without outcomes freezes the count: it is neither better nor worse.
			if (outcomes(day, day) === 0) continue;
			if (!judged(day === due ? today : measuredOn(judge, day, question))) return false;
			left--;
		}
		return left === 0;
	};
	const worst = today.find(isWorse);
	if (worst && !doubt && held((list) => list.some(isWorse), rule.hold_days)) return say('worse', [], worst);
	const minimum = rule.minimum_evidence ?? minimumEvidence;
	if (n === 0) missing.push('No outcome of a contact that the bot ended alone is known since the decision.');
	else if (today.length === 0) missing.push(tooFew(n, days, minimum));
	if (days < minimumDays)
		missing.push(`${minimumDays - days} more mature days: at least ${minimumDays} are asked for.`);
	if (today.length > 0 && !today.some(isRecovered)) missing.push(notSure(best!));
	else if (today.length > 0 && !held((list) => list.some(isRecovered), rule.recovery_days))
		missing.push(`Recovery on ${rule.recovery_days} days running; one day may be luck.`);
	else if (worst) missing.push('A window in which it is not worse: a longer or shorter one still is.');
	return missing.length > 0 ? say('undecided', missing) : say('recovered', []);
}

function measuredOn(judge: Judge, due: number, question: RecoveryQuestion): Measured[] {
	const { after, worseningAtFiring, referenceSince } = question;
	const { rule } = judge.subject;
	const stop = stopLevel(rule).value;
	const level = rule.recovery_level ?? stop;
	return WINDOWS.flatMap((length) => {
		const since = due - length + 1;
		if (since <= after) return [];
		const reference = rule.kind === 'change' && referenceSince !== null ? referenceSince : undefined;
		const s = judge.measure(since, due, reference);
		if (!s) return [];
		const left = judge.limitFor(s.expected, level);
		return [
			{
				window: { days: length, since: dayOf(since), until: dayOf(due) },
				n: s.n,
				observed: s.observed,
				expected: s.expected,
				worsening: s.worsening,
				upper90: s.worsening + NINETY * s.standardError,
				allowed: Math.max(left, (worseningAtFiring ?? 0) / 2),
				limit: left,
				stop: judge.limitFor(s.expected, stop),
				z: s.z
			}
		];
	});
}

const isRecovered = (one: Measured) => one.worsening <= one.limit && one.upper90 <= one.allowed;

/** The tighter watch: on this intent alone, past the limit, and 95 in a hundred sure that it is worse at all. */
const isWorse = (one: Measured) => one.worsening >= one.stop && one.z >= NINETY_FIVE;

function canaryDoubt({ percent, bot, aiOnly }: NonNullable<RecoveryQuestion['canary']>): string | null {
	if (percent <= 0)
		return 'Contacts kept on contain at random: the policy has no probation.canary_percent. What people achieve says nothing of the bot.';
	if (bot === 0) return null;
	const share = aiOnly / bot;
	const spread = NINETY_FIVE * Math.sqrt((share * (1 - share)) / bot);
	return share - spread > (CANARY_SLACK * percent) / 100
		? `A canary that is one: the bot ends ${(share * 100).toFixed(0)} % alone, and ${percent} % were to be kept at random. The rest chose itself, and would read too well or too badly.`
		: null;
}

function tooFew(n: number, days: number, minimum: number): string {
	const perDay = days > 0 ? n / days : 0;
	const more = perDay > 0 ? `, about ${Math.ceil((minimum - n) / perDay)} more days at this pace` : '';
	return n < minimum
		? `${minimum - n} more outcomes than the ${n} there are${more}.`
		: `A window of at least 7 days with ${minimum} outcomes.`;
}

function notSure({ worsening, limit, upper90, allowed, n }: Measured): string {
	const points = (share: number) => `${(share * 100).toFixed(1)} points`;
	if (worsening > limit)
		return `Recovery: it still is ${points(worsening)} worse than the reference, and ${points(limit)} are allowed.`;
	const room = allowed - worsening;
	const wanted = room > 0 ? Math.ceil(n * ((upper90 - worsening) / room) ** 2) : null;
	const about = wanted === null ? '' : ` About ${wanted} outcomes in place of ${n} would do at this rate.`;
	return `Certainty: it may still be ${points(upper90)} worse, and nine in ten must lie below ${points(allowed)}.${about}`;
}
