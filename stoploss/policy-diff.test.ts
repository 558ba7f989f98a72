import { describe, expect, it } from 'vitest';
import { policyDiff } from './policy-diff';

const base = {
	tiers: { A: ['faq', 'order_status'], B: ['refund'], C: [] },
	limits: { escalation_minutes: 10 },
	receivers: [{ name: 'mail', url: 'https://hooks.example/secret' }],
	stop_loss: {
		rules: [
			{ name: 'csat', fall_points: 2, owner: 'lead' },
			{ name: 'recontact', rise_percent: 20, owner: 'ops' }
		]
	}
};
const changed = (edit: (policy: typeof base) => void) => {
	const after = structuredClone(base);
	edit(after);
	return policyDiff(base, after);
};

describe('what changed between two policies', () => {
	it('is nothing where nothing did', () => {
		expect(policyDiff(base, structuredClone(base))).toEqual([]);
	});
	it('names the rule and the field, whatever the order of rules', () => {
		expect(
			changed(({ stop_loss: { rules } }) => {
				rules[0]!.fall_points = 3;
				rules.reverse();
			})
		).toEqual(['stop_loss.rules.csat.fall_points: 2 → 3']);
	});
	it('says what moved between tiers', () => {
		expect(
			changed(({ tiers }) => {
				tiers.A.push('refund');
				tiers.B.pop();
			})
		).toEqual(['tiers.A: with refund', 'tiers.B: without refund']);
	});
	it('says what is new and what is gone', () => {
		expect(
			policyDiff(base, {
				...base,
				minimum_evidence: 80,
				limits: undefined,
				stop_loss: { rules: [base.stop_loss.rules[0], { name: 'new', fall_points: 1 }] }
			})
		).toEqual([
			'limits: gone',
			'stop_loss.rules.recontact: gone',
			'stop_loss.rules.new: new',
			'minimum_evidence: new, 80'
		]);
	});
	it('never tells an address', () => {
		const lines = changed(({ receivers }) => {
			receivers[0]!.url = 'https://hooks.example/other';
		});
		expect(lines).toEqual(['receivers changed']);
	});
	it('bears what it does not know', () => {
		expect(policyDiff(null, [1])).toEqual([': null → [1]']);
		expect(policyDiff({ a: [{ name: 'x' }, { name: 'x' }] }, { a: [] })).toHaveLength(1);
	});
});
