/** The weeks that a scorecard is asked for: one, all, or the latest that had begun at a time. Pure. */
import type { Calendar } from '#queries/measurement';
import { weekOf } from '#queries/queries.server';
import type { Explanation } from './explain';

interface Asked {
	week?: string | undefined;
	asOf?: string | undefined;
	calendar: Calendar;
}

/** Refuses, with a remedy, what the data does not have. `present` is every week of the data, in order. */
export function chosenWeeks(
	present: readonly string[],
	{ week, asOf, calendar }: Asked
): { weeks: string[]; refusal: null } | { weeks: null; refusal: Explanation } {
	const [first] = present;
	const last = present.at(-1);
	const refuse = (error: string, remedy: string) => ({ weeks: null, refusal: { error, remedy } });
	if (first === undefined || last === undefined)
		return refuse(
			'There are no conversations yet.',
			'Take some in with: plimsoll ingest FILE, or POST /api/ingest.'
		);
	const runs = `The data runs from ${first} to ${last}.`;
	if (week === 'all') return { weeks: [...present], refusal: null };
	if (week !== undefined)
		return present.includes(week)
			? { weeks: [week], refusal: null }
			: refuse(week > last ? `${week} lies after the data.` : `No conversations in ${week}.`, runs);
	const now = asOf === undefined ? last : weekOf(calendar, asOf);
	const latest = present.findLast((one) => one <= now);
	return latest === undefined
		? refuse(`No conversations before ${asOf}.`, runs)
		: { weeks: [latest], refusal: null };
}
