/**
 * `plimsoll ingest`: files into the database, then the facts and the verdicts anew. When a server holds the database the files go
 * through it. Touches disk. Quarantined records are reported and are no failure; a file that can't be read is.
 */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { ingest, type IngestReport } from '#ingest/ingest.server';
import { saveMapping, sourceIn } from '#ingest/mapping/mappings.server';
import { SOURCES, UnknownSourceError } from '#ingest/sources';
import { refreshFacts } from '#queries/queries.server';
import { intentPolicyOf } from '#stoploss/policy';
import { openWarehouse } from '#warehouse/warehouse.server';
import { catchUp } from '../lib/server/catch-up.server';
import { loadPolicy, privacyOf } from '../lib/server/policy-file.server';
import { withDatabase } from './database';
import { EXIT, Failure } from './failure';
import { startProgress } from './progress';
import { filesOf } from './inputs';
import { sourceOfFile } from './map';
import { askServer, type RunningServer } from './running-server';
import { spoolStandardInput } from './standard-input';

export interface IngestOptions {
	source?: string;
	mapping?: string;
	db: string;
	policy?: string;
	json?: boolean;
}

const EMPTY = 'There is no record in this file. Check that it was written completely.';

export async function runIngest(given: readonly string[], options: IngestOptions): Promise<number> {
	const report = await takeIn(given, options);
	if (options.json) console.log(JSON.stringify(report, null, 2));
	else printReport(report);
	const failed = report.files.flatMap(({ file, error, read }) => {
		const reason = error?.split('\n')[0] ?? (read === 0 ? EMPTY : null);
		return reason === null ? [] : [`plimsoll: ${file}: ${reason}`];
	});
	for (const message of failed) console.error(message);
	return failed.length > 0 ? EXIT.failed : EXIT.clear;
}

/** Takes in what was given: files, folders, patterns and standard input. */
export async function takeIn(given: readonly string[], options: IngestOptions): Promise<IngestReport> {
	if (options.mapping !== undefined && options.source !== undefined)
		throw new Failure('Give --mapping or --source: a mapping names its source itself.');
	const mapping = options.mapping === undefined ? null : sourceOfFile(options.mapping);
	const source = mapping?.source.name ?? options.source;
	// A name that is none of ours can only be a mapping that the database keeps.
	if (options.source !== undefined && !existsSync(options.db)) {
		const known = SOURCES.some(({ name }) => name === options.source);
		if (!known) throw new UnknownSourceError(options.source);
	}
	const policy = loadPolicy(options.policy);
	const named: string[] = [];
	for (const input of given) named.push(input === '-' ? await spoolStandardInput() : input);
	const inputs = filesOf(named, mapping?.source ?? options.source);

	return withDatabase<IngestReport>(options.db, {
		async directly() {
			const warehouse = await openWarehouse(options.db);
			const progress = startProgress('Reading', 'MB');
			try {
				const now = new Date().toISOString();
				// A name that is not known is refused before any file is read.
				if (options.source !== undefined) await sourceIn(warehouse, options.source);
				const done = await ingest(warehouse, {
					inputs,
					source: mapping?.source ?? options.source,
					now,
					privacy: privacyOf(policy),
					onProgress: ({ bytesDone, bytesTotal }) =>
						progress.update(Math.round(bytesDone / 1e6), Math.ceil(bytesTotal / 1e6))
				});
				// A mapping that fits no file is not worth keeping.
				if (mapping && done.files.some(({ error }) => error === null))
					await saveMapping(warehouse, mapping.text, now);
				// Another policy may have changed the facts where the files did not.
				await refreshFacts(warehouse, intentPolicyOf(policy));
				await catchUp(warehouse, policy);
				return done;
			} finally {
				progress.stop();
				await warehouse.close();
			}
		},
		async through(server) {
			if (mapping) {
				if (mapping.source.together && inputs.length > 1)
					throw new Failure(
						'This mapping brings rows of several files together, and a running server takes one file at a time. Join the files, or stop the server.'
					);
				await askServer(server, '/api/mappings', {}, options.mapping);
			}
			return sendFiles(server, inputs, source);
		}
	});
}

async function sendFiles(
	server: RunningServer,
	files: readonly string[],
	source: string | undefined
): Promise<IngestReport> {
	const sum: IngestReport = {
		source: source ?? null,
		files: [],
		read: 0,
		accepted: 0,
		unchanged: 0,
		quarantined: 0,
		quarantine: []
	};
	for (const file of files) {
		const response = await askServer(server, '/api/ingest', { source, file: basename(file) }, file);
		const one = (await response.json()) as IngestReport;
		sum.files.push(...one.files.map((report) => ({ ...report, file })));
		sum.quarantine.push(...one.quarantine.map((row) => ({ ...row, file })));
		for (const count of ['read', 'accepted', 'unchanged', 'quarantined'] as const) sum[count] += one[count];
	}
	return sum;
}

function printReport(report: IngestReport): void {
	const show = (count: number) => count.toLocaleString('en');
	console.log(
		`${show(report.read)} read = ${show(report.accepted)} accepted + ${show(report.unchanged)} unchanged + ${show(report.quarantined)} quarantined`
	);
	for (const { file, line, field, reason } of report.quarantine) {
		console.log(`  ${file}${line === null ? '' : `:${line}`}: ${field ? `${field} ` : ''}${reason}`);
	}
	const more = report.quarantined - report.quarantine.length;
	if (more > 0) console.log(`  and ${show(more)} more in quarantine`);
}
