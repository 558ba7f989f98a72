/** Messages and tool calls in one line of time, with the gaps that a reader would feel. Pure. */
import type { Conversation, Message, ToolCall } from '#queries/queries.server';
import type { Turn, TurnRoute } from '#stoploss/turn-routes';

export type Entry =
	| { kind: 'message'; place: number; message: Message; gapMinutes: number | null }
	| { kind: 'tool'; place: number; call: ToolCall; gapMinutes: number | null };

/** A shorter silence is the pace of a chat. */
const GAP_MINUTES = 5;

/** What has no time keeps its place after what stood before it. */
export function timeline(messages: Conversation['messages'], toolCalls: Conversation['toolCalls']): Entry[] {
	const timed = <One extends { at: string | null }>(all: readonly One[]) => {
		let last = -Infinity;
		return all.map((one, place) => {
			if (one.at !== null) last = Math.max(last, Date.parse(one.at));
			return { one, place, time: last };
		});
	};
	const entries = [
		...timed(messages).map(({ one, place, time }) => ({
			kind: 'message' as const,
			place,
			time,
			message: one
		})),
		...timed(toolCalls).map(({ one, place, time }) => ({ kind: 'tool' as const, place, time, call: one }))
	].sort((a, b) => a.time - b.time || 0);
	let before = -Infinity;
	return entries.map(({ time, ...entry }) => {
		const minutes = (time - before) / 60_000;
		before = time;
		return { ...entry, gapMinutes: Number.isFinite(minutes) && minutes >= GAP_MINUTES ? minutes : null };
	});
}

export const turnOf = (entry: Entry): Turn =>
	entry.kind === 'message'
		? { kind: 'message', at: entry.message.at, role: entry.message.role, sentiment: entry.message.sentiment }
		: { kind: 'tool', at: entry.call.at, name: entry.call.name, outcome: entry.call.outcome };

export interface Judged {
	policy: TurnRoute;
	/** It asks for something else than the turn before. */
	turned: boolean;
}

export const judged = (entries: readonly Entry[], routes: readonly TurnRoute[]): (Entry & Judged)[] =>
	entries.map((entry, index) => {
		const policy = routes[index]!;
		const before = routes[index - 1];
		return { ...entry, policy, turned: policy.route !== before?.route || policy.reason !== before.reason };
	});

export function sayGap(minutes: number): string {
	if (minutes < 1.5) return '1 minute later';
	if (minutes < 90) return `${Math.round(minutes)} minutes later`;
	if (minutes < 48 * 60) return `${Math.round(minutes / 60)} hours later`;
	return `${Math.round(minutes / 1440)} days later`;
}
