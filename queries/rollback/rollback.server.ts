/**
 * What history says of taking intents from the bot: how much there is, what it costs people, what went wrong, and
 * conversations worth reading. Touches the database. Counts only; what is missing stays missing.
 */
import type { BadContainmentSignal } from '../../warehouse/vocabulary';
import type { Warehouse } from '../../warehouse/warehouse.server';
import type { Calendar } from '../measurement';
import outcomes from '../scorecard/outcomes.sql?raw';
import { filterParameters, type Filter } from '../scorecard/scorecard.server';
import windowed from '../scorecard/windowed.sql?raw';
import handled from './handled.sql?raw';
import telling from './telling.sql?raw';

export interface HandledRow {
	/** First instant of the seven days. */
	week: string;
	/** Null over all intents, where a customer counts once. */
	intent: string | null;
	way: 'ai_only' | 'assisted' | 'other';
	contacts: number;
	identified: number;
	customers: number;
	badKnown: number;
	bad: number;
	durableKnown: number;
	durable: number;
	minutesKnown: number;
	minutes: number;
	minutesSquared: number;
	reworkKnown: number;
	rework: number;
	reworkSquared: number;
}

export interface HistoryRequest {
	asOf: string;
	filter: Filter;
	calendar: Calendar;
	/** Whole runs of seven days, the last one just old enough that its outcomes can no longer change. */
	weeks: number;
}

const DAY = 86_400_000;
/** Bad containment and durable resolution can change for this long. */
const MATURE_DAYS = 7;

export async function handledHistory(warehouse: Warehouse, request: HistoryRequest): Promise<HandledRow[]> {
	const { asOf, weeks, filter } = request;
	// The zone's own midnight, so that a week holds seven whole days of the account.
	const last = await midnight(
		warehouse,
		new Date(Date.parse(asOf) - MATURE_DAYS * DAY).toISOString(),
		request.calendar
	);
	const since = Array.from({ length: weeks }, (_, index) =>
		new Date(last - (weeks - index) * 7 * DAY).toISOString()
	);
	const until = since.map((from) => new Date(Date.parse(from) + 7 * DAY).toISOString());
	return warehouse.all<HandledRow>(windowed + outcomes + handled, {
		...windows(asOf, filter, since, until),
		by: ['intent', 'path']
	});
}

/** A conversation with what speaks for reading it. */
export interface TellingConversation {
	source: string;
	id: string;
	intent: string;
	closedAt: string;
	channel: string;
	ratingShare: number | null;
	bad: boolean;
	signals: BadContainmentSignal[];
	durable: boolean | null;
}

export async function tellingConversations(
	warehouse: Warehouse,
	request: {
		asOf: string;
		filter: Filter;
		calendar: Calendar;
		/** Days, both included. */
		since: string;
		until: string;
		seed: string;
		bad: number;
		good: number;
	}
): Promise<TellingConversation[]> {
	const { asOf, filter, calendar, seed, bad, good } = request;
	const from = await midnightOf(warehouse, request.since, calendar);
	const to = await midnightOf(warehouse, nextDay(request.until), calendar);
	return warehouse.all<TellingConversation>(windowed + outcomes + telling, {
		...windows(asOf, filter, [from], [to]),
		by: ['intent', 'channel'],
		seed,
		bad,
		good
	});
}

const nextDay = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) + DAY).toISOString().slice(0, 10);

async function midnight(warehouse: Warehouse, at: string, calendar: Calendar): Promise<number> {
	const [row] = await warehouse.all<{ at: string }>(
		`SELECT timezone($timeZone, date_trunc('day', timezone($timeZone, $at::TIMESTAMPTZ))) AS "at"`,
		{ timeZone: calendar.timeZone, at }
	);
	return Date.parse(row!.at);
}

async function midnightOf(warehouse: Warehouse, day: string, calendar: Calendar): Promise<string> {
	const [row] = await warehouse.all<{ at: string }>(
		'SELECT timezone($timeZone, CAST($day AS TIMESTAMP)) AS "at"',
		{ timeZone: calendar.timeZone, day }
	);
	return row!.at;
}

function windows(asOf: string, filter: Filter, since: readonly string[], until: readonly string[]) {
	return {
		asOf,
		all: false,
		labels: since,
		since,
		until,
		first: since[0] ?? null,
		last: until.at(-1) ?? null,
		escalationLimitMinutes: null,
		...filterParameters(filter)
	};
}
