/**
 * Takes pieces out of the store of events, for good: their files are written anew without them. Touches disk and the
 * warehouse. Runs in a transaction of somebody else, and says which files are to be removed once that is over: the old
 * ones where it was committed, the new ones where it was not.
 */
import type { Session, Warehouse } from '../../warehouse/warehouse.server';
import { append, readPieces, type Place } from './piece-files.server';
import moveFragments from './move-fragments.sql?raw';

export interface Rewritten {
	old: string[];
	written: string[];
}

/** Drops the rows that the temporary table `gone_fragment` (file, start) holds. */
export async function dropFragments(
	warehouse: Warehouse,
	session: Session,
	rewritten: Rewritten
): Promise<void> {
	const files = await session.all<{ file: string }>('SELECT DISTINCT file FROM gone_fragment');
	await session.run(
		'DELETE FROM log.fragment WHERE (file, start) IN (SELECT (file, start) FROM gone_fragment)'
	);
	for (const { file } of files) {
		const kept = await session.all<Place>(
			'SELECT file, start, bytes FROM log.fragment WHERE file = $file ORDER BY start',
			{ file }
		);
		rewritten.old.push(file);
		if (kept.length === 0) continue;
		const places = await append(warehouse, null, await readPieces(warehouse, kept));
		rewritten.written.push(places[0]!.file);
		await session.run(moveFragments, {
			file,
			target: places[0]!.file,
			from: kept.map(({ start }) => String(start)),
			to: places.map(({ start }) => String(start))
		});
	}
}
