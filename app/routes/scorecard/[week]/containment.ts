/** Containment against bad containment, intent by intent: where each stands, and what that says. Pure. */
import type { Measurement } from '#queries/measurement';
import { humanise } from '$lib/format';
import type { Tier } from '#warehouse/vocabulary';

export const QUADRANTS = {
	holds: { title: 'Holds', meaning: 'mostly closed by the AI alone, and no worse than the rest' },
	overloaded: {
		title: 'Overloaded',
		meaning: 'mostly closed by the AI alone, and clearly worse than the rest'
	},
	room: {
		title: 'Room to load',
		meaning: 'mostly not closed by the AI alone; no worse than the rest when it is'
	},
	people: {
		title: 'Keep with people',
		meaning: 'mostly not closed by the AI alone; clearly worse than the rest when it is'
	}
} as const;
export type Quadrant = keyof typeof QUADRANTS;

export interface IntentPoint {
	intent: string;
	tier: Tier | null;
	containment: Measurement;
	bad: Measurement;
	/** Null where one of the two is missing or too thin to place it. */
	quadrant: Quadrant | null;
}

export interface ContainmentMap {
	/** In order of conversations, the most first. */
	points: IntentPoint[];
	/** Bad containment of all intents together; null where there is none. */
	overall: number | null;
	title: string;
}

const denominator = ({ evidence }: Measurement) =>
	evidence.kind === 'proportion' ? evidence.denominator : 0;

/** "Mostly closed by the AI alone" begins here. */
export const MOSTLY = 0.5;

/** Only what is clearly worse than all together is called so: the interval must lie above it. */
export function quadrantOf(containment: Measurement, bad: Measurement, overall: number): Quadrant | null {
	if (containment.value === null || bad.value === null || !bad.interval || bad.status === 'thin') return null;
	const worse = bad.interval.low > overall;
	if (containment.value >= MOSTLY) return worse ? 'overloaded' : 'holds';
	return worse ? 'people' : 'room';
}

export function containmentMap(
	byIntent: readonly Measurement[],
	together: readonly Measurement[],
	tierOf: (intent: string) => Tier | null
): ContainmentMap {
	const overall = together.find(({ metric }) => metric === 'bad_containment')?.value ?? null;
	const points = byIntent
		.filter(({ metric }) => metric === 'containment')
		.flatMap((one): IntentPoint[] => {
			const intent = one.slice.intent;
			const other = byIntent.find(
				({ metric, slice }) => metric === 'bad_containment' && slice.intent === intent
			);
			if (intent === undefined || !other || denominator(one) === 0) return [];
			return [
				{
					intent,
					tier: tierOf(intent),
					containment: one,
					bad: other,
					quadrant: overall === null ? null : quadrantOf(one, other, overall)
				}
			];
		})
		.sort((a, b) => denominator(b.containment) - denominator(a.containment));
	return { points, overall, title: titleOf(points) };
}

const SHOWN = 3;

function titleOf(points: readonly IntentPoint[]): string {
	if (points.every(({ quadrant }) => quadrant === null)) return 'No intent can be placed this week';
	const worse = points
		.filter(({ quadrant }) => quadrant === 'overloaded')
		.sort((a, b) => (b.bad.value ?? 0) - (a.bad.value ?? 0));
	if (worse.length === 0) return 'No intent that the AI mostly closes alone is clearly worse than the rest';
	const named = worse.slice(0, SHOWN).map(({ intent }) => humanise(intent));
	const more = worse.length - named.length;
	const list = new Intl.ListFormat('en-GB').format(more > 0 ? [...named, `${more} more`] : named);
	return `Mostly closed by the AI alone, and clearly worse than the rest: ${list}`;
}
