/**
 * What reviewers found, as the scorecard says it, over a real database: against a plain oracle that weighs one item
 * after the other, in every state that a sample can be in, and under what comes late, goes away or is forgotten.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forget } from '../ingest/forget.server';
import { ingest } from '../ingest/ingest.server';
import type { Measurement } from '../queries/measurement';
import {
	behindCounts,
	knownAtTime,
	publish,
	refreshFacts,
	rememberedScorecard,
	remeasure,
	restatement,
	scorecard,
	sidesOf,
	watermark,
	weekWindow,
	type ScorecardRequest
} from '../queries/queries.server';
import { openScratch, policy } from '../queries/tests/log-rows';
import type { Dimension, MetricName } from '../warehouse/vocabulary';
import type { Warehouse } from '../warehouse/warehouse.server';
import { drawSample, readSample, type SampleItem } from './draw.server';
import { saveReview, skipItem } from './desk.server';
import { criteriaOf, mark } from './mark';
import type { Plan } from './plan';
import { results } from './results.server';
import { NOW, WEEK, calendar, openWeek, planOf, rubric } from './tests/world';

const METRICS = ['review_defect_rate', 'not_solved_by_review', 'review_score'] as const;
const answersOf = (level: 'best' | 'worst') =>
	Object.fromEntries(
		criteriaOf(rubric).map(({ name, scale }) => [name, scale.at(level === 'best' ? -1 : 0)!.name])
	);
const minutesAfter = (time: string, minutes: number) =>
	new Date(Date.parse(time) + minutes * 60_000).toISOString();

let warehouse: Warehouse;
beforeEach(async () => {
	warehouse = await openWeek(200);
});
afterEach(() => warehouse.close());

const draw = (changes: Partial<Plan> = {}, now = NOW) =>
	drawSample(warehouse, { plan: planOf(changes), rubric, week: WEEK, calendar, now });
const review = async (items: readonly SampleItem[], bad: (item: SampleItem) => boolean, now = NOW) => {
	// As saveReview writes them, in one statement; the next version of each.
	const rows = items.map((item) => {
		const answers = answersOf(bad(item) ? 'worst' : 'best');
		return { item: item.item, answers: JSON.stringify(answers), ...mark(rubric, answers) };
	});
	await warehouse.run(
		`INSERT INTO review.review BY NAME SELECT r.item, 'ann' AS reviewer,
			(SELECT count(*) + 1 FROM review.review AS before WHERE before.item = r.item)::INTEGER AS version,
			$now::TIMESTAMPTZ AS happened_at, r.answers, []::VARCHAR[] AS root_causes, NULL::VARCHAR AS note, true AS finished,
			r.score, r.defect, r.solved, 'seen' AS seen_hash
		FROM (SELECT unnest(from_json($rows, '[{"item": "VARCHAR", "answers": "VARCHAR", "score": "DOUBLE", "defect": "BOOLEAN", "solved": "BOOLEAN"}]'), recursive := true)) AS r`,
		{ now, rows: JSON.stringify(rows) }
	);
};
const ask = (more: Partial<ScorecardRequest> = {}) =>
	scorecard(warehouse, { weeks: [WEEK], metrics: METRICS, calendar, ...more });
const one = async (metric: MetricName, more: Partial<ScorecardRequest> = {}): Promise<Measurement> =>
	(await ask({ metrics: [metric], ...more }))[0]!;
/** Every third of those with a signal is bad, every tenth of the others. */
const bad = ({ id, risky }: SampleItem) => Number(id.slice(1)) % (risky ? 3 : 10) === 0;

describe('the weighted findings of a week', () => {
	it('agree with a plain oracle in every slice, also where a slice cuts through the groups', async () => {
		const { cells, items } = await draw({ strata: ['intent'] });
		// Five are left: the rest of their groups speaks for them.
		const reviewed = items.slice(0, -5);
		await review(reviewed, bad);
		const facts = await warehouse.all<{ id: string } & Record<string, string>>(
			`SELECT id, path, intent, channel FROM fact.episode WHERE starts_with(id, 'c')`
		);
		const of = new Map(facts.map((row) => [row.id, row]));
		const weight = (item: SampleItem) => {
			const same = (other: { stratum: string; risky: boolean }) =>
				other.stratum === item.stratum && other.risky === item.risky;
			return cells.find(same)!.population / reviewed.filter(same).length;
		};
		for (const by of [[], ['path'], ['intent'], ['channel'], ['intent', 'channel']] as Dimension[][]) {
			const card = await ask({ by, metrics: ['review_defect_rate'] });
			expect(card).toHaveLength(new Set(facts.map((row) => by.map((name) => row[name]).join())).size);
			for (const { slice, value, evidence, pending, status, interval } of card) {
				const fits = (item: SampleItem) => by.every((name) => of.get(item.id)![name] === slice[name]);
				const those = reviewed.filter(fits);
				const sum = (some: readonly SampleItem[]) => some.reduce((all, item) => all + weight(item), 0);
				expect(value).toBeCloseTo(sum(those.filter(bad)) / sum(those), 12);
				expect(evidence).toMatchObject({ numerator: those.filter(bad).length, denominator: those.length });
				expect(evidence.parts!['naive']).toBeCloseTo(those.filter(bad).length / those.length, 12);
				expect(pending).toBe(items.slice(-5).filter(fits).length);
				expect(status).toBe(pending > 0 ? 'immature' : those.length < 30 ? 'thin' : 'measured');
				expect(interval!.low).toBeLessThanOrEqual(value!);
				expect(interval!.high).toBeGreaterThanOrEqual(value!);
			}
		}
		// The desk says the same of everybody, with the same interval.
		const { estimate } = await results(warehouse, planOf({}), rubric);
		const [defects, solved, score] = await ask();
		for (const [card, desk] of [
			[defects, estimate.defectRate],
			[solved, estimate.saidSolvedButWasNot],
			[score, estimate.score]
		] as const) {
			expect(card!.value).toBeCloseTo(desk.value!, 9);
			expect(card!.interval!.low).toBeCloseTo(desk.low!, 9);
			expect(card!.interval!.high).toBeCloseTo(desk.high!, 9);
		}
		// Drawn twice as often where there is a signal, so that the naive mean is off.
		expect(estimate.defectRate.naive! - estimate.defectRate.value!).toBeGreaterThan(0.02);
	});

	it('have as many conversations behind them as they say', async () => {
		const { items } = await draw({ strata: ['intent'] });
		await review(items.slice(0, -5), bad);
		for (const measured of await ask()) {
			const { counts } = await behindCounts(warehouse, {
				metric: measured.metric,
				window: weekWindow(calendar, WEEK),
				calendar
			});
			expect(counts, measured.metric).toMatchObject(sidesOf(measured));
			expect(counts.pending).toBe(5);
			expect(counts.excluded).toBe(200 - items.length);
		}
	});

	it('say why they can not be seen', async () => {
		expect(await one('review_defect_rate')).toMatchObject({
			status: 'absent',
			value: null,
			reason: `No sample of ${WEEK} was drawn: the review desk draws it, or plimsoll sample --week ${WEEK}.`
		});
		const { items } = await draw();
		expect(await one('review_score')).toMatchObject({
			status: 'immature',
			value: null,
			pending: 60,
			reason: 'None of 60 that were drawn are reviewed yet.'
		});
		await review(items.slice(0, 20), bad);
		expect(await one('review_defect_rate')).toMatchObject({
			status: 'immature',
			pending: 40,
			reason: '40 of 60 that were drawn are not reviewed yet.'
		});
		await review(items.slice(20), bad);
		expect(await one('review_defect_rate')).toMatchObject({ status: 'measured', pending: 0, reason: null });
		// Another week was never drawn, and of it nothing is known.
		expect(await one('review_defect_rate', { weeks: ['2026-W12'] })).toMatchObject({
			status: 'absent',
			reason: expect.stringContaining('No sample of 2026-W12 was drawn')
		});
	});

	it('say whom a sample leaves out, and that few reviews are few', async () => {
		await warehouse.run(`UPDATE fact.episode SET path = 'escalated' WHERE intent = 'order_late'`);
		const { items } = await draw({ weekly: { random: 12, risk: 0 }, risk_signals: [] });
		await review(items, bad);
		expect(await one('review_defect_rate')).toMatchObject({
			status: 'thin',
			reason: 'Only 12 counted; 30 are needed.'
		});
		const byPath = await ask({ by: ['path'], metrics: ['review_defect_rate'] });
		expect(byPath.find(({ slice }) => slice.path === 'escalated')).toMatchObject({
			status: 'absent',
			reason: 'The sample holds none of these contacts: plan test draws from tier A, path ai_only.'
		});
	});

	it('count a plan once where two look at the same contacts, and both where they do not', async () => {
		const first = await draw({ name: 'first', weekly: { random: 30, risk: 0 } });
		await review(first.items, () => true);
		const second = await draw({ name: 'second', weekly: { random: 50, risk: 0 } }, minutesAfter(NOW, 1));
		await review(second.items, () => false);
		expect(await one('review_defect_rate')).toMatchObject({
			value: 1,
			evidence: { numerator: 30, denominator: 30 }
		});
		await warehouse.run(`UPDATE fact.episode SET tier = 'B' WHERE intent = 'order_late'`);
		const other = await draw(
			{ name: 'other', population: { tier: ['B'], path: ['ai_only'] }, weekly: { random: 10, risk: 0 } },
			minutesAfter(NOW, 2)
		);
		await review(other.items, () => false);
		// Whoever is in both by now stands for the later draw.
		const both = other.items.filter(({ id }) => first.items.some((item) => item.id === id)).length;
		expect((await one('review_defect_rate')).evidence).toMatchObject({
			numerator: 30 - both,
			denominator: 40 - both
		});
	});
});

describe('extreme samples', () => {
	it.each([
		['all defects', () => true, 1],
		['none', () => false, 0],
		['some', bad, null]
	] as const)('a week reviewed whole is known and not estimated: %s', async (_, judge, wanted) => {
		const { items, population } = await draw({ weekly: { random: 500, risk: 0 } });
		await review(items, judge);
		const { value, interval, evidence, status } = await one('review_defect_rate');
		const truth = wanted ?? items.filter(bad).length / population;
		expect(status).toBe('measured');
		expect(value).toBeCloseTo(truth, 12);
		expect(interval).toMatchObject({ low: value, high: value });
		expect(evidence.parts).toMatchObject({ covered: 1, population: 200 });
	});
	it('one review says nearly nothing', async () => {
		const { items } = await draw({ strata: [], weekly: { random: 1, risk: 0 } });
		await review(items, () => true);
		const { interval, status, evidence } = await one('review_defect_rate');
		expect(status).toBe('thin');
		expect(interval!.high).toBe(1);
		expect(interval!.low).toBeLessThan(0.4);
		// One of two groups was drawn from; the other counts as not covered.
		expect(evidence.parts!['covered']).toBeLessThan(1);
	});
	it('drafts and skipped items count nowhere; the reserve does', async () => {
		const { items } = await draw({ strata: [], weekly: { random: 40, risk: 0 }, risk_signals: [] });
		const who = { reviewer: 'ann', now: NOW };
		await saveReview(warehouse, items[0]!.item, { answers: {}, finished: false }, who);
		expect(await one('review_defect_rate')).toMatchObject({ pending: 40, value: null });
		const reserve = await skipItem(warehouse, items[1]!.item, { reason: 'unreadable' }, who);
		const now = (await readSample(warehouse, planOf({}), WEEK))!.items;
		expect(now.map(({ item }) => item)).toContain(reserve);
		await review(now, () => false);
		expect(await one('review_defect_rate')).toMatchObject({
			status: 'measured',
			evidence: { denominator: 40 },
			pending: 0
		});
	});
});

describe('what comes late, and what goes away', () => {
	it('a review after a week was published is a restatement, and the published bytes can be made again', async () => {
		const published = minutesAfter(NOW, 60);
		const { items } = await draw();
		await review(items.slice(0, 40), bad);
		await publish(warehouse, {
			week: WEEK,
			by: 'Maja Lind',
			now: published,
			calendar,
			intentPolicy: policy
		});
		const before = await one('review_defect_rate');
		await review(items.slice(40), () => true, minutesAfter(published, 60));
		const found = await restatement(warehouse, WEEK);
		const defects = found!.changed.filter((row) => (row.old ?? row.new)!.metric === 'review_defect_rate');
		expect(defects).toHaveLength(2);
		for (const { old, new: now, reasons } of defects) {
			expect(old!.value).toBeCloseTo(before.value!, 12);
			expect(now!.value).toBeGreaterThan(old!.value!);
			expect(reasons).toEqual([
				{ kind: 'matured', n: 20 },
				{ kind: 'late_review', n: 20 }
			]);
		}
		expect(new Set(found!.changed.map((row) => (row.old ?? row.new)!.metric))).toEqual(new Set(METRICS));
		const again = await remeasure(warehouse, WEEK);
		expect(again!.filter(({ metric }) => metric === 'review_defect_rate')).toEqual(
			found!.card.measurements.filter(({ metric }) => metric === 'review_defect_rate')
		);
	});
	it('a look at the past knows the reviews of then, and one of now all of them', async () => {
		const ingested = minutesAfter(new Date().toISOString(), 60);
		const { items } = await draw({}, ingested);
		await review(items.slice(0, 40), bad, minutesAfter(ingested, 10));
		await review(items.slice(40), bad, minutesAfter(ingested, 30));
		const last = (await watermark(warehouse))!;
		expect((await one('review_defect_rate', { asOf: last })).evidence).toMatchObject({ denominator: 60 });
		expect(await one('review_defect_rate', { asOf: minutesAfter(last, -60) })).toMatchObject({
			status: 'absent'
		});
		const then = (minutes: number) =>
			knownAtTime(warehouse, { instant: minutesAfter(ingested, minutes), policy }, async (db) =>
				scorecard(db, { weeks: [WEEK], metrics: METRICS, calendar })
			);
		expect((await then(-30))[0]).toMatchObject({ status: 'absent' });
		expect((await then(5))[0]).toMatchObject({ status: 'immature', value: null, pending: 60 });
		expect((await then(15))[0]).toMatchObject({ evidence: { denominator: 40 }, pending: 20 });
		expect((await then(45))[0]).toEqual(await one('review_defect_rate'));
	});
	it('a changed review counts anew, and a page sees it at once', async () => {
		const { items } = await draw();
		const card = () => rememberedScorecard(warehouse, { weeks: [WEEK], metrics: METRICS, calendar });
		expect((await card())[0]).toMatchObject({ pending: 60 });
		await review(items, () => false);
		expect((await card())[0]).toMatchObject({ value: 0 });
		await review(items.slice(0, 1), () => true, minutesAfter(NOW, 5));
		expect((await card())[0]!.evidence).toMatchObject({ numerator: 1, denominator: 60 });
	});
	it('of a double review the one that was finished first counts, also after it was corrected', async () => {
		const { items } = await draw({ double_share: 1 });
		const save = (reviewer: string, level: 'best' | 'worst', minutes: number) =>
			saveReview(
				warehouse,
				items[0]!.item,
				{ answers: answersOf(level), finished: true },
				{ reviewer, now: minutesAfter(NOW, minutes) }
			);
		const hits = async () => (await one('review_defect_rate')).evidence;
		await save('ann', 'best', 0);
		await save('bo', 'worst', 10);
		expect(await hits()).toMatchObject({ numerator: 0, denominator: 1 });
		await save('ann', 'worst', 20);
		expect(await hits()).toMatchObject({ numerator: 1, denominator: 1 });
		await save('bo', 'best', 30);
		expect(await hits()).toMatchObject({ numerator: 1, denominator: 1 });
	});
	it('forgetting a customer moves no figure', async () => {
		await warehouse.close();
		warehouse = await openScratch();
		const file = join(mkdtempSync(join(tmpdir(), 'plimsoll-')), 'log.ndjson');
		const told = (id: string, minutes: number) => {
			const at = minutesAfter('2026-03-02T08:00:00.000Z', minutes);
			const messages = [
				{ at, role: 'customer', text: 'Where is my order?' },
				{ at, role: 'bot', text: 'On its way.' }
			];
			return JSON.stringify({
				id,
				customer_id: `customer${id.slice(1)}`,
				intent: 'order_status',
				started_at: at,
				ended_at: at,
				resolved_at: at,
				messages
			});
		};
		const lines = Array.from({ length: 80 }, (_, i) => told(`c${i}`, i));
		writeFileSync(file, [...lines, told('later', 20_000)].join('\n'));
		await ingest(warehouse, { inputs: [file], source: 'canonical', now: NOW });
		await refreshFacts(warehouse, policy);
		const { items } = await draw();
		await review(items, bad);
		const before = await ask();
		const customer = `customer${items[0]!.id.slice(1)}`;
		const receipt = await forget(warehouse, { customer, by: 'Maja', now: NOW, key: undefined });
		expect(receipt.conversations).toBe(1);
		await refreshFacts(warehouse, policy);
		expect(await ask()).toEqual(before);
	});
	it('a conversation that turns out to be a test, or is gone, leaves the figures of its group to the others', async () => {
		const { items } = await draw({ strata: [] });
		await review(items, bad);
		const [spam, gone] = items.filter(bad) as [SampleItem, SampleItem];
		await warehouse.run(`UPDATE log.conversation SET test_traffic = true WHERE id = $id`, { id: spam.id });
		await warehouse.run(`DELETE FROM log.conversation WHERE id = $id`, { id: gone.id });
		await warehouse.run('DELETE FROM fact.refreshed');
		await refreshFacts(warehouse, { ...policy, hash: 'again' });
		const { evidence, value, interval } = await one('review_defect_rate');
		const hits = items.filter(bad).length - 2;
		expect(evidence).toMatchObject({ numerator: hits, denominator: 58 });
		expect(value).toBeGreaterThan(0);
		expect(interval!.low).toBeLessThan(value!);
		// What was reviewed stays at the desk.
		expect((await results(warehouse, planOf({}), rubric)).estimate.defectRate.n).toBe(60);
	});
});
