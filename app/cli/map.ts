/**
 * `plimsoll map`: proposes a mapping for a file, or tries one on it. Touches disk; a database of its own that is gone
 * afterwards, so nothing is stored.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from '#ingest/mapping/inspect.server';
import { MappingRefusedError, sourceOfText } from '#ingest/mapping/mappings.server';
import { preview, type Preview } from '#ingest/mapping/preview.server';
import { propose } from '#ingest/mapping/propose';
import type { Source } from '#ingest/sources';
import { openWarehouse, type Warehouse } from '#warehouse/warehouse.server';
import { EXIT, Failure } from './failure';

interface MapOptions {
	mapping?: string;
	json?: boolean;
}

/** The mapping of a file as a source; every problem of it is told with its line. */
export function sourceOfFile(file: string): { source: Source; text: string } {
	let text: string;
	try {
		text = readFileSync(file, 'utf8');
	} catch (cause) {
		throw new Failure(`${file}: can't be read (${(cause as NodeJS.ErrnoException).code}).`);
	}
	try {
		return { source: sourceOfText(text), text };
	} catch (cause) {
		if (!(cause instanceof MappingRefusedError)) throw cause;
		const told = cause.problems.map(
			({ line, column, message, remedy }) => `${file}:${line}:${column}: ${message}. ${remedy}`
		);
		for (const one of told.slice(0, -1)) console.error(one);
		throw new Failure(told.at(-1)!);
	}
}

async function withScratch<Result>(work: (warehouse: Warehouse) => Promise<Result>): Promise<Result> {
	const folder = mkdtempSync(join(tmpdir(), 'plimsoll-map-'));
	const warehouse = await openWarehouse(join(folder, 'scratch.duckdb'));
	try {
		return await work(warehouse);
	} finally {
		await warehouse.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

export async function runMap(files: readonly string[], options: MapOptions): Promise<number> {
	if (options.mapping !== undefined) {
		const { source } = sourceOfFile(options.mapping);
		const seen = await withScratch((warehouse) =>
			preview(warehouse, { source, files, now: new Date().toISOString() })
		);
		if (options.json) console.log(JSON.stringify(seen, null, 2));
		else printPreview(seen);
		return seen.good === 0 ? EXIT.failed : EXIT.clear;
	}
	const [file, ...more] = files;
	if (more.length > 0)
		throw new Failure('Name one file to propose a mapping for; with --mapping, as many as you like.');
	const proposal = await withScratch(async (warehouse) => propose(await inspect(warehouse, file!)));
	if (options.json) console.log(JSON.stringify(proposal, null, 2));
	else {
		process.stdout.write(proposal.text);
		const s = proposal.unsure.length === 1 ? '' : 's';
		console.error(
			`plimsoll: ${proposal.unsure.length} guess${s && 'es'} to check, each marked UNSURE.${proposal.unused.length > 0 ? ` Not used: ${proposal.unused.slice(0, 12).join(', ')}${proposal.unused.length > 12 ? ` and ${proposal.unused.length - 12} more` : ''}.` : ''}`
		);
		console.error(
			`plimsoll: keep it with \`plimsoll map ${file} > mapping.yaml\`, try it with \`plimsoll map ${file} --mapping mapping.yaml\`, take the file in with \`plimsoll ingest ${file} --mapping mapping.yaml\`.`
		);
	}
	return EXIT.clear;
}

function printPreview({ read, good, quarantined, records, reasons }: Preview): void {
	const show = (count: number) => count.toLocaleString('en');
	for (const record of records) console.log(JSON.stringify(record));
	console.error(
		`plimsoll: ${show(read)} read, ${show(good)} would go in, ${show(quarantined)} would be put aside; nothing was stored.`
	);
	for (const { file, line, field, reason, records: n } of reasons)
		console.error(`  ${show(n)} x ${field} ${reason} (such as ${file}${line === null ? '' : `:${line}`})`);
}
