/** Words and figures of a recommendation as people read them. Pure. */
import { formatCost, formatPoints, formatRating, humanise } from '$lib/format';
import type { Consequences, Figure, IntentAction } from '#stoploss/recommendation';

export const ACTION_WORDS: Record<IntentAction, string> = {
	move: 'contain → assist',
	sample_more: 'keep, review more',
	keep: 'keep',
	not_movable: 'not ours to move',
	at_assist: 'at assist already'
};

export interface Line {
	name: string;
	value: string;
	interval: string;
	/** Why it is not known. */
	unknown: string | null;
	note: string;
}

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });
const count = (value: number) => (Math.abs(value) < 10 ? tenth : whole).format(value).replace('-', '−');
const hours = (minutes: number) => `${count(minutes / 60)} h`;

function line(name: string, figure: Figure, show: (value: number) => string, note: string): Line {
	if (figure.value === null)
		return { name, value: 'we don’t know', interval: '', unknown: figure.unknown, note };
	return {
		name,
		value: show(figure.value),
		interval: `${show(figure.low)} to ${show(figure.high)}`,
		unknown: null,
		note: `${note}, from ${whole.format(figure.n)} contacts`
	};
}

export function linesOf(one: Consequences): { costs: Line[]; saves: Line[] } {
	const money = (value: number) => formatCost(Math.round(value), one.currency).replace('-', '−');
	return {
		costs: [
			line('Extra time of people, a week', one.extraMinutesPerWeek, hours, 'contacts moved × minutes each'),
			line(
				'Minutes of a person per contact',
				one.minutesPerAssisted,
				count,
				'assisted and escalated contacts of the same intents'
			),
			line(
				'Money, a week, less rework',
				one.moneyPerWeek,
				money,
				'extra time less rework, at the policy’s cost of a minute'
			),
			line(
				'Customers who will meet a person, a week',
				one.customersPerWeek,
				count,
				'each counted once a week'
			)
		],
		saves: [
			line(
				'Bad containments avoided, a week',
				one.badAvoidedPerWeek,
				count,
				'contacts moved × share badly contained lately'
			),
			line(
				'Rework avoided, a week',
				one.savedReworkMinutesPerWeek,
				hours,
				'time of the next contact of the same issue'
			),
			line(
				'More issues resolved for good',
				one.durableGain,
				formatPoints,
				'people less bot, same intents; not the same contacts'
			)
		]
	};
}

export const ratingWords = (share: number | null) => (share === null ? 'not rated' : formatRating(share));
export const intentWords = (intents: readonly string[]) => intents.map(humanise).join(', ') || 'nothing';
