/**
 * What `plimsoll ingest` was given, as files: files as they are, the logs in a folder, the matches of a glob. Touches
 * disk. Refuses, before anything is opened or stored, a name that leads nowhere and a folder without a log in it.
 */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { globSync } from 'tinyglobby';
import { SOURCES, sourceFor, type Source } from '#ingest/sources';
import { Failure } from './failure';

/** A source by name may be a mapping that only the database knows: any file that can hold records is its. */
const HOLDS_RECORDS = /\.(csv|tsv|txt|json|jsonl|ndjson|parquet)$/i;

/** Whether a name is that of a log: to the source that was asked for, or to any. */
export function isLogFor(source: string | Source | undefined): (name: string) => boolean {
	const asked = typeof source === 'string' ? SOURCES.find(({ name }) => name === source) : source;
	return (name) => {
		const bare = name.replace(/\.(gz|zst)$/i, '');
		if (asked) return asked.accepts(bare);
		return source === undefined ? sourceFor(name) !== null : HOLDS_RECORDS.test(bare);
	};
}

export function filesOf(inputs: readonly string[], source: string | Source | undefined): string[] {
	const isLog = isLogFor(source);
	const files = inputs.flatMap((input) => {
		const found = statSync(input, { throwIfNoEntry: false });
		if (found?.isDirectory()) {
			const logs = globSync('**/*', { cwd: input, absolute: true }).filter(isLog).sort();
			if (logs.length > 0) return logs;
			const asked = typeof source === 'string' ? SOURCES.find(({ name }) => name === source) : source;
			const reads = asked ? `the source ${asked.name}` : 'any source';
			throw new Failure(
				`${input}: no file in this folder has a name that ${reads} reads. Name the files themselves; \`plimsoll sources\` lists what is read.`
			);
		}
		if (found) return [resolve(input)];
		const matches = globSync(input, { absolute: true }).sort();
		if (matches.length > 0) return matches;
		throw new Failure(
			`${input}: there is no such file. Check the name; it is looked for in ${process.cwd()}.`
		);
	});
	return [...new Set(files)];
}
