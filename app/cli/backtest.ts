/**
 * `plimsoll backtest`: the rule book replayed over the log as known at the time, or tried on a simulated scenario at
 * the log's volumes, beside the naive week-over-week rule. Reads, and records nothing.
 */
import { refreshFacts, watermark } from '#queries/queries.server';
import { ruleTitles, intentPolicyOf } from '#stoploss/policy';
import type { Score } from '#stoploss/lab';
import { openWarehouse } from '#warehouse/warehouse.server';
import { labAsk } from '../lib/lab-ask';
import { answer, type LabAnswer } from '../lib/server/lab.server';
import { loadPolicy } from '../lib/server/policy-file.server';
import { withDatabase } from './database';
import { EXIT } from './failure';
import { startProgress } from './progress';
import { askServer } from './running-server';

interface BacktestOptions {
	db: string;
	policy?: string;
	json?: boolean;
	[parameter: string]: string | boolean | undefined;
}

/** Option of the command line, by the name that the URL has for it. */
const PARAMETERS: Record<string, string> = {
	scenario: 'over',
	from: 'from',
	to: 'to',
	wrong: 'wrong',
	size: 'size',
	runs: 'runs',
	rule: 'rule',
	naive: 'naive',
	naivePercent: 'naive_percent',
	perDay: 'per_day',
	reply: 'reply',
	aiOnly: 'ai_only'
};

export async function runBacktest(options: BacktestOptions): Promise<number> {
	const policy = loadPolicy(options.policy);
	const asked = new URLSearchParams();
	for (const [option, name] of Object.entries(PARAMETERS)) {
		const value = options[option];
		if (typeof value === 'string') asked.set(name, value);
	}
	if (asked.has('per_day')) asked.set('volumes', 'expected');
	const found = await withDatabase<LabAnswer>(options.db, {
		async directly() {
			const warehouse = await openWarehouse(options.db);
			const progress = startProgress('Replaying', 'steps');
			try {
				await refreshFacts(warehouse, intentPolicyOf(policy));
				const hasLog = (await watermark(warehouse)) !== null;
				return await answer(warehouse, policy, labAsk(asked, hasLog), progress.update);
			} finally {
				progress.stop();
				await warehouse.close();
			}
		},
		async through(server) {
			const reply = await askServer(
				server,
				'/api/backtest',
				Object.fromEntries(asked),
				options.policy,
				'POST'
			);
			return (await reply.json()) as LabAnswer;
		}
	});
	if (options.json) console.log(JSON.stringify(found, null, 2));
	else print(found, ruleTitles(policy));
	return EXIT.clear;
}

const points = (value: number) => `${(value * 100).toFixed(1)} points`;
const rate = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(0));

function print({ history, lab, left, ask }: LabAnswer, titles: Record<string, string>): void {
	const title = (rule: string) => titles[rule] ?? rule;
	const naive = `${ask.naive.points} points or ${ask.naive.percent} % week over week`;
	if (history) {
		console.log(`Looked on every day from ${history.since} to ${history.until}, as known at the time.\n`);
		for (const { rule, firings, naive: naively, detections } of history.rules) {
			console.log(title(rule));
			for (const one of firings)
				console.log(
					`  fired ${one.firedOn}, knowing the days to ${one.knownUntil}: ${points(one.worsening)} worse over ${one.windowDays} days${one.driver ? `, led by ${one.driver}` : ''}; ${one.closedOn ? `closed ${one.closedOn}` : 'still open'}${one.falseAlarm === null ? '' : one.falseAlarm ? '; FALSE' : '; right'}`
				);
			if (firings.length === 0) console.log('  never fired');
			console.log(`  naive: ${naively.length === 0 ? 'never' : naively.join(', ')}`);
			for (const { delayDays, harmed } of detections)
				console.log(
					`  found ${delayDays === null ? 'never' : `after ${delayDays} days`}${harmed ? `, ${harmed.value.toFixed(0)} outcomes harmed by then (${harmed.low.toFixed(0)} to ${harmed.high.toFixed(0)})` : ''}`
				);
		}
		const { perQuarter, falseAlarmsPerQuarter: wrongly } = history;
		console.log(
			`\nFirings a quarter, whole book: ${rate(perQuarter.ours)}; naive (${naive}): ${rate(perQuarter.naive)}`
		);
		console.log(
			wrongly
				? `False alarms a quarter: ${rate(wrongly.ours)}; naive: ${rate(wrongly.naive)}`
				: 'None is called false: nobody said when something was wrong (--wrong 2025-W38..2026-W11).'
		);
		if (history.curve) {
			console.log(`\n${title(history.curve.rule)}, had its limit been`);
			for (const one of history.curve.points)
				console.log(
					`  ${one.limit}: ${one.firings} firings${one.first ? `, the first on ${one.first}` : ''}; naive ${one.naive}`
				);
		}
	}
	if (lab) {
		const line = (name: string, { falseAlarms, found, delayDays, harmed }: Score) =>
			console.log(
				`${name.padEnd(52)}  ${rate(falseAlarms.value)} (${rate(falseAlarms.low)} to ${rate(falseAlarms.high)})` +
					(found === null
						? ''
						: !delayDays || !harmed
							? `; fired within 26 weeks all the same in ${(found * 100).toFixed(0)} %`
							: `; found in 26 weeks ${(found * 100).toFixed(0)} %, after ${delayDays.median ?? '—'} days (90 %: ${delayDays.ninety ?? '—'}), ${harmed.value.toFixed(0)} harmed by then (${harmed.low.toFixed(0)} to ${harmed.high.toFixed(0)})`)
			);
		console.log(
			`${lab.runs} simulated years of ${lab.scenario}${lab.size ? `, ${lab.size} points` : ''}. False alarms a quarter (95 % range) first.\n`
		);
		line('The whole book', lab.book.ours);
		line(`Naive, ${naive}`, lab.book.naive);
		const chance = lab.book.naive.falseAlarms.value;
		if (chance > 0.5)
			console.log(
				`The naive rule fires every ${(91.3 / chance).toFixed(0)} days on nothing at all: much of what it finds, it finds by chance.`
			);
		console.log('');
		for (const { rule, ours, perDay } of lab.rules) line(`${title(rule)} (${perDay.toFixed(0)} a day)`, ours);
		if (lab.blind)
			console.log(
				`\nThe missing data was noticed in ${(lab.blind.found * 100).toFixed(0)} % of the runs, after ${lab.blind.days} days (its own maturity included).`
			);
		if (lab.curve) {
			console.log(`\n${title(lab.curve.rule)}, were its limit`);
			for (const one of lab.curve.points) {
				line(`  ${one.limit}`, one.ours);
				line(`  ${one.limit}, naive`, one.naive);
			}
			if (lab.curve.proposed !== null) console.log(`Proposed limit at these volumes: ${lab.curve.proposed}`);
		}
	}
	for (const { rule, why } of left) console.log(`${title(rule)} was left out. ${why}`);
}
