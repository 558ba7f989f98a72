/**
 * The log as it was known after an earlier ingest, with its facts and what reviewers had said by then, in a database of
 * its own that is removed again.
 * Touches disk. Nothing of the real database is changed: rows of later ingests are left out, and a version that was
 * replaced later is current again. Transcripts are read where they are.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openWarehouse, spoolFolder, type Warehouse } from '../../warehouse/warehouse.server';
import lastIngest from './last-ingest.sql?raw';
import { Refusal } from '../refusal';
import { refreshFacts, type IntentPolicy } from '../facts/refresh.server';

/** What people had drawn, skipped and reviewed by an instant. */
const REVIEWED: readonly [table: string, by: string][] = [
	['review.draw', 'drawn_at <= $instant::TIMESTAMPTZ'],
	[
		'review.cell',
		'(plan, week) IN (SELECT (plan, week) FROM review.draw WHERE drawn_at <= $instant::TIMESTAMPTZ)'
	],
	[
		'review.item',
		'(plan, week) IN (SELECT (plan, week) FROM review.draw WHERE drawn_at <= $instant::TIMESTAMPTZ)'
	],
	['review.replacement', 'happened_at <= $instant::TIMESTAMPTZ'],
	['review.review', 'happened_at <= $instant::TIMESTAMPTZ']
];

const TABLES = ['log.ingest', 'log.conversation', 'log.side_record'] as const;
/** `superseded_by` of a row as it stood then. */
const THEN: Record<(typeof TABLES)[number], string> = {
	'log.ingest': '',
	'log.conversation':
		'REPLACE (CASE WHEN superseded_by <= $ingestId THEN superseded_by END AS superseded_by)',
	'log.side_record': 'REPLACE (CASE WHEN superseded_by <= $ingestId THEN superseded_by END AS superseded_by)'
};

/** The last ingest that was finished at an instant; null when there was none yet. */
export async function lastIngestBy(warehouse: Warehouse, instant: string): Promise<number | null> {
	const [row] = await warehouse.all<{ ingestId: number | null }>(lastIngest, { instant });
	return row?.ingestId ?? null;
}

/** `knownAt` of an instant. Refuses one before which nothing was taken in. */
export async function knownAtTime<Result>(
	warehouse: Warehouse,
	{ instant, policy }: { instant: string; policy: IntentPolicy },
	work: (then: Warehouse) => Promise<Result>
): Promise<Result> {
	const ingestId = await lastIngestBy(warehouse, instant);
	if (ingestId === null)
		throw new Refusal(
			`Nothing was taken in by ${instant}.`,
			'The page Imports, or `plimsoll scorecard` without --known-at, shows what there is.'
		);
	return knownAt(warehouse, { ingestId, instant, policy }, work);
}

export async function knownAt<Result>(
	warehouse: Warehouse,
	{ ingestId, instant, policy }: { ingestId: number; instant: string; policy: IntentPolicy },
	work: (then: Warehouse) => Promise<Result>
): Promise<Result> {
	const folder = spoolFolder(warehouse, 'then');
	const file = join(folder, 'then.duckdb');
	let then: Warehouse | undefined;
	try {
		// Opened once for its schema, then filled from the real database, which is the only one that may be open twice.
		await (await openWarehouse(file)).close();
		const alias = `then_${folder.replaceAll(/\W/g, '_')}`;
		await warehouse.withConnection(async (session) => {
			await session.run(`ATTACH '${file.replaceAll("'", "''")}' AS ${alias}`);
			try {
				for (const table of TABLES)
					await session.run(
						`INSERT INTO ${alias}.${table} BY NAME SELECT * ${THEN[table]} FROM ${table} WHERE ingest_id <= $ingestId`,
						{ ingestId }
					);
				for (const [table, by] of REVIEWED)
					await session.run(`INSERT INTO ${alias}.${table} BY NAME SELECT * FROM ${table} WHERE ${by}`, {
						instant
					});
			} finally {
				await session.run(`DETACH ${alias}`);
			}
		});
		then = await openWarehouse(file, { mustExist: true });
		await refreshFacts({ ...then, transcripts: warehouse.transcripts }, policy);
		return await work(then);
	} finally {
		await then?.close();
		rmSync(folder, { recursive: true, force: true });
	}
}
