/**
 * What a page is asked for in its address, checked against the log. Touches the database. A value that no
 * conversation has ever had, or a word that is none of the known, is not found: the page says what is near, with a
 * link to each and one to the page without it. Silently leaving it out would show other numbers than were asked for.
 */
import { error } from '@sveltejs/kit';
import { mustBeAskable, Refusal } from '#queries/queries.server';
import type { Slice } from '#queries/measurement';
import { DIMENSIONS, type Dimension } from '#warehouse/vocabulary';
import type { Warehouse } from '#warehouse/warehouse.server';
import { fieldOf } from '$lib/comparison';
import { DIMENSION_LABELS, humanise } from '$lib/format';
import { FILTERS, filterFrom, listsOf } from '$lib/filters';

export async function filterAsked(
	db: Warehouse,
	url: URL,
	names: readonly Dimension[] = FILTERS
): Promise<Slice> {
	const filter = filterFrom(url.searchParams, names);
	try {
		await mustBeAskable(db, { filter: listsOf(filter), now: new Date().toISOString() });
	} catch (refusal) {
		refuse(refusal, url);
	}
	return filter;
}

/** One of the known words, or `otherwise` where the address names none. */
export function wordAsked<Word extends string, Otherwise>(
	url: URL,
	name: string,
	words: readonly Word[],
	otherwise: Otherwise
): Word | Otherwise {
	const given = url.searchParams.get(name);
	if (!given) return otherwise;
	const word = words.find((known) => known === given);
	if (word) return word;
	return refuse(
		new Refusal(`There is no ${name} "${given}".`, `Known: ${words.join(', ')}.`, {
			field: name,
			value: given,
			nearest: words.slice(0, 6)
		}),
		url
	);
}

/** A refusal as a page that is not found, with ways on; anything else goes on as it is. */
export function refuse(refusal: unknown, url: URL): never {
	if (!(refusal instanceof Refusal)) throw refusal;
	const { about, message, remedy } = refusal;
	const href = (value: string | null) => {
		const to = new URL(url);
		if (about && value !== null) to.searchParams.set(about.field, value);
		else if (about) to.searchParams.delete(about.field);
		return to.pathname + to.search;
	};
	const field = about && labelOf(about.field);
	const ways = about
		? [
				...about.nearest.map((value) => ({ href: href(value), label: `${field}: ${humanise(value)}` })),
				{ href: href(null), label: `Without this ${field?.charAt(0).toLowerCase()}${field?.slice(1)}` }
			]
		: [];
	error(404, { message, remedy, ways });
}

function labelOf(field: string): string {
	const other = DIMENSIONS.find((name) => fieldOf(name, true) === field);
	return other
		? `${DIMENSION_LABELS[other]} of side B`
		: (DIMENSION_LABELS[field as Dimension] ?? humanise(field));
}
