/**
 * The lab over a warehouse: replays the rule book over the log, or over simulated worlds at the log's own volumes or
 * at expected ones. Touches the database, to read. Long work lets others in between its steps.
 */
import { watermark, weekWindow, weeksPresent } from '#queries/queries.server';
import { expectedProfile } from '#stoploss/expected';
import { replayHistory, type HistoryReport } from '#stoploss/history';
import { runLab, type LabReport, type Trial } from '#stoploss/lab';
import { confidenceOf, type Policy } from '#stoploss/policy';
import { ruleMetric } from '#stoploss/rule-metrics';
import { profileOf } from '#stoploss/scenario';
import { dayNumber, dayOf, seriesOf } from '#stoploss/series';
import type { Warehouse } from '#warehouse/warehouse.server';
import type { LabAsk } from '../lab-ask';
import { calendarOf } from './policy-file.server';
import { ruleData, type RuleData } from './rule-data.server';

export interface LabAnswer {
	ask: LabAsk;
	history: HistoryReport | null;
	lab: LabReport | null;
	/** Rules that were left out, and why. */
	left: { rule: string; why: string }[];
}

export type Progress = (done: number, total: number) => void;

/** Runs a generator to its end; every few milliseconds others may work. */
export async function drive<Result>(
	steps: Generator<{ done: number; total: number }, Result>,
	onProgress: Progress = () => {}
): Promise<Result> {
	let since = performance.now();
	for (;;) {
		const step = steps.next();
		if (step.done) return step.value;
		onProgress(step.value.done, step.value.total);
		if (performance.now() - since < 20) continue;
		await new Promise((resume) => setImmediate(resume));
		since = performance.now();
	}
}

/** Null without a log. */
export async function dataNow(warehouse: Warehouse, policy: Policy): Promise<RuleData | null> {
	const now = await watermark(warehouse);
	return now === null ? null : ruleData(warehouse, policy, now);
}

export async function answer(
	warehouse: Warehouse,
	policy: Policy,
	ask: LabAsk,
	onProgress?: Progress
): Promise<LabAnswer> {
	const rules = policy.stop_loss.rules;
	const curveOf = rules.find(({ name }) => name === ask.rule)?.name ?? rules[0]?.name;
	const data = await dataNow(warehouse, policy);
	if (ask.over === 'history') {
		const span = await spanOfWeeks(warehouse, policy, ask);
		if (!data || !span) throw new RangeError('There are no conversations yet, so there is no history.');
		const { naive } = ask;
		const request = { policy, ...data, ...span, curveOf, naive };
		return { ask, history: await drive(replayHistory(request), onProgress), lab: null, left: [] };
	}
	const { trials, left } = trialsOf(policy, data, ask);
	const request = { trials, scenario: ask.over, size: ask.size, runs: ask.runs, curveOf, naive: ask.naive };
	return { ask, history: null, lab: await drive(runLab(request), onProgress), left };
}

/** The rules with what their series are like: as in the log, or as expected. */
export function trialsOf(policy: Policy, data: RuleData | null, { expected }: Pick<LabAsk, 'expected'>) {
	const left: LabAnswer['left'] = [];
	const trials = policy.stop_loss.rules.flatMap((rule): Trial[] => {
		const rows = data?.cohorts[rule.name] ?? [];
		const { bad } = ruleMetric(rule.metric);
		const profile = expected ? expectedProfile(policy, rule, expected) : profileOf(seriesOf(rows), bad);
		if (!profile) {
			left.push({ rule: rule.name, why: 'The log holds no outcome of its slice.' });
			return [];
		}
		return [
			{
				rule,
				profile,
				confidence: confidenceOf(policy, rule),
				minimumEvidence: rule.minimum_evidence ?? policy.minimum_evidence
			}
		];
	});
	return { trials, left };
}

/** The days to look on: from the first week's start to the morning after the last week, and what was wrong. */
async function spanOfWeeks(warehouse: Warehouse, policy: Policy, ask: LabAsk) {
	const calendar = calendarOf(policy);
	const weeks = await weeksPresent(warehouse, calendar);
	const [first, last] = [weeks[0], weeks.at(-1)];
	if (!first || !last) return null;
	const day = (instant: string) =>
		new Intl.DateTimeFormat('en-CA', { timeZone: calendar.timeZone }).format(new Date(instant));
	const window = (week: string) => weekWindow(calendar, week);
	const from = ask.from || first;
	const to = ask.to || last;
	if (from > to) throw new RangeError(`${from} is after ${to}: give the earlier week first.`);
	if (to < first || from > last)
		throw new RangeError(`There is no data from ${from} to ${to}: it runs from ${first} to ${last}.`);
	const [wrongFrom, wrongTo] = ask.wrong.split('..');
	return {
		since: day(window(from).since),
		until: day(window(to > last ? last : to).until),
		wrong:
			wrongFrom && wrongTo
				? [
						{
							since: day(window(wrongFrom).since),
							until: dayOf(dayNumber(day(window(wrongTo).until)) - 1)
						}
					]
				: null
	};
}
