/**
 * What every way in does: files into the database as the policy says, then the facts and the verdicts anew. Touches the
 * database and disk.
 */
import { ingest, type IngestReport, type IngestRequest } from '#ingest/ingest.server';
import type { Policy } from '#stoploss/policy';
import type { Warehouse } from '#warehouse/warehouse.server';
import { catchUp } from './catch-up.server';
import { privacyOf } from './policy-file.server';
import { nudgeWatchman } from './watchman.server';

/** Answers once everything is stored, counted and judged. `onStored` hears when the first of these is done. */
export async function takeIn(
	warehouse: Warehouse,
	rules: Policy,
	request: Omit<IngestRequest, 'privacy'>,
	onStored: () => void = () => undefined
): Promise<IngestReport> {
	const done = await ingest(warehouse, { ...request, privacy: privacyOf(rules) });
	onStored();
	// Not only where this brought anything: what came before may have been left uncounted.
	if (await catchUp(warehouse, rules)) nudgeWatchman();
	return done;
}
