/** What the replay says, in sentences. Pure. */
import { formatPoints, formatWeek, humanise } from '$lib/format';
import type { Replay, ReplayWeek } from '#stoploss/replay';

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
export const count = (value: number) => whole.format(value);
export const dayWords = (day: string) =>
	new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', dateStyle: 'medium' }).format(new Date(day));

export function weeksWords(days: number): string {
	const weeks = days / 7;
	if (weeks < 1) return days === 1 ? 'a day' : `${days} days`;
	const shown = weeks < 10 ? Math.round(weeks * 2) / 2 : Math.round(weeks);
	return `${shown} ${shown === 1 ? 'week' : 'weeks'}`;
}

export function headlineOf(replay: Replay, titles: Record<string, string>): string {
	const { first, noticed, saved, weeks } = replay;
	if (!first)
		return `In these ${weeks.length} weeks no rule found anything to stop. That is not yet an all-clear: each rule says below what it could tell.`;
	const spoke = `On ${dayWords(first.firedOn)} Plimsoll called it: ${titles[first.rule] ?? first.rule}.`;
	if (!noticed) return `${spoke} The dashboard never did, to the end of this log.`;
	if (!saved || saved.days <= 0)
		return `${spoke} The dashboard had spoken already, in ${formatWeek(noticed.week)}; nothing was gained here.`;
	return `${spoke} The dashboard followed in ${formatWeek(noticed.week)}, ${weeksWords(saved.days)} later.`;
}

/** What could have been spared, and under which assumption. */
export function savedOf({ saved }: Replay, titles: Record<string, string>): string | null {
	if (!saved) return null;
	const span = (harm: { value: number; low: number; high: number }) =>
		`about ${count(harm.value)} (95 % interval ${count(harm.low)} to ${count(harm.high)})`;
	const counted = `counted on “${titles[saved.counted] ?? saved.counted}”, over what its baseline expects`;
	if (saved.harmed && saved.days > 0)
		return `In those ${weeksWords(saved.days)} ${span(saved.harmed)} customers were let down, ${counted}. A rollback on the first day could have spared them at most.`;
	if (saved.untilTheEnd)
		return `From that day to the end of the log ${span(saved.untilTheEnd)} customers were let down, ${counted}. A rollback on that day could have spared them at most.`;
	return null;
}

export function dashboardSays({ dashboard }: ReplayWeek, naive: number): string {
	const { csat, change, fromStart, alarm } = dashboard;
	if (csat === null) return 'No ratings yet.';
	if (alarm === 'week_over_week')
		return `Down ${formatPoints(-(change ?? 0))} in a week: it speaks (at ${naive} points).`;
	if (alarm === 'below_start')
		return `Four weeks lie ${formatPoints(-(fromStart ?? 0))} below the first four.`;
	return 'Nothing to see here.';
}

export function plimsollSays(week: ReplayWeek, titles: Record<string, string>): string {
	const open = week.rules.filter((one) => one.open);
	const [fired] = week.fired;
	if (fired) {
		const intents = fired.verdict?.recommendation?.intents.map(({ intent }) => humanise(intent)) ?? [];
		const move = intents.length > 0 ? ` It recommends moving ${intents.join(', ')} to assist.` : '';
		return `Fires: ${titles[fired.rule] ?? fired.rule}, ${formatPoints(fired.worsening)} worse over ${fired.windowDays} days.${move}`;
	}
	if (open.length > 0) return `${open.length} ${open.length === 1 ? 'alert stays' : 'alerts stay'} open.`;
	if (week.rules.some(({ finding }) => finding === 'blind')) return 'Blind: data that is due is missing.';
	if (week.rules.some(({ finding }) => finding === 'watch')) return 'Watching: worse, and not yet sure.';
	if (week.rules.every(({ finding }) => finding === 'clear')) return 'Clear, on positive evidence.';
	return 'No alert; some rules can’t tell yet.';
}
