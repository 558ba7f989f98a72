/**
 * The conversations behind a number. Touches the database; writes a file only where `exportBehind` is told to. They are
 * read from the rows that the scorecard adds up (`EACH`), so that the lists are as long as the card says. Reading
 * begins at a place, a row that is remembered for every BLOCK rows, and never by passing over what came before.
 * A figure that the policy says too little for has an empty list, and so has one of reviews where nothing was drawn.
 */
import { DIMENSIONS, type MetricName, type Path, type Tier } from '../../warehouse/vocabulary';
import type { Parameters } from '../../warehouse/parameters';
import type { Warehouse } from '../../warehouse/warehouse.server';
import type { Calendar, Limits, Window } from '../measurement';
import { Refusal } from '../refusal';
import factsState from '../scorecard/facts-state.sql?raw';
import {
	EACH,
	NEEDS,
	parametersOf,
	prepare,
	reviewsKnown,
	type Filter,
	type Reading,
	type ScorecardRequest
} from '../scorecard/scorecard.server';
import placesSql from './places.sql?raw';
import ranked from './ranked.sql?raw';
import rowsSql from './rows.sql?raw';
import type { Side, SideCounts, Sort } from './sides';
import sidesSql from './sides.sql?raw';
import toldBusinessWaits from './told-business-waits.sql?raw';
import toldCosts from './told-costs.sql?raw';
import toldCounts from './told-counts.sql?raw';
import toldRefunds from './told-refunds.sql?raw';
import toldResolution from './told-resolution.sql?raw';
import toldReviews from './told-reviews.sql?raw';
import toldSurvival from './told-survival.sql?raw';
import toldWaits from './told-waits.sql?raw';
import whole from './whole.sql?raw';

/** Rows that are read at once. */
export const BLOCK = 200;

export interface BehindRequest {
	metric: MetricName;
	window: Window;
	filter?: Filter;
	asOf?: string | undefined;
	/** Part of an id, a customer or an intent; '' for all. Transcripts are not searched. */
	search?: string;
	sort?: Sort;
	calendar: Calendar;
	limits?: Limits;
}

export interface BehindRow {
	source: string;
	id: string;
	/** Which refund of the conversation, from 1; 0 where rows are conversations. */
	part: number;
	customerId: string | null;
	intent: string;
	path: Path;
	tier: Tier;
	channel: string;
	market: string;
	language: string;
	customerValue: string;
	startedAt: string | null;
	closedAt: string | null;
	resolvedAt: string | null;
	/** The row's own figure: a rating, hours, minutes, an amount; null where it has none. */
	value: number | null;
	/** Of a bad containment, what showed it. */
	signals: string[] | null;
}

const TOLD: Record<Reading, string> = {
	counts: toldCounts,
	waits: toldWaits,
	businessWaits: toldBusinessWaits,
	resolution: toldResolution,
	survival: toldSurvival,
	refunds: toldRefunds,
	costs: toldCosts,
	reviews: toldReviews
};

interface Asked {
	/** Everything up to the list, ready for one of the statements that read it. */
	list: string;
	parameters: Parameters;
}

async function ask(warehouse: Warehouse, request: BehindRequest): Promise<Asked | null> {
	const { metric, window, filter = {}, asOf, search = '', sort = 'newest', calendar, limits = {} } = request;
	const reading = NEEDS[metric] ?? 'counts';
	const asked: ScorecardRequest = {
		weeks: window,
		by: DIMENSIONS,
		filter,
		calendar,
		limits,
		...(asOf && { asOf })
	};
	const own = reading === 'reviews' ? await reviewsKnown(warehouse, asked) : parametersOf(asked)[reading];
	if (!own) return null;
	const { parameters } = await prepare(warehouse, asked);
	const list = EACH[reading] + TOLD[reading] + ranked;
	const named = new Set(list.match(/\$\w+/g));
	const given: Parameters = { ...parameters, ...own, metric, sort, needle: search.trim().toLowerCase() };
	// DuckDB refuses a value that the statement does not name.
	return {
		list,
		parameters: Object.fromEntries(Object.entries(given).filter(([name]) => named.has(`$${name}`)))
	};
}

async function mustAsk(warehouse: Warehouse, request: BehindRequest): Promise<Asked> {
	const asked = await ask(warehouse, request);
	if (asked) return asked;
	throw new Refusal(
		`There is no list behind ${request.metric}.`,
		'The policy does not set what this figure needs.'
	);
}

const none = (): SideCounts => ({ numerator: 0, remainder: 0, pending: 0, excluded: 0 });

/** How many rows stand on each side, and what their own figures add up to. */
export async function behindCounts(
	warehouse: Warehouse,
	request: BehindRequest
): Promise<{ counts: SideCounts; totals: SideCounts }> {
	const asked = await ask(warehouse, request);
	const found = asked
		? await remembered(warehouse, ['sides', request], () =>
				warehouse.all<{ side: Side; n: number; total: number }>(asked.list + sidesSql, asked.parameters)
			)
		: [];
	const [counts, totals] = [none(), none()];
	for (const { side, n, total } of found) {
		counts[side] = n;
		totals[side] = total;
	}
	return { counts, totals };
}

interface Place {
	firstKey: number;
	secondKey: string;
	conversationKey: number;
	part: number;
}
const START: Place = { firstKey: -1e300, secondKey: '', conversationKey: -1, part: -1 };

/** The rows of one block of the list; none beyond its end. */
export async function behindBlock(
	warehouse: Warehouse,
	request: BehindRequest & { side: Side; block: number }
): Promise<BehindRow[]> {
	const { side, block, ...list } = request;
	const asked = await ask(warehouse, list);
	if (!asked) return [];
	const places =
		block === 0
			? [START]
			: await remembered(warehouse, ['places', side, list], () =>
					warehouse.all<Place>(asked.list + placesSql, { ...asked.parameters, side, step: BLOCK })
				);
	const place = places[block];
	if (!place) return [];
	return warehouse.all<BehindRow>(asked.list + rowsSql, {
		...asked.parameters,
		side,
		// As text: a whole number beyond 64 bits would not bind.
		fromFirst: String(place.firstKey),
		fromSecond: place.secondKey,
		fromKey: place.conversationKey,
		fromPart: place.part,
		limit: BLOCK
	});
}

export const EXPORTS = {
	csv: '(FORMAT csv, HEADER)',
	parquet: '(FORMAT parquet, COMPRESSION zstd)'
} as const;

/** Writes the whole list to a file. In CSV no cell is a formula. */
export async function exportBehind(
	warehouse: Warehouse,
	request: BehindRequest & { side: Side },
	format: keyof typeof EXPORTS,
	target: string
): Promise<void> {
	const { side, ...list } = request;
	const asked = await mustAsk(warehouse, list);
	await warehouse.withConnection((session) =>
		session.run(`COPY (${asked.list + whole}) TO $target ${EXPORTS[format]}`, {
			...asked.parameters,
			side,
			harmless: format === 'csv',
			target
		})
	);
}

/** The whole list as an Arrow IPC stream. */
export async function arrowBehind(
	warehouse: Warehouse,
	request: BehindRequest & { side: Side }
): Promise<Uint8Array> {
	const { side, ...list } = request;
	const asked = await mustAsk(warehouse, list);
	return warehouse.arrow(asked.list + whole, { ...asked.parameters, side, harmless: false });
}

const KEPT = 50;
const kept = new WeakMap<Warehouse, Map<string, Promise<unknown>>>();

/** Counts and places of a list, until the facts change; the oldest question goes first. */
async function remembered<Answer>(
	warehouse: Warehouse,
	question: unknown,
	find: () => Promise<Answer>
): Promise<Answer> {
	const [state] = await warehouse.all(factsState);
	const key = JSON.stringify([state, question]);
	const answers = kept.get(warehouse) ?? new Map<string, Promise<unknown>>();
	kept.set(warehouse, answers);
	const answer = (answers.get(key) as Promise<Answer> | undefined) ?? find();
	answers.delete(key);
	answers.set(key, answer);
	answer.catch(() => answers.delete(key));
	for (const oldest of answers.keys()) {
		if (answers.size <= KEPT) break;
		answers.delete(oldest);
	}
	return answer;
}
