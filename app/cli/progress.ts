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
			format: `${label} {bar} {percentage} % | {value}/{total} ${unit} | {rate} ${unit}/s | {duration_formatted}, {eta_formatted} left`,
			hideCursor: true,
			clearOnComplete: false,
			stream: process.stderr
		},
		Presets.shades_classic
	);
	let started = 0;
	return {
		update(done, total) {
			if (!started) {
				started = Date.now();
				bar.start(total, done, { rate: '-' });
			} else bar.setTotal(total);
			const seconds = (Date.now() - started) / 1000;
			bar.update(done, { rate: seconds > 0.5 ? (done / seconds).toFixed(1) : '-' });
		},
		stop() {
			if (started) bar.stop();
		}
	};
}
