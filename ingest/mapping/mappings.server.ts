/**
 * The mappings of a database: kept version by version, found by the name of their source. Touches the warehouse.
 * Refuses a mapping with problems, and the name of a built-in source.
 */
import type { Warehouse } from '../../warehouse/warehouse.server';
import type { Problem } from '../../warehouse/yaml';
import { SOURCES, UnknownSourceError, type Source } from '../sources/index';
import { sourceOf } from './compile';
import { readMapping } from './mapping';

export interface SavedMapping {
	source: string;
	version: number;
	text: string;
	savedAt: string;
}

export class MappingRefusedError extends Error {
	constructor(readonly problems: readonly Problem[]) {
		super(
			problems
				.map(({ line, column, message, remedy }) => `${line}:${column}: ${message}. ${remedy}`)
				.join('\n')
		);
		this.name = 'MappingRefusedError';
	}
}

const NEWEST = `SELECT source, version, text, saved_at FROM mapping.version
QUALIFY row_number() OVER (PARTITION BY source ORDER BY version DESC) = 1`;

export const savedMappings = (warehouse: Warehouse): Promise<SavedMapping[]> =>
	warehouse.all<SavedMapping>(`${NEWEST} ORDER BY source`);

/** The source that a mapping describes; refuses one with problems. */
export function sourceOfText(text: string): Source {
	const { value, problems } = readMapping(text);
	if (!value) throw new MappingRefusedError(problems);
	if (SOURCES.some(({ name }) => name === value.source))
		throw new MappingRefusedError([
			{
				line: 1 + text.slice(0, Math.max(0, text.search(/^source:/m))).split('\n').length - 1,
				column: 1,
				path: 'source',
				message: `${value.source} is a source of Plimsoll itself`,
				remedy: 'Give yours another name, such as our-crm.'
			}
		]);
	return sourceOf(value);
}

/** Keeps a mapping as the newest version of its source; the same text again changes nothing. */
export async function saveMapping(
	warehouse: Warehouse,
	text: string,
	savedAt: string
): Promise<SavedMapping> {
	const { name: source } = sourceOfText(text);
	return warehouse.write(async (session) => {
		const [newest] = await session.all<SavedMapping>(`SELECT * FROM (${NEWEST}) WHERE source = $source`, {
			source
		});
		if (newest?.text === text) return newest;
		const version = (newest?.version ?? 0) + 1;
		await session.run(
			'INSERT INTO mapping.version VALUES ($source, $version, $text, $saved_at::TIMESTAMPTZ)',
			{
				source,
				version,
				text,
				saved_at: savedAt
			}
		);
		return { source, version, text, savedAt };
	});
}

/** A source by its name: one of ours, or one that a saved mapping describes. */
export async function sourceIn(warehouse: Warehouse, name: string): Promise<Source> {
	const ours = SOURCES.find((source) => source.name === name);
	if (ours) return ours;
	const saved = await savedMappings(warehouse);
	const found = saved.find(({ source }) => source === name);
	if (!found)
		throw new UnknownSourceError(
			name,
			saved.map(({ source }) => source)
		);
	return sourceOfText(found.text);
}
