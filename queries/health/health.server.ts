/**
 * How well the feeds are: how fresh each source is against its own rhythm, what came of what was read, how late
 * records arrive, and whether a field has vanished from a feed. Touches the database. What can't be told yet is null.
 */
import type { Warehouse } from '../../warehouse/warehouse.server';
import { weekOf, weeksBetween, weekWindow } from '../calendar';
import type { Calendar } from '../measurement';
import { fieldWeeks, freshnessOf, type FieldWeek, type Freshness, type HealthField } from './judge';
import deliveriesSql from './deliveries.sql?raw';
import lateSql from './late.sql?raw';
import reasonsSql from './reasons.sql?raw';
import coverageSql from '../coverage/coverage.sql?raw';

export interface LateRecords {
	kind: string;
	records: number;
	/** Seconds from the end of the conversation. */
	medianS: number;
	over24h: number;
	over72h: number;
	over7d: number;
}

export interface PutAside {
	field: string;
	reason: string;
	records: number;
	imports: number;
	/** The newest import with this reason, and a record of it where it has an id. */
	ingestId: number;
	recordId: string | null;
	lastAt: string;
}

export interface SourceHealth {
	source: string;
	conversations: number;
	imports: number;
	read: number;
	accepted: number;
	unchanged: number;
	quarantined: number;
	newestConversationAt: string | null;
	lastImportAt: string;
	/** The last import that brought anything new; null while none has. */
	lastNewAt: string | null;
	/** Seconds between imports that bring something new, the median; null with fewer than two of them. */
	usualGapS: number | null;
	freshness: Freshness;
	/** Every week from the first with contacts to the last, at most those asked for; a week without contacts is there. */
	weeks: { week: string; contacts: number }[];
	fields: { field: HealthField; weeks: FieldWeek[]; dropped: boolean }[];
	/** By kind of record; a kind of which only one import brought any is missing: what came first is history, not late. */
	late: LateRecords[];
	reasons: PutAside[];
}

export interface HealthRequest {
	now: string;
	calendar: Calendar;
	/** Weeks back from the newest contact. */
	weeks?: number;
}

type WeekRow = { source: string; week: string; contacts: number; intentDerived: number } & Record<
	HealthField,
	number
>;
const REASONS = 200;

export async function feedHealth(
	warehouse: Warehouse,
	{ now, calendar, weeks = 13 }: HealthRequest
): Promise<SourceHealth[]> {
	const deliveries = await warehouse.all<
		Omit<SourceHealth, 'freshness' | 'weeks' | 'fields' | 'late' | 'reasons'> & { deliveries: number }
	>(deliveriesSql);
	if (deliveries.length === 0) return [];
	const newest = deliveries
		.map((one) => one.newestConversationAt ?? '')
		.sort()
		.at(-1);
	// Nothing is later than now: a clock that is ahead must not push every other source out of sight.
	const last = newest && newest < now ? newest : now;
	const since = new Date(Date.parse(last) - (weeks - 1) * 7 * 86_400_000).toISOString();
	const all = weeksBetween(calendar, since, last);
	// Seven days after its end a week has its ratings and costs.
	const settledBefore = weekOf(calendar, new Date(Date.parse(now) - 7 * 86_400_000));
	const [rows, late, reasons] = await Promise.all([
		warehouse.all<WeekRow>(coverageSql, {
			ingest_id: null,
			zone: calendar.timeZone,
			shift: calendar.weekStart === 'sunday' ? 1 : 0,
			since: weekWindow(calendar, all[0]!).since
		}),
		warehouse.all<LateRecords & { source: string }>(lateSql),
		warehouse.all<PutAside & { source: string }>(reasonsSql, { limit: REASONS })
	]);
	const of = <Row extends { source: string }>(from: readonly Row[], source: string) =>
		from.filter((one) => one.source === source).map(({ source: _, ...rest }) => rest);
	return deliveries.map(({ deliveries: brought, ...one }) => {
		// A derived intent serves as well as one that the record says.
		const own = rows
			.filter((row) => row.source === one.source && all.includes(row.week))
			.map((row) => ({ ...row, intent: row.intent + row.intentDerived }));
		const shown = all.slice(all.findIndex((week) => own.some((row) => row.week === week)));
		const spanned = own.length === 0 ? [] : shown;
		const byWeek = spanned.map((week) => own.find((row) => row.week === week) ?? { week, contacts: 0 });
		return {
			...one,
			freshness: freshnessOf({
				lastNewAt: one.lastNewAt,
				usualGapS: one.usualGapS,
				deliveries: brought,
				now
			}),
			weeks: byWeek.map(({ week, contacts }) => ({ week, contacts })),
			fields: fieldWeeks(byWeek, settledBefore),
			late: of(late, one.source),
			reasons: of(reasons, one.source)
		};
	});
}
