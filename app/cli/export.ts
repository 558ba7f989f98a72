/**
 * `plimsoll export`: the stored conversations as canonical records, into a file or to standard output. Touches disk
 * and the database, or asks the server that holds it. Refuses to overwrite a file.
 */
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { exportRecords, type Exported } from '#ingest/export.server';
import { withExisting } from './database';
import { EXIT, Failure } from './failure';
import { startProgress } from './progress';
import { askServer } from './running-server';

interface Options {
	db: string;
	source?: string;
	from?: string;
	to?: string;
	json?: boolean;
}

const STANDARD_OUTPUT = '-';

export async function runExport(name: string, options: Options): Promise<number> {
	const toOutput = name === STANDARD_OUTPUT;
	const known = /\.(ndjson|jsonl|ndjson\.gz|jsonl\.gz|parquet)$/i.exec(name);
	if (!toOutput && !known)
		throw new Failure(`"${name}" names no format. End it in .ndjson, .ndjson.gz or .parquet, or write -.`);
	if (!toOutput && existsSync(name))
		throw new Failure(`${name} is there already. Name a new file, or remove it.`);
	const spool = toOutput ? mkdtempSync(join(tmpdir(), 'plimsoll-export-')) : null;
	const target = spool ? join(spool, 'all.ndjson') : resolve(name);
	const { source, from, to } = options;
	const format = known?.[1]?.toLowerCase() === 'parquet' ? ('parquet' as const) : ('ndjson' as const);
	const bar = startProgress('Writing', '%');
	try {
		const told = await withExisting<Exported>(options.db, {
			directly(warehouse) {
				const onShare = (share: number) => bar.update(Math.round(share * 100), 100);
				return exportRecords(warehouse, { source, from, to, format, target, onShare });
			},
			async through(server) {
				const answer = await askServer(server, '/api/export/conversations', { source, from, to, format });
				const count = (header: string) => Number(answer.headers.get(header));
				await save(answer, target);
				return {
					source: answer.headers.get('x-source') ?? '',
					conversations: count('x-conversations'),
					sideRecords: count('x-side-records'),
					withoutText: count('x-without-text')
				};
			}
		});
		bar.stop();
		if (spool) await print(target);
		const say = toOutput ? console.error : console.log;
		say(options.json ? JSON.stringify({ file: toOutput ? null : name, ...told }) : sentence(name, told));
		return EXIT.clear;
	} finally {
		bar.stop();
		if (spool) rmSync(spool, { recursive: true, force: true });
	}
}

/** At the reader's pace. */
async function print(file: string): Promise<void> {
	for await (const chunk of createReadStream(file))
		if (!process.stdout.write(chunk as Buffer)) await once(process.stdout, 'drain');
}

/** Under another name until it is whole: an answer that breaks off leaves no file that looks complete. */
async function save(answer: Response, target: string): Promise<void> {
	const part = `${target}.part`;
	try {
		const body = Readable.fromWeb(answer.body as import('node:stream/web').ReadableStream);
		const out = createWriteStream(part);
		await (target.endsWith('.gz') ? pipeline(body, createGzip(), out) : pipeline(body, out));
		renameSync(part, target);
	} catch (cause) {
		rmSync(part, { force: true });
		throw new Failure(`The server's answer broke off: ${(cause as Error).message}. Try again.`);
	}
}

const sentence = (name: string, { source, conversations, sideRecords, withoutText }: Exported) =>
	[
		`${name}: ${conversations} conversations of ${source}`,
		...(sideRecords > 0 ? [`${sideRecords} side records`] : []),
		...(withoutText > 0 ? [`the text of ${withoutText} was deleted`] : [])
	].join(', ');
