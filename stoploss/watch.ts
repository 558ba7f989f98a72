/**
 * What an alert is to be told about one day: the finding, and whether an open alert has recovered. Pure.
 * Recovery is measured against the reference latched at firing, on days wholly after it: two bad weeks in a row
 * are not a recovery from each other.
 */
import type { DailyCohort } from '../queries/measurement';
import type { Alert, AlertSettings, Observation, Observed } from './alert';
import { isOpen, type Latch } from './alert';
import { driversOf, hasShifted, shiftOf } from './evidence';
import { REFERENCE_DAYS, type DayFinding, type Judge } from './judge';
import { stopLevel, type Rule } from './rule';
import { dayOf } from './series';

const RECOVERY_WINDOWS = [7, 14, 28];
/** Quantile of the normal distribution: nine in ten. */
const NINETY = 1.2815515655446008;

export function settingsOf(rule: Rule): AlertSettings {
	return {
		holdDays: rule.hold_days,
		recoveryDays: rule.recovery_days,
		keepFiringDays: rule.keep_firing_days
	};
}

/** An alert about data that don't come fires at once, and ends with the data. */
export const BLINDNESS: AlertSettings = { holdDays: 1, recoveryDays: 1, keepFiringDays: 0 };

/** Whether missing data fires an alert of its own: as the rule says, and always for tier B where it says nothing. */
export function blindnessFires(rule: Rule, tierB: readonly string[]): boolean {
	if (rule.no_data) return rule.no_data === 'fire';
	const intents = rule.slice.intents ?? (rule.slice.intent ? [rule.slice.intent] : []);
	return rule.slice.tier === 'B' || intents.some((intent) => tierB.includes(intent));
}

/** Too few outcomes for any window are `insufficient`; a day that could be judged and isn't bad is `ok`. */
export function observationOf({ finding, looks }: DayFinding): Observation {
	const words: Record<DayFinding['finding'], Observation> = {
		clear: 'ok',
		watch: 'watch',
		breach: 'breach',
		undecided: looks.length > 0 ? 'ok' : 'insufficient',
		blind: 'stale'
	};
	return words[finding];
}

export function observe(
	judge: Judge,
	due: number,
	at: string,
	alert: Alert,
	answered?: readonly DailyCohort[]
): Observed {
	const found = judge.finding(due);
	const observed: Observed = { kind: 'observed', at, day: dayOf(due), observation: observationOf(found) };
	const { decisive } = found;
	if (found.finding === 'breach' && decisive) {
		const driver = driversOf(judge, decisive)[0]?.intent;
		observed.worsening = decisive.worsening;
		observed.limit = decisive.limit;
		if (driver !== undefined) observed.driver = driver;
		observed.latch = {
			day: due,
			referenceSince: decisive.since - REFERENCE_DAYS,
			worsening: decisive.worsening
		};
	}
	// Long windows remember a loss that is over, so that a day in breach may yet be a day of recovery.
	const evaluable = observed.observation !== 'stale' && observed.observation !== 'insufficient';
	const { latch } = alert;
	if (isOpen(alert.state) && latch && evaluable) {
		const relapsed = found.looks.some((look) => look.breach && look.since > latch.day);
		observed.recovered = !relapsed && hasRecovered(judge, due, latch, answered);
	}
	return observed;
}

/** The same day as an alert about missing data sees it. */
export function observeBlindness(judge: Judge, due: number, at: string): Observed {
	const blind = judge.finding(due).finding === 'blind';
	return { kind: 'observed', at, observation: blind ? 'breach' : 'ok', recovered: !blind };
}

/** Nine chances in ten that half of the loss is gone, and what is left is below the size that matters. */
export function hasRecovered(
	judge: Judge,
	due: number,
	latch: Latch,
	answered?: readonly DailyCohort[]
): boolean {
	const { rule, confidence } = judge.subject;
	const level = rule.recovery_level ?? stopLevel(rule).value;
	return RECOVERY_WINDOWS.some((length) => {
		const since = due - length + 1;
		if (since <= latch.day) return false;
		const s = judge.measure(since, due, rule.kind === 'change' ? latch.referenceSince : undefined);
		if (!s) return false;
		const left = judge.limitFor(s.expected, level);
		const below = s.worsening <= left;
		const sure = s.worsening + NINETY * s.standardError <= Math.max(left, latch.worsening / 2);
		if (!below || !sure) return false;
		// Better ratings from fewer customers who answer are no recovery.
		const response = shiftOf(answered, since, due);
		return !(response && response.now < response.before && hasShifted(response, confidence.z7));
	});
}
