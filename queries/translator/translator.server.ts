/**
 * The same contacts under each published meaning of "resolved", the press-release view beside the on-call view, and
 * the contacts that a definition calls resolved and whose customer came back. Touches the database. The contacts are
 * those of the scorecard, and our own meaning is its durable resolution: the statements here stand on its SQL. Refuses a definition it doesn't know.
 */
import type { Warehouse } from '../../warehouse/warehouse.server';
import type { Path } from '../../warehouse/vocabulary';
import type { Calendar, Measurement, Window } from '../measurement';
import { spanOf } from '../decomposition/decomposition.server';
import { prepare as windowParameters, scorecard, type Filter } from '../scorecard/scorecard.server';
import outcomes from '../scorecard/outcomes.sql?raw';
import windowed from '../scorecard/windowed.sql?raw';
import { wilson } from '../statistics/wilson';
import botContacts from './bot-contacts.sql?raw';
import cameBackSql from './came-back.sql?raw';
import { DEFINITIONS, type DefinitionName } from './definitions';
import chatwoot from './definitions/chatwoot.sql?raw';
import dialogflowCx from './definitions/dialogflow-cx.sql?raw';
import forethought from './definitions/forethought.sql?raw';
import intercomFin from './definitions/intercom-fin.sql?raw';
import plimsoll from './definitions/plimsoll.sql?raw';
import zendesk from './definitions/zendesk.sql?raw';
import firstReplies from './first-replies.sql?raw';
import tally from './tally.sql?raw';

const PREDICATES: Record<DefinitionName, string> = {
	intercom_fin: intercomFin,
	zendesk,
	forethought,
	chatwoot,
	dialogflow_cx: dialogflowCx,
	plimsoll
};
const verdicts = DEFINITIONS.map(
	(name) => `SELECT '${name}' AS definition, * FROM (\n${PREDICATES[name]}\n)`
).join('\nUNION ALL\n');
const VERDICT = `${windowed}${outcomes}${botContacts}, verdict AS (\n${verdicts}\n)\n`;

/** A parameter of outcomes.sql for metrics that aren't read here. */
const NO_LIMIT = { escalationLimitMinutes: null };

export interface TranslationRequest {
	/** A week such as 2026-W10, or weeks such as 2026-W06..2026-W09. */
	week: string;
	filter?: Filter;
	asOf?: string;
	calendar: Calendar;
}

export interface Share {
	x: number;
	n: number;
	/** null when n is 0. */
	value: number | null;
	low: number;
	high: number;
}

export interface Translation {
	definition: DefinitionName;
	/** Of the contacts the bot took part in: one denominator for all, so that they can be compared. */
	ofBotContacts: Share;
	/** Of the denominator that the definition itself uses. */
	ofOwn: Share;
	/** Contacts that the definition has not decided yet. */
	pending: number;
	/** Contacts that it can't decide from this log. */
	unknown: number;
	/** Resolved of known customers, and of those the ones that came back within 7 days with the same matter. */
	cameBack: Share;
}

export interface BothViews {
	window: Window;
	asOf: string;
	press: {
		contacts: number;
		botContacts: number;
		/** Contacts that only the bot answered, of those it took part in. */
		handled: Share;
		/** Seconds from the customer's first message to the bot's first. */
		firstReply: { n: number; p50: number | null; p90: number | null };
	};
	/** The contacts of `press.handled`, and what became of them. */
	onCall: { durable: Measurement; badContainment: Measurement; recontact72h: Measurement };
}

export interface CameBackRow {
	source: string;
	id: string;
	customerId: string | null;
	intent: string | null;
	channel: string | null;
	market: string | null;
	language: string | null;
	closedAt: string;
	resolvedAt: string | null;
	/** When the definition calls it resolved. */
	countedAt: string;
	cameBackAt: string;
	hoursAfter: number;
	sameConversation: boolean;
	/** The conversation the customer came back with; null when it is the same one. */
	nextSource: string | null;
	nextId: string | null;
	nextChannel: string | null;
	nextPath: Path | null;
}

export async function translate(warehouse: Warehouse, request: TranslationRequest): Promise<Translation[]> {
	type Row = Record<
		| 'botContacts'
		| 'known'
		| 'pending'
		| 'unknown'
		| 'counted'
		| 'resolved'
		| 'resolvedOfKnownCustomers'
		| 'cameBack',
		number
	> & { definition: DefinitionName };
	const { parameters } = await prepare(warehouse, request);
	const rows = await warehouse.all<Row>(VERDICT + tally, { ...parameters, ...NO_LIMIT });
	return DEFINITIONS.map((definition) => {
		const row = rows.find((one) => one.definition === definition);
		return {
			definition,
			ofBotContacts: shareOf(row?.resolved ?? 0, row?.known ?? 0),
			ofOwn: shareOf(row?.resolved ?? 0, row?.counted ?? 0),
			pending: row?.pending ?? 0,
			unknown: row?.unknown ?? 0,
			cameBack: shareOf(row?.cameBack ?? 0, row?.resolvedOfKnownCustomers ?? 0)
		};
	});
}

/** What a press release would say of the bot's contacts, and what the person on call would. */
export async function bothViews(warehouse: Warehouse, request: TranslationRequest): Promise<BothViews> {
	const { window, asOf, parameters } = await prepare(warehouse, request);
	type Row = Record<'contacts' | 'botContacts' | 'handled' | 'timed', number> &
		Record<'p50' | 'p90', number | null>;
	const [[counts], [durable, badContainment, recontact72h]] = await Promise.all([
		warehouse.all<Row>(windowed + firstReplies, parameters),
		scorecard(warehouse, {
			weeks: window,
			filter: { ...request.filter, path: ['ai_only'] },
			metrics: ['durable_resolution', 'bad_containment', 'recontact_72h'],
			asOf,
			calendar: request.calendar
		})
	]);
	if (!counts || !durable || !badContainment || !recontact72h)
		throw new Error('A view came back without rows');
	return {
		window,
		asOf,
		press: {
			contacts: counts.contacts,
			botContacts: counts.botContacts,
			handled: shareOf(counts.handled, counts.botContacts),
			firstReply: { n: counts.timed, p50: counts.p50, p90: counts.p90 }
		},
		onCall: { durable, badContainment, recontact72h }
	};
}

/** What a vendor would bill as resolved although the customer came back, oldest return first. */
export async function cameBack(
	warehouse: Warehouse,
	request: TranslationRequest & { definition: string; limit?: number }
): Promise<CameBackRow[]> {
	const definition = DEFINITIONS.find((name) => name === request.definition);
	if (!definition)
		throw new RangeError(`No definition "${request.definition}". There are ${DEFINITIONS.join(', ')}.`);
	const { parameters } = await prepare(warehouse, request);
	return warehouse.all<CameBackRow>(VERDICT + cameBackSql, {
		...parameters,
		...NO_LIMIT,
		definition,
		limit: request.limit ?? 1_000_000
	});
}

async function prepare(warehouse: Warehouse, request: TranslationRequest) {
	const { week, ...rest } = request;
	const window = spanOf(request.calendar, week);
	const { parameters } = await windowParameters(warehouse, { ...rest, weeks: window, by: [] });
	return { window, asOf: parameters.asOf, parameters };
}

function shareOf(x: number, n: number): Share {
	const { p, low, high } = wilson(x, n);
	return { x, n, value: p, low, high };
}
