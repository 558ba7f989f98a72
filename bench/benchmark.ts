/**
 * What a benchmark is, and how its parts are measured: each run in a child process of its own, so that one part's
 * memory and caches never help or hurt another. Starts processes.
 */
import { fork } from 'node:child_process';

export interface Benchmark {
	name: string;
	title: string;
	/** Parts by name; a part runs alone in a child process and returns what it counted (for cross-checks). */
	parts: Readonly<Record<string, Part>>;
	/** Prepares files, measures parts, prints figures. */
	run(options: BenchOptions): Promise<void>;
}

export type Part = (given: Given, clock: Clock) => Promise<unknown>;
export type Given = Readonly<Record<string, string>>;
/** Times `work` and nothing before or after it; the seconds of every call add up. */
export type Clock = <Result>(work: () => Promise<Result>) => Promise<Result>;

export interface BenchOptions {
	/** Emptied before and removed after. */
	folder: string;
	conversations: number;
	repeats: number;
}

export interface Figures {
	seconds: number;
	/** Peak memory of the whole child process, Node included. */
	peakMegabytes: number;
	found: unknown;
}

const CHILD = '--part';

export function measure(benchmark: string, part: string, given: Given): Promise<Figures> {
	return new Promise((done, fail) => {
		const child = fork(process.argv[1]!, [CHILD, benchmark, part, JSON.stringify(given)]);
		let figures: Figures | null = null;
		child.on('message', (message) => (figures = message as Figures));
		child.on('error', fail);
		child.on('exit', (code) => {
			if (figures) done(figures);
			else fail(new Error(`${benchmark} ${part} ended with ${code} and no figures.`));
		});
	});
}

/** Runs the part that the arguments name, in a child; false when they name none. */
export async function runPart(args: readonly string[], benchmarks: readonly Benchmark[]): Promise<boolean> {
	const [flag, name, part, given] = args;
	if (flag !== CHILD) return false;
	const work = benchmarks.find((one) => one.name === name)?.parts[part ?? ''];
	if (!work) throw new Error(`No part ${part} in ${name}.`);
	let seconds = 0;
	const found = await work(JSON.parse(given ?? '{}') as Given, async (timed) => {
		const started = performance.now();
		const result = await timed();
		seconds += (performance.now() - started) / 1000;
		return result;
	});
	const peakMegabytes = process.resourceUsage().maxRSS / 1024;
	process.send?.({ seconds, peakMegabytes, found } satisfies Figures);
	process.disconnect();
	return true;
}

/** Measures the parts in turn, `repeats` times over, so that a slow minute of the machine hits all of them. */
export async function alternate(
	benchmark: string,
	repeats: number,
	parts: Readonly<Record<string, () => Given>>
): Promise<Record<string, Figures[]>> {
	const found: Record<string, Figures[]> = {};
	for (let round = 0; round < repeats; round++) {
		for (const [part, given] of Object.entries(parts)) {
			(found[part] ??= []).push(await measure(benchmark, part, given()));
		}
	}
	return found;
}

export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}

/** One printed line: median, spread, peak. */
export function line(label: string, figures: readonly Figures[]): string {
	const seconds = figures.map((one) => one.seconds);
	const show = (value: number) => value.toFixed(value < 10 ? 3 : 1);
	const spread = `${show(Math.min(...seconds))}-${show(Math.max(...seconds))}`;
	const peak = Math.max(...figures.map((one) => one.peakMegabytes)).toFixed(0);
	return `  ${label.padEnd(44)}${show(median(seconds)).padStart(8)} s  (${spread}, ${figures.length} runs)  peak ${peak} MB`;
}
