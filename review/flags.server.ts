/**
 * Flags to ops: what a reviewer holds can't wait for the weekly figures, and what ops did about it. Touches the
 * database. Answers are added and never rewritten; the last one says where a flag stands. Refuses, as a RangeError, what
 * its state does not allow: two who close the same flag at once meet in the writer queue, and the second is told.
 */
import type { FlagEventKind } from '../warehouse/vocabulary';
import type { Warehouse } from '../warehouse/warehouse.server';
import flagsSql from './sql/flags.sql?raw';

export interface FlagEvent {
	kind: FlagEventKind;
	saidBy: string;
	happenedAt: string;
	text: string | null;
}

export interface Flag {
	flag: string;
	item: string;
	plan: string;
	week: string;
	source: string;
	id: string;
	reviewer: string;
	happenedAt: string;
	reason: string;
	closed: boolean;
	/** Oldest first. */
	events: FlagEvent[];
}

export interface FlagsAsked {
	/** null for every plan. */
	plan?: string | null;
	item?: string | null;
	closed?: boolean | null;
}

/** Open ones first, the longest waiting on top; then the closed ones, the latest flagged on top. */
export function listFlags(warehouse: Warehouse, asked: FlagsAsked = {}): Promise<Flag[]> {
	const { plan = null, item = null, closed = null } = asked;
	return warehouse.all<Flag>(flagsSql, { plan, item, closed });
}

/** Answers, closes or opens a flag again. */
export function answerFlag(
	warehouse: Warehouse,
	flag: string,
	{ kind, by, text, now }: { kind: FlagEventKind; by: string; text: string | null; now: string }
): Promise<void> {
	if (by.trim() === '') throw new RangeError('Say who you are.');
	const words = text?.trim() || null;
	if (kind === 'answered' && words === null) throw new RangeError('The answer is empty.');
	return warehouse.write(async (session) => {
		const known = await session.all('SELECT 1 AS one FROM review.flagged WHERE flag = $flag', { flag });
		if (known.length === 0) throw new RangeError(`There is no flag ${flag}.`);
		const events = await session.all<{ seq: number; kind: FlagEventKind; saidBy: string }>(
			'SELECT seq, kind, said_by FROM review.flag_event WHERE flag = $flag ORDER BY seq',
			{ flag }
		);
		const turn = events.findLast((one) => one.kind !== 'answered');
		const closed = turn?.kind === 'closed';
		if (kind === 'closed' && closed) throw new RangeError(`${turn.saidBy} has closed this flag already.`);
		if (kind === 'answered' && closed)
			throw new RangeError('This flag is closed; open it again to answer it.');
		if (kind === 'reopened' && !closed) throw new RangeError('This flag is open.');
		await session.run(
			`INSERT INTO review.flag_event BY NAME SELECT $flag AS flag, $seq::INTEGER AS seq, $kind AS kind, $by AS said_by,
				$now::TIMESTAMPTZ AS happened_at, $words AS text`,
			{ flag, seq: (events.at(-1)?.seq ?? 0) + 1, kind, by: by.trim(), now, words }
		);
	});
}
