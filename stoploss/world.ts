/**
 * Simulated worlds, seeded: daily outcomes by intent with day-to-day swings, weekdays, mix noise and whatever is to go
 * wrong. Pure: the same world and seed give the same series. The back-test lab and the benchmark share it.
 */
import type { DailyCohort } from '../queries/measurement';
import { accumulate, dayNumber, dayOf, type Series } from './series';
import type { Bad } from './statistic';

export interface WorldIntent {
	intent: string;
	/** Of the contacts. */
	share: number;
	/** Chance of the counted event while all is well. */
	rate: number;
}

export interface World {
	bad: Bad;
	intents: readonly WorldIntent[];
	/** Contacts a day, and the share of them whose outcome is known. */
	perDay: number;
	response: number;
	/** Days before monitoring begins, and days monitored. */
	baselineDays: number;
	days: number;
	/** Worsening in share points on a monitored day; negative is better. */
	loss?: (day: number) => number;
	/** Standard deviation of a day's rate beyond chance, and its correlation with the day before. */
	daySd?: number;
	rho?: number;
	/** How far the weekday moves the rate; 1 as in the reference world. */
	weekdays?: number;
	/** Weights of the intents on a monitored day, in place of their shares. */
	mix?: (day: number) => readonly number[];
	/** Times as many contacts, on any day; monitored days from 0. */
	volume?: (day: number) => number;
}

export type Random = () => number;

const START = dayNumber('2024-01-01');
const WEEKDAY_VOLUME = [1.18, 1.1, 1.06, 1.04, 1.02, 0.86, 0.74];
const WEEKDAY_RATE = [-0.008, -0.004, 0, 0.002, 0.004, 0.008, -0.002];
const MIX_NOISE = 0.15;
const VOLUME_NOISE = 0.1;
const DAY_SD = 0.015;

/** xoshiro128**, seeded by splitmix. */
export function seeded(seed: number): Random {
	let mixed = seed >>> 0;
	const next = () => {
		mixed = (mixed + 0x9e3779b9) >>> 0;
		let z = mixed;
		z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
		z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
		return (z ^ (z >>> 16)) >>> 0;
	};
	let [a, b, c, d] = [next(), next(), next(), next()] as [number, number, number, number];
	return () => {
		const turned = Math.imul(b, 5);
		const result = Math.imul((turned << 7) | (turned >>> 25), 9) >>> 0;
		const t = b << 9;
		c ^= a;
		d ^= b;
		b ^= c;
		a ^= d;
		c ^= t;
		d = (d << 11) | (d >>> 21);
		return (result + 0.5) / 4_294_967_296;
	};
}

function normal(random: Random): number {
	return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
}

/** Exact: inversion for small counts, Hörmann's transformed rejection (BTRS) for the rest. */
export function binomial(random: Random, n: number, p: number): number {
	if (n <= 0 || p <= 0) return 0;
	if (p >= 1) return n;
	if (p > 0.5) return n - binomial(random, n, 1 - p);
	if (n * p < 10) {
		const odds = p / (1 - p);
		let left = random();
		let chance = (1 - p) ** n;
		let k = 0;
		while (left > chance && k < n) {
			left -= chance;
			k++;
			chance *= (odds * (n - k + 1)) / k;
		}
		return k;
	}
	const spread = Math.sqrt(n * p * (1 - p));
	const b = 1.15 + 2.53 * spread;
	const a = -0.0873 + 0.0248 * b + 0.01 * p;
	const c = n * p + 0.5;
	const vr = 0.92 - 4.2 / b;
	const alpha = (2.83 + 5.1 / b) * spread;
	const m = Math.floor((n + 1) * p);
	const logOdds = Math.log(p / (1 - p));
	for (;;) {
		const u = random() - 0.5;
		let v = random();
		const us = 0.5 - Math.abs(u);
		const k = Math.floor(((2 * a) / us + b) * u + c);
		if (us >= 0.07 && v <= vr) return k;
		if (k < 0 || k > n) continue;
		v = Math.log((v * alpha) / (a / (us * us) + b));
		if (
			v <=
			logFactorial(m) + logFactorial(n - m) - logFactorial(k) - logFactorial(n - k) + (k - m) * logOdds
		)
			return k;
	}
}

function logFactorial(n: number): number {
	if (n < 10) {
		let product = 1;
		for (let i = 2; i <= n; i++) product *= i;
		return Math.log(product);
	}
	const x = n + 1;
	return (x - 0.5) * Math.log(x) - x + 0.9189385332046727 + 1 / (12 * x) - 1 / (360 * x ** 3);
}

/** Day number of the first monitored day. */
export const firstMonitored = ({ baselineDays }: Pick<World, 'baselineDays'>) => START + baselineDays;

export function worldOf(world: World, random: Random): Series {
	const { bad, intents, daySd = DAY_SD, rho = 0, weekdays = 1 } = world;
	const days = world.baselineDays + world.days;
	const n = intents.map(() => new Float64Array(days + 1));
	const x = intents.map(() => new Float64Array(days + 1));
	const still = intents.map(({ share }) => share);
	let swing = 0;
	for (let day = 0; day < days; day++) {
		const weekday = day % 7;
		const monitored = day - world.baselineDays;
		const fresh = daySd * normal(random);
		swing = day === 0 ? fresh : rho * swing + Math.sqrt(1 - rho * rho) * fresh;
		const effect = swing + weekdays * WEEKDAY_RATE[weekday]!;
		const loss = monitored < 0 ? 0 : (world.loss?.(monitored) ?? 0);
		const times = world.volume?.(monitored) ?? 1;
		const volume = times * world.perDay * WEEKDAY_VOLUME[weekday]! * Math.exp(VOLUME_NOISE * normal(random));
		const shares = monitored < 0 ? still : (world.mix?.(monitored) ?? still);
		const weights = shares.map((share) => share * Math.exp(MIX_NOISE * normal(random)));
		const sum = weights.reduce((all, weight) => all + weight, 0);
		intents.forEach(({ rate }, i) => {
			const contacts = Math.floor((volume * weights[i]!) / sum + random());
			const known = binomial(random, contacts, world.response);
			const p = Math.min(0.999, Math.max(0.001, rate + effect + bad * loss));
			n[i]![day + 1] = known;
			x[i]![day + 1] = binomial(random, known, p);
		});
	}
	return accumulate({ first: START, days, intents: intents.map(({ intent }) => intent), n, x });
}

/** The same series as rows, as a query would give them. */
export function cohortsOf(series: Series): DailyCohort[] {
	return series.intents.flatMap((intent, i) =>
		Array.from({ length: series.days }, (_, day) => ({
			day: dayOf(series.first + day),
			intent,
			n: series.n[i]![day + 1]! - series.n[i]![day]!,
			x: series.x[i]![day + 1]! - series.x[i]![day]!
		}))
	);
}
