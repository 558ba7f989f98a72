/** A week published, then late records through the real ingest: the bytes stay, the restatement counts why. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ingest } from '../../ingest/ingest.server';
import type { MetricName } from '../../warehouse/vocabulary';
import { openWarehouse, type Warehouse } from '../../warehouse/warehouse.server';
import {
	publications,
	publish,
	readPublication,
	refreshFacts,
	remeasure,
	restatement,
	scorecard,
	type Card,
	type Restatement
} from '../queries.server';
import { openScratch, policy } from '../tests/log-rows';

let warehouse: Warehouse;
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-publish-'));
let files = 0;
beforeEach(async () => {
	warehouse = await openScratch();
});
afterEach(() => warehouse.close());

const calendar = { timeZone: 'UTC', weekStart: 'monday' } as const;
const request = {
	week: '2026-W10',
	by: 'Maja Lind',
	now: '2026-03-16T08:00:00.000Z',
	calendar,
	intentPolicy: policy
};
const conversation = (id: string, more: Record<string, unknown> = {}) => {
	const at = String(more['started_at'] ?? '2026-03-03T09:00:00Z');
	return {
		id,
		customer_id: `of ${id}`,
		intent: 'order_status',
		started_at: at,
		ended_at: '2026-03-03T10:00:00Z',
		resolved_at: more['ended_at'] ?? '2026-03-03T10:00:00Z',
		messages: [
			{ role: 'customer', at, text: 'Where is my order?' },
			{ role: 'bot', at, text: 'On its way.' }
		],
		...more
	};
};
const rating = (score: number, at = '2026-03-04T09:00:00Z') => ({ score, scale: 5, answered_at: at });

async function take(...records: object[]) {
	const file = join(folder, `f${files++}.ndjson`);
	writeFileSync(file, records.map((record) => JSON.stringify(record)).join('\n'));
	const report = await ingest(warehouse, {
		inputs: [file],
		source: 'canonical',
		now: '2026-06-01T00:00:00Z'
	});
	if (report.quarantined > 0)
		throw new Error(JSON.stringify(await warehouse.all('SELECT field, reason FROM log.quarantine')));
	await refreshFacts(warehouse, policy);
}
const side = (record: string, id: string, more: object) => ({
	record,
	conversation_id: id,
	...more
});

/** Six contacts of W10, two rated 5 and one rated 1; a later one so that the week is over and has matured. */
const first = () =>
	take(
		conversation('a', { rating: rating(5) }),
		conversation('b', { rating: rating(5) }),
		conversation('c', { rating: rating(1) }),
		conversation('d'),
		conversation('e', {
			customer_id: 'of e',
			intent: null,
			messages: [
				{ role: 'customer', at: '2026-03-03T09:00:00Z', text: 'I want my money back' },
				{ role: 'bot', at: '2026-03-03T09:00:05Z', text: 'I will see.' }
			]
		}),
		conversation('f'),
		conversation('z', {
			started_at: '2026-03-20T09:00:00Z',
			ended_at: '2026-03-20T10:00:00Z',
			resolved_at: null
		})
	);

function changed(found: Restatement | null, metric: MetricName, path?: string) {
	return found!.changed.find((one) => {
		const { metric: name, slice } = (one.old ?? one.new)!;
		return name === metric && slice.path === path;
	});
}

describe('the published card', () => {
	it('is read back byte for byte, whatever comes later', async () => {
		await first();
		const published = await publish(warehouse, request);
		const card = JSON.parse(published.card) as Card;
		expect(card).toMatchObject({ week: '2026-W10', edition: 1, publishedBy: 'Maja Lind', ingestId: 1 });
		const csat = card.measurements.find(({ metric, slice }) => metric === 'csat_top_box' && !slice.path)!;
		expect(csat.evidence).toMatchObject({ numerator: 2, denominator: 3 });
		await take(side('rating', 'd', rating(1)), conversation('c', { rating: rating(4) }));
		const again = await readPublication(warehouse, '2026-W10');
		expect(again!.card).toBe(published.card);
		expect(again!.cardSha256).toBe(published.cardSha256);
		// And after closing and opening the file.
		const { file } = warehouse;
		await warehouse.close();
		warehouse = await openWarehouse(file);
		expect((await readPublication(warehouse, '2026-W10'))!.card).toBe(published.card);
	});

	it('is the same when the week is measured again from the log as known then', async () => {
		await first();
		const published = await publish(warehouse, request);
		const card = JSON.parse(published.card) as Card;
		await take(
			side('rating', 'd', rating(1)),
			side('complaint', 'a', { id: 'k', at: '2026-03-05T09:00:00Z' }),
			conversation('c', { rating: rating(4) }),
			conversation('late'),
			conversation('b back', {
				customer_id: 'of b',
				started_at: '2026-03-04T09:00:00Z',
				ended_at: '2026-03-04T10:00:00Z'
			})
		);
		const measured = async () =>
			JSON.stringify(await scorecard(warehouse, { weeks: ['2026-W10'], asOf: card.asOf, calendar }));
		expect(await measured()).not.toBe(JSON.stringify(card.measurements.filter(({ slice }) => !slice.path)));
		const before = await measured();
		const then = await remeasure(warehouse, '2026-W10');
		expect(JSON.stringify(then)).toBe(JSON.stringify(card.measurements));
		expect(await measured()).toBe(before);
	});

	it('a second edition needs a reason and leaves the first as it is', async () => {
		await first();
		const one = await publish(warehouse, request);
		await expect(publish(warehouse, request)).rejects.toThrow(/published by Maja Lind.*needs a reason/);
		await take(side('rating', 'd', rating(1)));
		const two = await publish(warehouse, { ...request, by: 'Ola', reason: 'Late ratings of the phone line' });
		expect(two).toMatchObject({ edition: 2, publishedBy: 'Ola' });
		expect((await readPublication(warehouse, '2026-W10', 1))!.card).toBe(one.card);
		expect((await readPublication(warehouse, '2026-W10'))!.card).toBe(two.card);
		expect((await publications(warehouse)).map(({ edition }) => edition)).toEqual([2, 1]);
		expect((await restatement(warehouse, '2026-W10'))!.changed).toEqual([]);
		expect((await restatement(warehouse, '2026-W10', 1))!.changed.length).toBeGreaterThan(0);
	});

	it('a card that was changed behind its back is refused', async () => {
		await first();
		await publish(warehouse, request);
		await warehouse.run(`UPDATE ledger.publication SET card = replace(card, 'Maja', 'Mona')`);
		await expect(readPublication(warehouse, '2026-W10')).rejects.toThrow('not the one that was published');
	});

	it('refuses a week that is not over, an empty one, nobody, and another policy', async () => {
		await expect(publish(warehouse, request)).rejects.toThrow('no conversations');
		await first();
		await expect(publish(warehouse, { ...request, week: '2026-W12' })).rejects.toThrow('not over');
		await expect(publish(warehouse, { ...request, week: '2026-W05' })).rejects.toThrow('No conversations in');
		await expect(publish(warehouse, { ...request, week: '2026-W99' })).rejects.toThrow('no week 99');
		await expect(publish(warehouse, { ...request, by: '  ' })).rejects.toThrow('give a name');
		await expect(
			publish(warehouse, { ...request, intentPolicy: { ...policy, hash: 'other' } })
		).rejects.toThrow('other intents');
		expect(await publications(warehouse)).toEqual([]);
		expect(await readPublication(warehouse, '2026-W10')).toBeNull();
		expect(await restatement(warehouse, '2026-W10')).toBeNull();
	});
});

describe('the restatement', () => {
	it('is empty when nothing came', async () => {
		await first();
		await publish(warehouse, request);
		const found = await restatement(warehouse, '2026-W10');
		expect(found).toMatchObject({ changed: [], later: [] });
		expect(found!.unchanged).toBeGreaterThan(20);
	});

	it('counts late ratings, complaints, new and corrected conversations, and who wrote again', async () => {
		await first();
		await publish(warehouse, request);
		await take(
			side('rating', 'd', rating(1)),
			side('rating', 'e', rating(5)),
			side('complaint', 'a', { id: 'k', at: '2026-03-05T09:00:00Z' })
		);
		await take(
			// Corrected: a person had answered.
			conversation('f', {
				messages: [
					{ role: 'customer', at: '2026-03-03T09:00:00Z', text: 'Where is my order?' },
					{ role: 'agent', at: '2026-03-03T09:10:00Z', text: 'Let me look.' }
				]
			}),
			// New, of the same week.
			conversation('late'),
			// b came back the day after; that record is of the same week as well.
			conversation('b back', {
				customer_id: 'of b',
				started_at: '2026-03-04T09:00:00Z',
				ended_at: '2026-03-04T10:00:00Z',
				resolved_at: '2026-03-04T10:00:00Z'
			})
		);
		const found = await restatement(warehouse, '2026-W10');
		expect(found!.later).toEqual([
			{ kind: 'corrected_conversation', path: null, n: 1 },
			{ kind: 'late_complaint', path: null, n: 1 },
			{ kind: 'late_rating', path: null, n: 2 },
			{ kind: 'later_contact', path: null, n: 1 },
			{ kind: 'new_conversation', path: null, n: 2 }
		]);
		expect(changed(found, 'csat_top_box')).toMatchObject({
			old: { evidence: { numerator: 2, denominator: 3 } },
			new: { evidence: { numerator: 3, denominator: 5 } },
			reasons: [
				{ kind: 'late_rating', n: 2 },
				{ kind: 'new_conversation', n: 2 },
				{ kind: 'corrected_conversation', n: 1 }
			]
		});
		expect(changed(found, 'recontact_72h')).toMatchObject({
			old: { evidence: { numerator: 0, denominator: 6 } },
			new: { evidence: { numerator: 1, denominator: 8 } }
		});
		expect(changed(found, 'recontact_72h')!.reasons).toContainEqual({ kind: 'later_contact', n: 1 });
		// The path that the correction made is new, and the one it left has one fewer.
		expect(changed(found, 'containment', 'human_only')).toMatchObject({ old: null });
		expect(changed(found, 'recontact_72h', 'human_only')!.reasons).toEqual([
			{ kind: 'corrected_conversation', n: 1 }
		]);
	});

	it('counts what left the week, and what only ripened', async () => {
		await take(
			conversation('a', { rating: rating(5) }),
			conversation('b', {
				started_at: '2026-03-08T20:00:00Z',
				ended_at: '2026-03-08T21:00:00Z',
				resolved_at: '2026-03-08T21:00:00Z'
			}),
			conversation('z', { started_at: '2026-03-09T09:00:00Z', ended_at: '2026-03-09T10:00:00Z' })
		);
		const published = await publish(warehouse, request);
		expect(
			(JSON.parse(published.card) as Card).measurements.find(({ metric }) => metric === 'recontact_72h')
		).toMatchObject({ status: 'immature', pending: 1 });
		await take(
			conversation('later', { started_at: '2026-04-09T09:00:00Z', ended_at: '2026-04-09T10:00:00Z' })
		);
		const ripe = await restatement(warehouse, '2026-W10');
		expect(changed(ripe, 'recontact_72h')).toMatchObject({
			old: { pending: 1 },
			new: { pending: 0, evidence: { denominator: 2 } },
			reasons: [{ kind: 'matured', n: 1 }]
		});
		await take(conversation('a', { ended_at: '2026-03-10T10:00:00Z', resolved_at: '2026-03-10T10:00:00Z' }));
		const moved = await restatement(warehouse, '2026-W10');
		expect(changed(moved, 'csat_top_box')).toMatchObject({
			new: { status: 'absent' },
			reasons: expect.arrayContaining([{ kind: 'corrected_conversation', n: 1 }])
		});
	});

	it('counts late audits and late costs', async () => {
		const refund = {
			id: 'r',
			at: '2026-03-03T09:30:00Z',
			amount_minor: 8000,
			currency: 'EUR',
			decided_by: 'bot'
		};
		const audited = { ...refund, audit_verdict: 'right', audited_at: '2026-03-04T09:00:00Z' };
		await take(
			conversation('a', { refunds: [refund] }),
			conversation('b', { refunds: [audited], costs: { ai: 0.1, currency: 'EUR' } }),
			conversation('c'),
			conversation('z', {
				started_at: '2026-03-20T09:00:00Z',
				ended_at: '2026-03-20T10:00:00Z',
				resolved_at: null
			})
		);
		await publish(warehouse, request);
		await take(
			side('refund_audit', 'a', {
				refund_id: 'r',
				audit_verdict: 'wrong',
				audited_at: '2026-03-06T09:00:00Z',
				correct_amount_minor: 5000
			}),
			side('cost', 'a', { ai: 0.5, currency: 'EUR' }),
			side('cost', 'c', { ai: 0.2, currency: 'EUR' })
		);
		const found = await restatement(warehouse, '2026-W10');
		expect(found!.later).toEqual([
			{ kind: 'late_audit', path: null, n: 1 },
			{ kind: 'late_cost', path: null, n: 2 }
		]);
		expect(changed(found, 'refund_error_rate')).toMatchObject({
			old: { evidence: { numerator: 0, denominator: 1 } },
			new: { evidence: { numerator: 1, denominator: 2 } },
			reasons: [{ kind: 'late_audit', n: 1 }]
		});
		expect(changed(found, 'refund_error_money')).toMatchObject({
			new: { evidence: { numerator: 3000, denominator: 16_000 } },
			reasons: [{ kind: 'late_audit', n: 1 }]
		});
		// 0.1 of one contact; then 0.8 of three.
		expect(changed(found, 'cost_per_contact')).toMatchObject({
			old: { evidence: { n: 1 } },
			new: { evidence: { n: 3 } },
			reasons: [
				{ kind: 'late_audit', n: 1 },
				{ kind: 'late_cost', n: 2 }
			]
		});
		// An audit that came late undoes a resolution.
		expect(changed(found, 'durable_resolution')).toMatchObject({
			old: { evidence: { numerator: 3, denominator: 3 } },
			new: { evidence: { numerator: 2, denominator: 3 } },
			reasons: [{ kind: 'late_audit', n: 1 }]
		});
	});

	it('names a policy that changed', async () => {
		await first();
		await publish(warehouse, request);
		await refreshFacts(warehouse, {
			...policy,
			hash: 'wider',
			rules: [{ intent: 'refund', tools: [], words: ['order'] }]
		});
		await warehouse.run(`UPDATE fact.episode SET rating_share = 0 WHERE id = 'a'`);
		const found = await restatement(warehouse, '2026-W10');
		expect(changed(found, 'csat_top_box')!.reasons).toEqual([{ kind: 'policy', n: null }]);
	});
});
