/**
 * Tables 3.4 to 3.6 of the stop-loss reference: worlds that break the assumptions, losses that hide, windows that are
 * still open, and alerts that close. Prints each figure beside its reference; touches only stdout.
 */
import { liveThrough } from '../stoploss/backtest';
import type { Judge } from '../stoploss/judge';
import { ruleMetric } from '../stoploss/rule-metrics';
import { worldFor } from '../stoploss/scenario';
import { dayNumber, dayOf, spanOf, type Series } from '../stoploss/series';
import { judgeOf } from '../stoploss/judge';
import { firstMonitored, seeded, worldOf, type World } from '../stoploss/world';
import type { BenchWorld, Delay, Quiet } from './stoploss';
import { WORLDS, type Kind } from './stoploss-worlds';

interface Tools {
	quiet(world: BenchWorld, runs: number, seed: number): Quiet;
	delay(
		world: BenchWorld,
		loss: (daysSince: number) => number,
		runs: number,
		seed: number,
		kind?: 'erosion' | 'change' | 'floor'
	): Delay;
	judgesOf(kind: Kind, series: Series): Judge[];
}

const CHANGE_DAY = 28;
const MATURITY = 3;
const rate = (value: number) => (value >= 1 ? value.toFixed(1) : value.toFixed(3));
const days = (value: number) => (Number.isFinite(value) ? String(value) : '—');
const share = (value: number) => `${Math.round(100 * value)} %`;

/** Shares that lean to harder (positive) or easier intents until the crude rate has moved by so many points. */
function leaning(points: number): (day: number) => readonly number[] {
	const { bad, intents } = WORLDS.csat;
	const towards = points > 0 ? bad : (-bad as 1 | -1);
	const world = worldFor({ bad: towards, intents, perDay: 100, daySd: 0.015 }, 'mix', Math.abs(points));
	return world.mix!;
}

export function stress({ quiet, delay, judgesOf }: Tools, scale: number): void {
	const runs = Math.ceil(200 * scale);
	const csat = (perDay: number, more: Partial<BenchWorld> = {}): BenchWorld => ({
		kind: 'csat',
		perDay,
		response: 0.2,
		...more
	});
	const one =
		(day: number, loss: number, until = day) =>
		(at: number) =>
			at >= day && at <= until ? loss : 0;
	const grown = (before: number) => (at: number) => (at < 0 ? before : 1);

	console.log('\n3.4 Stress: false alarms per series-year');
	console.log(
		'scenario | naive 3/5 | floor | change | erosion | all (any) | reference: change, erosion, all [any]'
	);
	const rows: [string, BenchWorld, string][] = [
		['day sd 3 points, 500', csat(500, { daySd: 0.03 }), '.019, .036, .049 [.036]'],
		['day sd 3 points, 5,000', csat(5000, { daySd: 0.03 }), '.015, .015, .029 [.023]'],
		['rho 0.5, 500', csat(500, { rho: 0.5 }), '.015, .047, .062 [.036]'],
		['rho 0.5, 5,000', csat(5000, { rho: 0.5 }), '.038, .044, .070 [.054]'],
		['rho 0.8, 500', csat(500, { rho: 0.8 }), '.066, .23, .28 [.12]'],
		['rho 0.8, 5,000', csat(5000, { rho: 0.8 }), '.215, .44, .58 [.23]'],
		['one day 20 points down, 500', csat(500, { loss: one(100, 0.2) }), '.016, .043, .050'],
		['one day 20 points down, 5,000', csat(5000, { loss: one(100, 0.2) }), '.007, .071, .072'],
		['one day 30 points down, 500', csat(500, { loss: one(100, 0.3) }), '.088, .12, .16'],
		['one week 3 points down, 500', csat(500, { loss: one(98, 0.03, 104) }), '.011, .043, .050'],
		['one week 3 points down, 5,000', csat(5000, { loss: one(98, 0.03, 104) }), '.20, .20, .28'],
		['mix only, crude -6.4, 500', csat(500, { mix: leaning(6.4) }), '.004, .014; floor .73'],
		['mix only, crude -6.4, 5,000', csat(5000, { mix: leaning(6.4) }), '.003, .003; floor 11'],
		['baseline at 50, then 500', csat(500, { volume: grown(0.1) }), '.002, .072, .074 [.011]'],
		['baseline at 50, then 5,000', csat(5000, { volume: grown(0.01) }), '0, .047, .047 [.002]'],
		[
			'the same, day sd 3 points',
			csat(5000, { volume: grown(0.01), daySd: 0.03 }),
			'.072, .033, .10 with running variance'
		]
	];
	rows.forEach(([name, world, reference], i) => {
		const q = quiet(world, runs, 3000 + i);
		console.log(
			`${name} | ${q.naive.map(rate).join(' / ')} | ${rate(q.floor)} | ${rate(q.change)} | ${rate(q.erosion)} | ${rate(q.all)} ± ${rate(q.standardError)} (${rate(q.anyShare)}) | ${reference}`
		);
	});

	console.log('\nHidden losses: all rules, median (90 %) days | naive 5 points ≤ 28 days | reference');
	const five = () => 0.05;
	const hidden: [string, BenchWorld, () => number, string][] = [
		['Simpson, 500', csat(500, { mix: leaning(-5) }), five, '18 (32); naive 6 %'],
		['Simpson, 5,000', csat(5000, { mix: leaning(-5) }), five, '9 (11); naive 0 %'],
		[
			'6 better after the freeze, then back, 500',
			csat(500, { loss: () => -0.06 }),
			() => 0,
			'16; naive 71 %'
		],
		[
			'6 better after the freeze, then back, 5,000',
			csat(5000, { loss: () => -0.06 }),
			() => 0,
			'8; naive 84 %'
		],
		['-5 after growing 100 times', csat(5000, { volume: grown(0.01) }), five, '9 (17); naive 52 %'],
		['-5 after growing 10 times', csat(500, { volume: grown(0.1) }), five, '113 (—); naive 54 %']
	];
	hidden.forEach(([name, world, loss, reference], i) => {
		const d = delay(world, loss, runs, 4000 + i);
		console.log(`${name} | ${days(d.median)} (${days(d.ninety)}) | ${share(d.naive28)} | ${reference}`);
	});

	console.log(
		'\n3.5 Recontact with an open window: erosion alone, mature days only | naive, open window, ≤ 28 days | reference'
	);
	const open: [number, number, string][] = [
		[50, 0.4, '30 (58); naive 57 %'],
		[500, 0.2, '26 (52); naive 6 %'],
		[500, 0.4, '10 (14); naive 52 %'],
		[5000, 0.2, '16 (29); naive 1 %'],
		[5000, 0.4, '8 (10); naive 54 %']
	];
	open.forEach(([perDay, rise, reference], i) => {
		const world: BenchWorld = { kind: 'recontact', perDay, response: 1 };
		const d = delay(world, () => 0.12 * rise, runs, 5000 + i, 'erosion');
		const found = naiveOpen({ ...world, ...WORLDS.recontact }, 0.12 * rise, runs, 5100 + i);
		console.log(
			`${perDay}/day, +${rise * 100} % | ${days(d.median)} (${days(d.ninety)}) | ${share(found)} | ${reference}`
		);
	});

	console.log(
		'\n3.6 Closing: erosion alert | by "condition false" ≤ 28 days | ours ≤ 28 / 56 days | reference'
	);
	const closing: [number, number, boolean, string][] = [
		[50, 0.1, false, '60 % wrong | 9 / 19 % wrong'],
		[500, 0.05, false, '40 % wrong | 3.3 / 6.6 % wrong'],
		[5000, 0.05, false, '2.3 % wrong | 0 / 0 %'],
		[50, 0.1, true, '94 % | 84 / 98 %'],
		[500, 0.05, true, '95 % | 93 / 99.7 %'],
		[5000, 0.05, true, '98 % | 99.95 / 100 %']
	];
	closing.forEach(([perDay, loss, recovers, reference], i) => {
		const c = closed(judgesOf, perDay, loss, recovers, runs, 6000 + i);
		console.log(
			`${perDay}/day, ${recovers ? 'recovers 7 days after' : 'persists'} (${c.n} alerts) | ${share(c.naive)} | ${share(c.in28)} / ${share(c.in56)} | ${reference}`
		);
	});
}

/** Share of eventual recontacts seen on a day that ended so many days ago. */
const SEEN = [0.3, 0.66, 0.88];

/** This week so far against the week before, as a dashboard that doesn't wait shows it. */
function naiveOpen(
	world: Omit<World, 'baselineDays' | 'days'>,
	loss: number,
	runs: number,
	seed: number
): number {
	const random = seeded(seed);
	const whole: World = {
		...world,
		baselineDays: 56,
		days: 63,
		loss: (day) => (day < CHANGE_DAY ? 0 : loss)
	};
	const first = firstMonitored(whole);
	let found = 0;
	for (let run = 0; run < runs; run++) {
		const series = worldOf(whole, random);
		const week = (end: number, seenBy: number) => {
			let [n, x] = [0, 0];
			for (let day = end - 6; day <= end; day++) {
				const span = spanOf(series, day, day);
				n += span.n;
				x += span.x * (SEEN[seenBy - day] ?? 1);
			}
			return x / n;
		};
		for (let end = first + CHANGE_DAY + 6; end < first + CHANGE_DAY + 28; end += 7)
			if (week(end, end) >= 1.2 * week(end - 7, end)) {
				found++;
				break;
			}
	}
	return found / runs;
}

function closed(
	judgesOf: Tools['judgesOf'],
	perDay: number,
	loss: number,
	recovers: boolean,
	runs: number,
	seed: number
): { n: number; naive: number; in28: number; in56: number } {
	const total = { n: 0, naive: 0, in28: 0, in56: 0 };
	for (let run = 0; run < runs; run++) {
		const worldUntil = (end: number): World => ({
			...WORLDS.csat,
			perDay,
			response: 0.2,
			baselineDays: 56,
			days: 240,
			loss: (day) => (day < CHANGE_DAY || day >= end ? 0 : loss)
		});
		// The same seed tells the same story up to the day on which it recovers.
		const series = (end: number) => worldOf(worldUntil(end), seeded(seed * 1009 + run));
		const first = firstMonitored({ baselineDays: 56 });
		const persistent = lived(judgesOf, series(Infinity), first);
		const fired = persistent.lives.find(({ due }) => due >= first + CHANGE_DAY);
		if (!fired || fired.due > first + 170) continue;
		const end = recovers ? fired.due + MATURITY + 7 - first : Infinity;
		const world = recovers ? lived(judgesOf, series(end), first) : persistent;
		const again = world.lives.find(({ due }) => due === fired.due);
		if (!again) continue;
		total.n++;
		const after = again.closed === null ? Infinity : again.closed - again.due;
		if (after <= 28) total.in28++;
		if (after <= 56) total.in56++;
		for (let day = fired.due + 1; day <= fired.due + 28; day++)
			if (world.judge.finding(day).finding !== 'breach') {
				total.naive++;
				break;
			}
	}
	const { n } = total;
	return { n, naive: total.naive / n, in28: total.in28 / n, in56: total.in56 / n };
}

function lived(judgesOf: Tools['judgesOf'], series: Series, first: number) {
	const judge = judgesOf('csat', series).find(({ subject }) => subject.rule.kind === 'erosion')!;
	const { rule } = judge.subject;
	const lag = 1 + ruleMetric(rule.metric).maturityHours / 24;
	const reset = new Map<string, Judge>();
	const { lives } = liveThrough(rule, first, first + 239, (due, resetAfter) => {
		let used = judge;
		if (resetAfter) {
			used = reset.get(resetAfter) ?? judgeOf({ ...judge.subject, resetAfter: dayNumber(resetAfter) });
			reset.set(resetAfter, used);
		}
		return { judge: used, at: `${dayOf(due + lag)}T00:00:00Z` };
	});
	return { lives, judge };
}
