/** A progress bar on a terminal, and silence anywhere else. Writes to stderr, so that stdout stays data. */
import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
	update(done: number, total: number): void;
	stop(): void;
}

export function startProgress(label: string, unit: string): Progress {
	if (!process.stderr.isTTY) return { update: () => undefined, stop: () => undefined };
	const bar = new SingleBar(
		{
			format: `${label} {bar} {percentage} % | {value}/{total} ${unit} | {duration_formatted}`,
			hideCursor: true,
			clearOnComplete: false,
			stream: process.stderr
		},
		Presets.shades_classic
	);
	let started = false;
	return {
		update(done, total) {
			if (!started) bar.start(total, done);
			else bar.setTotal(total);
			started = true;
			bar.update(done);
		},
		stop() {
			if (started) bar.stop();
		}
	};
}
