/** Refunds and costs: shares and ratios of money. Pure. Amounts of several currencies are never added up. */
import { hajek } from '../statistics/hajek';
import { mean, ratio } from '../statistics/mean';
import { interval, never, share, type Found } from './found';
import type { Limits } from '../measurement';
import type { Costs, Counts, Known } from './rows';

const several = (currency: string | null) =>
	`Several currencies (${currency ?? 'some without a name'}) can't be added up; choose one market.`;

/**
 * Where audits carry their inclusion probability the share is weighted by it, over those audits alone: an audit
 * that was picked for a reason, with no known chance, says nothing about the rest.
 */
export function refundErrors({ refunds: r, counts: c }: Known): Found {
	const nothing = never(c, 'hasAudit', 'refund audits', 'No refund was audited.');
	const parts = {
		refunds: r?.refunds ?? 0,
		...(r &&
			r.weighted > 0 && {
				weighted_audits: r.weighted,
				population: r.weight,
				wrong_in_population: r.weightWrong
			})
	};
	const plain = share(r?.wrong ?? 0, r?.audited ?? 0, 0, nothing, parts);
	if (!r || r.weighted === 0) return plain;
	const estimate = hajek({
		n: r.weighted,
		weight: r.weight,
		weightHit: r.weightWrong,
		square: r.square,
		squareHit: r.squareWrong
	});
	return {
		...plain,
		value: estimate.p,
		interval: interval(estimate.low, estimate.high, 'hajek_wilson'),
		n: r.weighted
	};
}

export function refundMoney({ refunds: r, counts: c }: Known): Found {
	const weighted = (r?.weightedPriced ?? 0) > 0;
	const sums = r
		? weighted
			? {
					n: r.weightedPriced,
					y: r.weightedLost,
					x: r.weightedMoved,
					yy: r.weightedLostLost,
					xy: r.weightedLostMoved,
					xx: r.weightedMovedMoved
				}
			: { n: r.priced, y: r.lost, x: r.moved, yy: r.lostLost, xy: r.lostMoved, xx: r.movedMoved }
		: { n: 0, y: 0, x: 0, yy: 0, xy: 0, xx: 0 };
	const currency = (weighted ? r?.weightedCurrency : r?.currency) ?? null;
	const mixed = ((weighted ? r?.weightedCurrencies : r?.currencies) ?? 0) > 1;
	const estimate = ratio(sums);
	return {
		evidence: {
			kind: 'ratio',
			numerator: mixed ? 0 : sums.y,
			denominator: mixed ? 0 : sums.x,
			n: mixed ? 0 : sums.n,
			...(currency && !mixed && { currency }),
			parts: { audited: r?.audited ?? 0, without_amounts: (r?.audited ?? 0) - (r?.priced ?? 0) }
		},
		value: mixed ? null : estimate.value,
		interval: mixed
			? null
			: interval(estimate.low === null ? null : Math.max(0, estimate.low), estimate.high, 'ratio_linearised'),
		pending: 0,
		n: mixed ? 0 : sums.n,
		instead: !mixed && sums.n > 0 && sums.x === 0 && 'absent',
		nothing: mixed
			? several(currency)
			: sums.n > 0
				? 'The audited refunds moved no money.'
				: never(c, 'hasAudit', 'refund audits', 'No audited refund has both its amount and the correct one.')
	};
}

export function refundApproval({ refunds: r, counts: c }: Known, limits: Limits): Found {
	const { refundApprovalMinor, currency } = limits;
	const other = r?.otherCurrency ?? 0;
	const parts = {
		over_limit: r?.overLimit ?? 0,
		refunds: r?.refunds ?? 0,
		other_currency: other,
		without_amount: r?.withoutAmount ?? 0
	};
	if (refundApprovalMinor === undefined)
		return share(0, 0, 0, 'The policy sets no limit for refunds (limits.refund_approval_minor).');
	if (currency === undefined)
		return share(0, 0, 0, 'The policy does not say in which currency its limits are (limits.currency).');
	const notJudged = other > 0 ? ` ${other} in another currency or none are not judged.` : '';
	const nothing = r?.overLimit
		? 'Nobody wrote down who decided the refunds over the limit.'
		: never(c, 'hasRefund', 'refunds', `No refund in ${currency} was over the limit.${notJudged}`);
	return share(r?.overLimitApproved ?? 0, r?.overLimitKnown ?? 0, 0, nothing, parts);
}

const noCosts = (counts: Counts | null, costs: Costs | null) =>
	never(
		counts,
		'hasCost',
		'costs',
		costs && costs.uncosted > 0
			? 'No contact has all of its cost; minutes of people need limits.human_minute_cost in the policy.'
			: 'No contact has a cost.'
	);

export function costPerContact({ costs: k, counts: c }: Known): Found {
	const mixed = (k?.currencies ?? 0) > 1;
	const n = mixed ? 0 : (k?.costed ?? 0);
	const { value, low, high } = mean(n, k?.cost ?? 0, k?.costOfSquares ?? 0);
	return {
		evidence: {
			kind: 'mean',
			n,
			sum: mixed ? 0 : (k?.cost ?? 0),
			sumOfSquares: mixed ? 0 : (k?.costOfSquares ?? 0),
			...(k?.currency && !mixed && { currency: k.currency }),
			parts: { without_cost: k?.uncosted ?? 0 }
		},
		value,
		interval: interval(low === null ? null : Math.max(0, low), high, 'normal'),
		pending: 0,
		n,
		nothing: mixed ? several(k?.currency ?? null) : noCosts(c, k)
	};
}

export function costPerDurableResolution({ costs: k, counts: c }: Known): Found {
	const currencies = k?.chargeCurrencies ?? [];
	const mixed = currencies.length > 1;
	const currency = currencies.filter((name) => name !== '').join(', ');
	const n = mixed ? 0 : (k?.charged ?? 0);
	const { value, low, high } = ratio({
		n,
		y: k?.charge ?? 0,
		x: k?.durable ?? 0,
		yy: k?.chargeCharge ?? 0,
		xy: k?.chargeDurable ?? 0,
		xx: k?.durable ?? 0
	});
	return {
		evidence: {
			kind: 'ratio',
			numerator: mixed ? 0 : (k?.charge ?? 0),
			denominator: mixed ? 0 : (k?.durable ?? 0),
			n,
			...(currency && !mixed && { currency }),
			parts: { without_cost: k?.uncosted ?? 0 }
		},
		value,
		interval: interval(low === null ? null : Math.max(0, low), high, 'ratio_linearised'),
		pending: mixed ? 0 : (k?.pending ?? 0),
		n,
		instead: n > 0 && value === null && (k?.pending ?? 0) === 0 && 'absent',
		nothing: mixed ? several(currency || null) : n > 0 ? 'Nothing was resolved for good.' : noCosts(c, k)
	};
}
