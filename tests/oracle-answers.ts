/**
 * The metrics a second time, over the contacts of `oracle.ts`: counts, values and intervals, each written from the
 * metric table of the design and the catalogue's words, in loops. Pure.
 */
import type { Limits } from '../queries/measurement';
import type { MetricName } from '../warehouse/vocabulary';
import type { Contact, Instant } from './oracle';
import {
	between,
	countBounds,
	curve,
	meanOf,
	medianBounds,
	rank,
	ratioOf,
	shareBounds,
	timeUntil,
	total,
	weightedShare,
	type Bounds,
	type Watched
} from './oracle-statistics';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What one look at the log is given: when, against which limits, and the account's opening hours. */
export interface Look {
	asOf: number;
	limits: Limits;
	/** Milliseconds open between two instants; missing where the policy sets no hours. */
	open?: ((from: number, until: number) => number) | undefined;
}

export interface Answer {
	counts: Record<string, number | null>;
	pending: number;
	/** Rows that were counted, for the status. */
	n: number;
	value: number | null;
	interval: Bounds;
	parts?: Record<string, number | null>;
	/** Status where rows were counted and still nothing can be said. */
	instead?: 'absent' | 'immature' | false;
	currency?: string | null;
}

function share(numerator: number, denominator: number, pending: number, parts: Answer['parts'] = {}): Answer {
	return {
		counts: { numerator, denominator },
		pending,
		n: denominator,
		value: denominator === 0 ? null : numerator / denominator,
		interval: shareBounds(numerator, denominator),
		parts
	};
}
const shareOf = <T>(all: readonly T[], fits: (one: T) => boolean, pending = 0, parts: Answer['parts'] = {}) =>
	share(all.filter(fits).length, all.length, pending, parts);

/** What a source had said by then; what it had never said is absent, not zero. */
export interface Said {
	customer: boolean;
	resolves: boolean;
	ratings: boolean;
	silence: boolean;
	complaints: boolean;
	regulator: boolean;
	signal: boolean;
	costs: boolean;
	approvals: boolean;
}

export function saidBy(contacts: readonly Contact[], asOf: number): Map<string, Said> {
	const by = (at: Instant) => at === null || at <= asOf;
	const names = [...new Set(contacts.map((one) => one.source))];
	return new Map(
		names.map((source) => {
			const all = contacts.filter((one) => one.source === source);
			const closed = all.filter((one) => by(one.end));
			const customer = closed.some((one) => one.customer !== null);
			const ratings = all.some((one) => one.score !== null && by(one.score.at));
			const complaints = all.some((one) => one.complaints.some(({ at }) => by(at)));
			const audits = all.some((one) =>
				one.refunds.some((refund) => refund.verdict !== null && by(refund.knownAt))
			);
			return [
				source,
				{
					customer,
					ratings,
					complaints,
					regulator: all.some((one) =>
						one.complaints.some(({ at, regulator }) => regulator !== null && by(at))
					),
					resolves: all.some((one) => one.resolved !== null && by(one.resolved)),
					silence: all.some((one) => one.asked !== null && by(one.asked) && one.score === null),
					signal:
						customer ||
						ratings ||
						complaints ||
						audits ||
						closed.some((one) => one.personNeverReached || one.negativeClose) ||
						all.some(
							(one) =>
								(one.waitFrom !== null && by(one.waitFrom)) ||
								(one.judged !== null && by(one.judged.at ?? one.end))
						),
					costs: closed.some((one) => one.cost.ai !== null || one.cost.minutes !== null),
					approvals: all.some((one) =>
						one.refunds.some((refund) => refund.saysWho && by(refund.at ?? one.end))
					)
				}
			];
		})
	);
}

/** Every metric over the given contacts (one slice of one week), as known at `asOf`. */
export function measureAll(
	contacts: readonly Contact[],
	sources: Map<string, Said>,
	{ asOf, limits, open }: Look
): Record<MetricName, Answer> {
	const said = (one: Contact, what: keyof Said) => sources.get(one.source)![what];
	const closed = contacts.filter((one) => (one.end ?? -Infinity) <= asOf);
	const ripe = (one: Contact, days: number) => one.end === null || one.end + days * DAY <= asOf;
	const complainedWithin = (
		one: Contact,
		days: number,
		from: Instant,
		fits: (regulator: boolean | null) => boolean = () => true
	) =>
		one.complaints.some(
			(complaint) =>
				complaint.at >= (one.start ?? -Infinity) &&
				complaint.at <= Math.min((from ?? Infinity) + days * DAY, asOf) &&
				fits(complaint.regulator)
		);

	// Satisfaction.
	const boxes = ({ value, scale }: { value: number; scale: number }) => (value - 1) / (scale - 1);
	const inTime = (one: Contact) =>
		one.score !== null && !one.score.late && (one.score.at ?? -Infinity) <= asOf;
	const happy = (one: Contact) => inTime(one) && boxes(one.score!) >= 0.75;
	const asked = (one: Contact) => (one.asked !== null && one.asked <= asOf) || inTime(one);
	const withRatings = closed.filter((one) => said(one, 'ratings'));
	const csatPending = withRatings.filter((one) => !ripe(one, 7)).length;
	const surveyed = withRatings.filter((one) => ripe(one, 7));
	const rated = closed.filter((one) => ripe(one, 7) && inTime(one));
	const scores = rated.map((one) => 1 + 4 * boxes(one.score!));
	const askable = closed.filter((one) => said(one, 'silence') && asked(one));

	// What followed a resolve.
	const resolved = closed.filter(
		(one) => one.resolved !== null && one.resolved <= asOf && one.customer !== null
	);
	const recontact = (
		from: number,
		to: number,
		after: number,
		next: (one: Contact) => Instant = (one) => one.next
	) => {
		const mature = resolved.filter((one) => one.resolved! + after * HOUR <= asOf);
		const wait = (one: Contact) => (next(one) ?? Infinity) - one.resolved!;
		const back = (one: Contact) => wait(one) >= from * HOUR && wait(one) <= to * HOUR;
		return shareOf(mature, back, resolved.length - mature.length);
	};
	const issues = closed.filter((one) => one.opensIssue && said(one, 'resolves'));
	const ripeIssues = issues.filter((one) => ripe(one, 7));

	// Containment and what lasted.
	const withBot = closed.filter((one) => one.path === 'ai_only' || one.path === 'escalated');
	const contained = closed.filter((one) => one.path === 'ai_only' && said(one, 'signal'));
	const refundWrong = (one: Contact) =>
		one.refunds.some((refund) => refund.verdict === 'wrong' && (refund.knownAt ?? -Infinity) <= asOf);
	const notSolved = (one: Contact) => one.notSolved !== null && (one.notSolved.at ?? -Infinity) <= asOf;
	const signals: Record<string, (one: Contact) => boolean> = {
		recontact_72h: (one) =>
			one.next !== null && one.next <= Math.min((one.resolved ?? one.end ?? Infinity) + 72 * HOUR, asOf),
		person_never_reached: (one) => one.personNeverReached,
		low_rating: (one) => inTime(one) && boxes(one.score!) <= 0.25,
		complaint_7d: (one) => complainedWithin(one, 7, one.end),
		refund_error: refundWrong,
		negative_close_after_rephrasing: (one) => one.negativeClose,
		verdict_not_solved: notSolved
	};
	const ripeContained = contained.filter((one) => ripe(one, 7));
	const latest = (one: Contact) => Math.max(one.end ?? -Infinity, one.resolved ?? -Infinity);
	const lasting = closed.filter((one) => said(one, 'resolves') && one.customer !== null);
	const settled = (one: Contact) => latest(one) + 7 * DAY <= asOf;
	const durable = (one: Contact) =>
		one.resolved !== null &&
		!(one.next !== null && one.next <= Math.min(one.resolved + 7 * DAY, asOf)) &&
		!complainedWithin(one, 7, latest(one)) &&
		!refundWrong(one) &&
		!notSolved(one);
	const ripeLasting = lasting.filter(settled);

	// Handing over.
	const engaged = (one: Contact) =>
		one.reply !== null && one.reply <= asOf && !(one.left !== null && one.left < one.reply);
	const gone = (one: Contact) => one.over || (one.left !== null && one.left <= asOf);
	const needed = closed.filter((one) => one.waitFrom !== null && one.waitFrom <= asOf);
	const ended = needed.filter((one) => engaged(one) || gone(one));
	const limit = limits.escalationMinutes;
	const within = limit === undefined ? [] : needed;
	const inLimit = (one: Contact) => engaged(one) && one.reply! <= one.waitFrom! + limit! * MINUTE;
	const decided = within.filter((one) => engaged(one) || gone(one) || asOf > one.waitFrom! + limit! * MINUTE);
	const requests = closed.filter((one) => one.requested && (one.waitFrom ?? -Infinity) <= asOf);
	const requestsOver = requests.filter((one) => engaged(one) || gone(one));
	const reached = requestsOver.filter(engaged);
	const parts = closed.filter((one) => one.handedOver && one.parts !== null).map((one) => one.parts! / 6);

	const hours = closed
		.filter((one) => one.resolved !== null && one.resolved <= asOf && one.start !== null)
		.map((one) => (one.resolved! - one.start!) / HOUR);
	const watched = resolved.map((one) => {
		const event = one.next !== null && one.next <= Math.min(one.resolved! + 72 * HOUR, asOf);
		return { event, time: (event ? one.next! : asOf) - one.resolved! };
	});
	const complaintsOf = (regulator: boolean): Answer => {
		const those = closed.filter((one) => said(one, regulator ? 'regulator' : 'complaints'));
		const exposed = those.filter((one) => ripe(one, 14));
		const counted = (one: Contact) => complainedWithin(one, 14, one.end, (to) => to === true || !regulator);
		const events = exposed.filter(counted).length;
		// Of a complaint that doesn't say to whom it went, nobody knows: at the most all of them were to a regulator.
		const unknown = exposed.filter(
			(one) => !counted(one) && complainedWithin(one, 14, one.end, (to) => to === null)
		).length;
		const per = (count: number) => (count * 1000) / exposed.length;
		const [low] = countBounds(events);
		const [, high] = countBounds(regulator ? events + unknown : events);
		return {
			...(regulator && { parts: { unknown } }),
			counts: { events, exposure: exposed.length },
			pending: those.length - exposed.length,
			n: exposed.length,
			value: exposed.length === 0 ? null : per(events),
			interval: exposed.length === 0 ? null : [per(low), per(high)]
		};
	};
	return {
		csat_top_box: {
			...shareOf(rated, happy, csatPending),
			parts: {
				asked: closed.filter((one) => ripe(one, 7) && asked(one)).length,
				contacts: closed.length,
				score_sum: total(scores)
			}
		},
		csat_mean: {
			counts: { n: scores.length, sum: total(scores), sumOfSquares: total(scores.map((one) => one * one)) },
			pending: csatPending,
			n: scores.length,
			...meanOf(scores, 1, 5)
		},
		// Nobody draws a sample of these logs; review/scorecard.test.ts has an oracle of its own for those that do.
		review_defect_rate: share(0, 0, 0),
		not_solved_by_review: share(0, 0, 0),
		review_score: {
			counts: { n: 0, sum: 0, sumOfSquares: 0 },
			pending: 0,
			n: 0,
			value: null,
			interval: null
		},
		csat_reply_rate: shareOf(
			askable.filter((one) => ripe(one, 7)),
			inTime,
			askable.filter((one) => !ripe(one, 7)).length
		),
		csat_if_silent_unhappy: shareOf(surveyed, happy, csatPending),
		csat_if_silent_happy: shareOf(surveyed, (one) => happy(one) || !inTime(one), csatPending),
		recontact_24h: recontact(0, 24, 24),
		recontact_48h: recontact(0, 48, 48),
		recontact_72h: recontact(0, 72, 72),
		recontact_24_72h: recontact(24, 72, 72),
		recontact_72h_any_intent: recontact(0, 72, 72, (one) => one.nextAny),
		recontact_72h_estimate: estimate(watched),
		first_contact_resolution: shareOf(
			ripeIssues,
			(one) => one.resolved !== null && !one.issueGoesOn,
			issues.length - ripeIssues.length
		),
		containment: shareOf(withBot, (one) => one.path === 'ai_only'),
		bad_containment: shareOf(
			ripeContained,
			(one) => Object.values(signals).some((fires) => fires(one)),
			contained.length - ripeContained.length,
			Object.fromEntries(
				Object.entries(signals).map(([name, fires]) => [name, ripeContained.filter(fires).length])
			)
		),
		durable_resolution: shareOf(ripeLasting, durable, lasting.length - ripeLasting.length, {
			resolved: ripeLasting.filter((one) => one.resolved !== null).length
		}),
		escalation_latency: latency(needed, (one, until) => (until - one.waitFrom!) / MINUTE),
		escalation_latency_business_hours: latency(
			open ? needed : [],
			(one, until) => open!(one.waitFrom!, until) / MINUTE
		),
		escalation_within_limit: shareOf(decided, inLimit, within.length - decided.length),
		escalation_abandonment: shareOf(ended, (one) => !engaged(one), needed.length - ended.length),
		human_out: {
			...shareOf(requestsOver, engaged, requests.length - requestsOver.length),
			parts: {
				median_turns: between(
					reached.map((one) => one.turns).filter((turns) => turns !== null),
					0.5
				),
				median_minutes: between(
					reached.filter((one) => one.waitFrom !== null).map((one) => (one.reply! - one.waitFrom!) / MINUTE),
					0.5
				)
			}
		},
		handoff_completeness: {
			counts: { n: parts.length, sum: total(parts), sumOfSquares: total(parts.map((one) => one * one)) },
			pending: 0,
			n: parts.length,
			...meanOf(parts, 0, 1),
			parts: { complete: parts.filter((one) => one === 1).length }
		},
		re_ask_rate: shareOf(
			closed.filter((one) => one.path === 'escalated' && one.reAsked !== null),
			(one) => one.reAsked!
		),
		...refundMetrics(),
		complaint_rate: complaintsOf(false),
		complaint_rate_regulator: complaintsOf(true),
		time_to_resolution: {
			counts: { n: hours.length, censored: 0, p50: between(hours, 0.5), p90: between(hours, 0.9) },
			pending: 0,
			n: hours.length,
			value: between(hours, 0.5),
			interval: medianBounds(hours)
		},
		...costMetrics()
	};

	/** The abandoned are censored; beside the estimate, the ranks if all had been served then, and if never. */
	function latency(those: readonly Contact[], minutesOf: (one: Contact, until: number) => number): Answer {
		const waits = those.map((one) => {
			const left = one.left !== null && one.left <= asOf;
			const ending = engaged(one) ? 'engaged' : left ? 'abandoned' : one.over ? 'unanswered' : 'waiting';
			const until = { engaged: one.reply!, abandoned: one.left!, unanswered: one.end!, waiting: asOf }[
				ending
			];
			return {
				ending,
				event: ending === 'engaged',
				time: Math.max(0, minutesOf(one, Math.max(until, one.waitFrom!)))
			};
		});
		const count = (ending: string) => waits.filter((wait) => wait.ending === ending).length;
		const all = waits.map((wait) => wait.time);
		const served = waits.filter((wait) => wait.event).map((wait) => wait.time);
		const median = timeUntil(waits, 0.5);
		return {
			counts: {
				n: served.length,
				censored: waits.length - served.length,
				p50: median.value,
				p90: timeUntil(waits, 0.9).value
			},
			pending: 0,
			n: waits.length,
			...median,
			parts: {
				engaged: count('engaged'),
				abandoned: count('abandoned'),
				unanswered: count('unanswered'),
				waiting: count('waiting'),
				p50_at_best: rank(all, 0.5, waits.length),
				p50_at_worst: rank(served, 0.5, waits.length),
				p90_at_best: rank(all, 0.9, waits.length),
				p90_at_worst: rank(served, 0.9, waits.length)
			}
		};
	}

	function refundMetrics() {
		const made = closed.flatMap((one) =>
			one.refunds
				.filter((refund) => (refund.at ?? -Infinity) <= asOf)
				.map((refund) => ({ ...refund, source: said(one, 'approvals') }))
		);
		const audited = made.filter(
			(refund) => refund.verdict !== null && (refund.auditedAt ?? -Infinity) <= asOf
		);
		const drawn = audited.filter((refund) => refund.probability !== null);
		const isWrong = (refund: { verdict: string | null }) => refund.verdict === 'wrong';
		const plain = shareOf(audited, isWrong, 0, { refunds: made.length });
		const units = drawn.map((refund) => ({ weight: 1 / refund.probability!, y: isWrong(refund) ? 1 : 0 }));
		const rate: Answer =
			drawn.length === 0
				? plain
				: {
						...plain,
						...weightedShare(units),
						n: drawn.length,
						parts: {
							...plain.parts,
							weighted_audits: drawn.length,
							population: total(units.map((one) => one.weight)),
							wrong_in_population: total(units.map((one) => one.weight * one.y))
						}
					};
		// How much was wrong is known of a right refund (nothing), and of a wrong one only with the correct amount.
		const priced = audited.filter(
			(refund) => refund.amount !== null && (refund.verdict === 'right' || refund.correct !== null)
		);
		const weighted = priced.filter((refund) => refund.probability !== null);
		const used = weighted.length > 0 ? weighted : priced;
		const one = new Set(used.map((refund) => refund.currency)).size < 2;
		const money = (one ? used : []).map((refund) => {
			const weight = weighted.length > 0 ? 1 / refund.probability! : 1;
			const lost = refund.verdict === 'right' ? 0 : Math.abs(refund.amount! - refund.correct!);
			return { y: weight * lost, x: weight * refund.amount! };
		});
		const x = total(money.map((unit) => unit.x));
		const limit = limits.currency === undefined ? undefined : limits.refundApprovalMinor;
		const judged = made.filter((refund) => refund.amount !== null && refund.currency === limits.currency);
		const over = limit === undefined ? [] : judged.filter((refund) => refund.amount! > limit);
		const withAmount = made.filter((refund) => refund.amount !== null);
		return {
			refund_error_rate: rate,
			refund_error_money: {
				counts: { numerator: total(money.map((unit) => unit.y)), denominator: x, n: money.length },
				pending: 0,
				n: money.length,
				...ratioOf(money),
				instead: x === 0 && ('absent' as const),
				parts: { audited: audited.length, without_amounts: audited.length - priced.length },
				currency: one ? (used[0]?.currency ?? null) : null
			},
			refund_approval: shareOf(
				over.filter((refund) => refund.source),
				(refund) => refund.byPerson,
				0,
				limit === undefined
					? {}
					: {
							over_limit: over.length,
							refunds: made.length,
							other_currency: withAmount.length - judged.length,
							without_amount: made.length - withAmount.length
						}
			)
		};
	}

	function costMetrics() {
		/** Null where a part of it is not known. */
		const costOf = ({ ai, person, cost }: Contact) => {
			// A minute is priced in one currency.
			const rate =
				cost.currency === null || limits.currency === undefined || cost.currency === limits.currency
					? limits.humanMinuteCost
					: undefined;
			const machine = cost.ai ?? (ai ? null : 0);
			const people =
				cost.minutes === 0
					? 0
					: cost.minutes !== null
						? rate === undefined
							? null
							: cost.minutes * rate
						: person
							? null
							: 0;
			return machine === null || people === null ? null : machine + people;
		};
		const withCosts = closed.filter((one) => said(one, 'costs'));
		const known = withCosts.filter((one) => costOf(one) !== null);
		const parts = { without_cost: withCosts.length - known.length };
		const currenciesOf = (paid: readonly Contact[]) => [
			...new Set(paid.filter((one) => costOf(one)! > 0).map((one) => one.cost.currency))
		];
		const currencies = currenciesOf(known);
		const costs = currencies.length > 1 ? [] : known.map((one) => costOf(one)!);
		// A later contact of an issue is paid for by the one before it, which failed.
		const bill = (one: Contact) => [
			...(one.opensIssue ? [one] : []),
			...(one.follower ? [one.follower] : [])
		];
		const charged = withCosts.filter(
			(one) =>
				said(one, 'resolves') && one.customer !== null && bill(one).every((other) => costOf(other) !== null)
		);
		const final = charged.filter((one) => settled(one) && (one.follower?.end ?? -Infinity) <= asOf);
		const billed = currenciesOf(final.flatMap(bill));
		const units = (billed.length > 1 ? [] : final).map((one) => ({
			y: total(bill(one).map((other) => costOf(other)!)),
			x: durable(one) ? 1 : 0
		}));
		const pending = billed.length > 1 ? 0 : charged.length - final.length;
		const x = total(units.map((unit) => unit.x));
		return {
			cost_per_contact: {
				counts: { n: costs.length, sum: total(costs), sumOfSquares: total(costs.map((one) => one * one)) },
				pending: 0,
				n: costs.length,
				...meanOf(costs, 0),
				parts,
				currency: currencies.length === 1 ? currencies[0]! : null
			},
			cost_per_durable_resolution: {
				counts: { numerator: total(units.map((unit) => unit.y)), denominator: x, n: units.length },
				pending,
				n: units.length,
				...ratioOf(units),
				instead: units.length > 0 && x === 0 && pending === 0 && ('absent' as const),
				parts,
				currency: billed.length === 1 ? billed[0]! : null
			}
		};
	}
}

/** One minus the share that is still away after 72 hours; nothing while nobody was watched for that long. */
function estimate(watched: readonly Watched[]): Answer {
	const window = 72 * HOUR;
	const last = curve(watched.filter((one) => one.time <= window || !one.event)).findLast(
		(step) => step.time <= window
	);
	const left = last?.left ?? 1;
	const followed = watched.some((one) => one.time >= window);
	const known = watched.length > 0 && (followed || left === 0);
	return {
		counts: {
			n: watched.length,
			events: watched.filter((one) => one.event).length,
			censored: watched.filter((one) => !one.event && one.time < window).length
		},
		pending: 0,
		n: watched.length,
		value: known ? 1 - left : null,
		interval: known && last?.band ? [1 - last.band[1], 1 - last.band[0]] : null,
		instead: watched.length > 0 && !known && 'immature',
		...(watched.length > 0 && left > 0 && { parts: { standard_error: last?.error ?? 0 } })
	};
}
