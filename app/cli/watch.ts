/**
 * `plimsoll watch DIR`: takes in what comes into a folder, until it is stopped. Touches disk. Looks every few seconds
 * and does not wait for events, which network folders don't send. A file is taken once it has been still for a time, so
 * that a half-written one is left alone; what was done is remembered beside the database, file by file, after the
 * answer. A kill between the two takes a file in again, which changes nothing. A file that can't be read is told of
 * and tried again when it changes. Refuses a folder that is not there.
 */
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { globSync } from 'tinyglobby';
import { EXIT, explainFailure, Failure } from './failure';
import { takeIn, type IngestOptions } from './ingest';
import { isLogFor } from './inputs';

export interface WatchOptions extends Omit<IngestOptions, 'json' | 'mapping'> {
	/** Seconds between two looks. */
	interval: number;
	/** Seconds that a file must have been still. */
	settle: number;
	/** Takes in what is there and still, then ends. */
	once?: boolean;
}

/** Names that programs give to files which they are still writing. */
const UNFINISHED = /(^|\/)\.|\.(tmp|temp|part|partial|filepart|crdownload|download|swp)$|~$/i;

interface Seen {
	bytes: number;
	modified: number;
}
type Done = Record<string, Seen & { failed?: string }>;

const same = (one: Seen | undefined, other: Seen) =>
	one !== undefined && one.bytes === other.bytes && one.modified === other.modified;

/** What was taken in, by its path; one file that is written whole and renamed. */
class Memory {
	private readonly path: string;
	readonly done: Done;

	constructor(database: string) {
		this.path = `${resolve(database)}.watched.json`;
		this.done = this.read();
	}

	private read(): Done {
		if (!existsSync(this.path)) return {};
		try {
			return JSON.parse(readFileSync(this.path, 'utf8')) as Done;
		} catch {
			// Everything is looked at again, and nothing is doubled.
			return {};
		}
	}

	remember(file: string, seen: Seen, failed?: string): void {
		this.done[file] = { ...seen, ...(failed !== undefined && { failed }) };
		writeFileSync(`${this.path}.tmp`, JSON.stringify(this.done));
		renameSync(`${this.path}.tmp`, this.path);
	}
}

export async function runWatch(folder: string, options: WatchOptions): Promise<number> {
	const root = resolve(folder);
	if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
		throw new Failure(`${folder}: there is no such folder. Make it, or name another.`);
	const memory = new Memory(options.db);
	const stop = new AbortController();
	for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
	const say = (text: string) => console.log(`${new Date().toISOString()}  ${text}`);
	say(
		`watching ${root}, every ${options.interval} s; a file is taken once it was still for ${options.settle} s`
	);

	/** When each file was first seen as it is now. */
	const still = new Map<string, Seen & { since: number }>();
	const ready = (): { file: string; seen: Seen }[] => {
		const files = globSync('**/*', { cwd: root, absolute: true })
			.filter((file) => !UNFINISHED.test(file.slice(root.length + 1)))
			.filter(isLogFor(options.source))
			.sort();
		const now = Date.now();
		return files.flatMap((file) => {
			// It may have gone since the listing.
			const found = statSync(file, { throwIfNoEntry: false });
			if (!found) return [];
			const seen: Seen = { bytes: found.size, modified: found.mtimeMs };
			if (same(memory.done[file], seen)) return [];
			const before = still.get(file);
			if (!same(before, seen)) still.set(file, { ...seen, since: now });
			// The file's own clock may be another machine's: it is asked only where nobody waits.
			const since = options.once ? found.mtimeMs : same(before, seen) ? before!.since : now;
			return now - since >= options.settle * 1000 ? [{ file, seen }] : [];
		});
	};

	/** What goes wrong as a whole, such as a server that starts anew, is tried again at the next look. */
	const take = async (found: readonly { file: string; seen: Seen }[]) => {
		const names = found.map(({ file }) => file);
		try {
			const { files } = await takeIn(names, options);
			for (const { file, seen } of found) {
				const one = files.find((report) => report.file === file);
				const name = file.slice(root.length + 1);
				if (!one) continue;
				const { read, accepted, unchanged, quarantined } = one;
				const error = one.error?.split('\n')[0] ?? null;
				say(
					error === null
						? `${name}: ${read} read = ${accepted} accepted + ${unchanged} unchanged + ${quarantined} quarantined`
						: `${name}: ${error} It is tried again when it changes.`
				);
				memory.remember(file, seen, error ?? undefined);
				still.delete(file);
			}
		} catch (cause) {
			console.error(explainFailure(cause));
			if (options.once) process.exitCode = EXIT.failed;
		}
	};

	while (!stop.signal.aborted) {
		const found = ready();
		if (found.length > 0) await take(found);
		if (options.once) break;
		await pause(options.interval * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
	}
	say('stopped');
	return process.exitCode === EXIT.failed ? EXIT.failed : EXIT.clear;
}
