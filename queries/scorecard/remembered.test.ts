/** A remembered answer is the one that would be counted now. */
import { expect, it } from 'vitest';
import { refreshFacts } from '../facts/refresh.server';
import { addConversations, openScratch, policy } from '../tests/log-rows';
import { rememberedScorecard } from './remembered.server';
import { scorecard } from './scorecard.server';

it('counts anew after an ingest and after a change of policy', async () => {
	const warehouse = await openScratch();
	const contact = (id: string) => ({
		id,
		customer_id: id,
		intent: 'refund',
		started_at: '2026-03-03T09:00:00Z',
		ended_at: '2026-03-03T10:00:00Z'
	});
	const request = {
		weeks: ['2026-W10'],
		by: ['tier'] as const,
		calendar: { timeZone: 'UTC', weekStart: 'monday' as const },
		asOf: '2026-04-01T00:00:00Z'
	};
	const both = async () => {
		const remembered = await rememberedScorecard(warehouse, request);
		expect(remembered).toEqual(await scorecard(warehouse, request));
		// A caller that sorts its answer disturbs nobody.
		remembered.reverse();
		expect(await rememberedScorecard(warehouse, request)).toEqual(await scorecard(warehouse, request));
		return remembered.find(({ metric }) => metric === 'containment')!;
	};
	await addConversations(warehouse, [contact('a')]);
	await refreshFacts(warehouse, policy);
	expect(await both()).toMatchObject({ slice: { tier: 'B' }, evidence: { denominator: 1 } });
	await addConversations(warehouse, [contact('b')], 2);
	await refreshFacts(warehouse, policy);
	expect(await both()).toMatchObject({ evidence: { denominator: 2 } });
	const moved = policy.intents.map((one) => ({ ...one, tier: 'C' as const }));
	await refreshFacts(warehouse, { ...policy, hash: 'moved', intents: moved });
	expect(await both()).toMatchObject({ slice: { tier: 'C' } });
	await warehouse.close();
});
