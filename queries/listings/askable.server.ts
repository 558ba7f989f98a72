/**
 * Whether a question can be asked of this log at all. Touches the database. Refuses a value that no conversation has
 * ever had, a window that has not begun, and a time that has not come; a value that merely has no rows in a window is
 * no mistake: its figures are absent, with the reason.
 */
import { DIMENSIONS, PATHS, TIERS } from '../../warehouse/vocabulary';
import type { Warehouse } from '../../warehouse/warehouse.server';
import type { Window } from '../measurement';
import { Refusal } from '../refusal';
import { watermark, type Filter } from '../scorecard/scorecard.server';
import unknownValues from './unknown-values.sql?raw';

/** How many near values are told. */
const TOLD = 5;

export interface Asked {
	filter?: Filter | undefined;
	windows?: readonly Window[] | undefined;
	asOf?: string | undefined;
	/** The clock on the wall: nobody knows what comes after it. */
	now: string;
}

export async function mustBeAskable(
	warehouse: Warehouse,
	{ filter = {}, windows = [], asOf, now }: Asked
): Promise<void> {
	await mustExist(warehouse, filter);
	const until = await watermark(warehouse);
	if (until === null) return;
	const latest = Math.max(Date.parse(until), Date.parse(now));
	if (asOf !== undefined && Date.parse(asOf) > latest)
		throw new Refusal(
			`${asOf} has not come yet.`,
			`Ask as of ${new Date(latest).toISOString()} at the latest; the data reaches to ${until}.`
		);
	const future = windows.find(({ since }) => Date.parse(since) > Date.parse(until));
	if (future)
		throw new Refusal(
			`${future.week ?? `The window from ${future.since}`} has not begun in this log.`,
			`The data reaches to ${until}.`
		);
}

async function mustExist(warehouse: Warehouse, filter: Filter): Promise<void> {
	const asked = DIMENSIONS.flatMap((dimension) =>
		[...new Set(filter[dimension] ?? [])].map((value) => ({ dimension, value }))
	);
	if (asked.length === 0) return;
	const words = [
		...PATHS.map((word) => ({ dimension: 'path', word })),
		...TIERS.map((word) => ({ dimension: 'tier', word }))
	];
	const [unknown] = await warehouse.all<{ dimension: string; value: string; nearest: string[] }>(
		unknownValues,
		{
			dimensions: asked.map(({ dimension }) => dimension),
			values: asked.map(({ value }) => value),
			wordDimensions: words.map(({ dimension }) => dimension),
			words: words.map(({ word }) => word)
		}
	);
	if (!unknown) return;
	const { dimension, value, nearest } = unknown;
	const field = dimension.replaceAll('_', ' ');
	const more = nearest.length > TOLD ? `, and ${nearest.length - TOLD} more` : '';
	throw new Refusal(
		`No conversation has the ${field} "${value}".`,
		nearest.length > 0
			? `Did you mean ${nearest[0]}? Known: ${nearest.slice(0, TOLD).join(', ')}${more}.`
			: `The log names no ${field} at all.`,
		{ field: dimension, value, nearest: nearest.slice(0, TOLD) }
	);
}
