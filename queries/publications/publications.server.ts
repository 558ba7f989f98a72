/**
 * Weekly cards that were published, byte for byte, and what has changed since. Touches the database. Publishing adds
 * a row to the ledger and never rewrites one: publishing a week again makes a new edition and needs a reason. Refuses
 * a week that isn't over or holds no contact, facts that were built from another policy, and a card whose bytes were
 * changed behind its back.
 */
import { createHash } from 'node:crypto';
import type { Warehouse } from '../../warehouse/warehouse.server';
import { weekWindow } from '../calendar';
import type { IntentPolicy } from '../facts/refresh.server';
import type { Calendar, Measurement } from '../measurement';
import { scorecard, watermark, type ScorecardRequest } from '../scorecard/scorecard.server';
import type { MetricName } from '../../warehouse/vocabulary';
import { METRICS } from '../../warehouse/vocabulary';
import { knownAt } from './known-at.server';
import { compareCards, type LaterRecords, type RestatedMeasurement } from './restate';
import laterRecords from './restatement-reasons.sql?raw';

/** What the scorecard is asked beside week and slice; kept with the card, so that it is compared like with like. */
type CardOptions = Omit<
	ScorecardRequest,
	'weeks' | 'by' | 'filter' | 'asOf' | 'reviewedBy' | 'calendar' | 'metrics'
>;

export interface PublishRequest {
	week: string;
	/** Who publishes, as people know them. */
	by: string;
	/** Needed from the second edition on. */
	reason?: string | undefined;
	/** The clock on the wall; everything measured goes by the watermark. */
	now: string;
	calendar: Calendar;
	intentPolicy: IntentPolicy;
	options?: CardOptions;
}

/** What the published bytes hold. */
export interface Card {
	week: string;
	edition: number;
	publishedAt: string;
	publishedBy: string;
	reason: string | null;
	asOf: string;
	ingestId: number;
	policyHash: string;
	calendar: Calendar;
	options: CardOptions;
	/** The week as a whole and by path. */
	measurements: Measurement[];
}

export interface Publication extends Omit<Card, 'calendar' | 'options' | 'measurements'> {
	/** The published bytes; JSON of a Card. */
	card: string;
	cardSha256: string;
}

export interface Restatement {
	card: Card;
	/** The week as known now. */
	asOf: string;
	ingestId: number;
	changed: RestatedMeasurement[];
	unchanged: number;
	/** Records that came after publication, for the whole week. */
	later: LaterRecords[];
}

type Stored = Publication & { intentPolicy: string };

const COLUMNS =
	'week, edition, published_at, published_by, reason, as_of, ingest_id, policy_hash, intent_policy, card, card_sha256';

/** What the facts stand on; null before the first refresh. */
async function refreshed(warehouse: Warehouse) {
	const [row] = await warehouse.all<{ ingestId: number; policyHash: string }>(
		'SELECT ingest_id, policy_hash FROM fact.refreshed'
	);
	return row ?? null;
}

export async function publish(warehouse: Warehouse, request: PublishRequest): Promise<Publication> {
	const { week, calendar, intentPolicy, options = {} } = request;
	const by = request.by.trim();
	if (by === '') throw new RangeError('A card is published by somebody: give a name.');
	const reason = request.reason?.trim() || null;
	const facts = await refreshed(warehouse);
	const asOf = await watermark(warehouse);
	if (!facts || !asOf) throw new RangeError('There are no conversations yet.');
	if (facts.policyHash !== intentPolicy.hash)
		throw new RangeError(
			'The facts were built with other intents than this policy names. Take data in again first.'
		);
	const { until } = weekWindow(calendar, week);
	if (Date.parse(until) > Date.parse(asOf))
		throw new RangeError(`${week} is not over: it ends ${until}, and the data reaches to ${asOf}.`);
	const measurements = await measureWeek(warehouse, week, asOf, calendar, options, METRICS, request.now);
	if (!measurements.some(({ slice }) => slice.path !== undefined))
		throw new RangeError(`No conversations in ${week}.`);
	return warehouse.write(async (session) => {
		const [last] = await session.all<{ edition: number; publishedBy: string; publishedAt: string }>(
			'SELECT edition, published_by, published_at FROM ledger.publication WHERE week = $week ORDER BY edition DESC LIMIT 1',
			{ week }
		);
		const [still] = await session.all<{ ingestId: number; policyHash: string }>(
			'SELECT ingest_id, policy_hash FROM fact.refreshed'
		);
		if (still?.ingestId !== facts.ingestId || still.policyHash !== facts.policyHash)
			throw new RangeError('Data was taken in while the card was being made. Publish again.');
		if (last && !reason)
			throw new RangeError(
				`${week} was published by ${last.publishedBy} at ${last.publishedAt}. A new edition needs a reason.`
			);
		const head = {
			week,
			edition: (last?.edition ?? 0) + 1,
			publishedAt: request.now,
			publishedBy: by,
			reason,
			asOf,
			ingestId: facts.ingestId,
			policyHash: facts.policyHash
		};
		const card = JSON.stringify({ ...head, calendar, options, measurements } satisfies Card);
		const cardSha256 = sha256(card);
		await session.run(
			`INSERT INTO ledger.publication (${COLUMNS}) VALUES ($week, $edition, $publishedAt::TIMESTAMPTZ, $publishedBy, $reason, $asOf, $ingestId, $policyHash, $intentPolicy, $card, $cardSha256)`,
			{ ...head, intentPolicy: JSON.stringify(intentPolicy), card, cardSha256 }
		);
		return { ...head, card, cardSha256 };
	});
}

/** Every edition, newest week first. */
export async function publications(warehouse: Warehouse): Promise<Omit<Publication, 'card'>[]> {
	return warehouse.all<Omit<Publication, 'card'>>(
		'SELECT week, edition, published_at, published_by, reason, as_of, ingest_id, policy_hash, card_sha256 FROM ledger.publication ORDER BY week DESC, edition DESC'
	);
}

/** Records that came after a card was made, for its week as a whole, by kind. */
export async function laterThan(
	warehouse: Warehouse,
	{ week, ingestId, publishedAt }: Pick<Publication, 'week' | 'ingestId' | 'publishedAt'>,
	calendar: Calendar
): Promise<LaterRecords[]> {
	const { since, until } = weekWindow(calendar, week);
	const later = await warehouse.all<LaterRecords>(laterRecords, { since, until, ingestId, publishedAt });
	return later.filter(({ path }) => path === null);
}

/** The published bytes; the latest edition when none is named, null when there is none. */
export async function readPublication(
	warehouse: Warehouse,
	week: string,
	edition?: number
): Promise<Publication | null> {
	const stored = await read(warehouse, week, edition);
	if (!stored) return null;
	const { intentPolicy: _, ...publication } = stored;
	return publication;
}

/** The published card against the week as known now; null when it was never published. */
export async function restatement(
	warehouse: Warehouse,
	week: string,
	edition?: number
): Promise<Restatement | null> {
	const stored = await read(warehouse, week, edition);
	if (!stored) return null;
	const card = JSON.parse(stored.card) as Card;
	const [facts, asOf] = await Promise.all([refreshed(warehouse), watermark(warehouse)]);
	if (!facts || !asOf) throw new Error('A card was published, but the log is empty');
	const { since, until } = weekWindow(card.calendar, week);
	const known = new Set<string>(METRICS);
	const metrics = [...new Set(card.measurements.map(({ metric }) => metric))].filter((one) => known.has(one));
	const [now, later] = await Promise.all([
		measureWeek(warehouse, week, asOf, card.calendar, card.options, metrics),
		warehouse.all<LaterRecords>(laterRecords, {
			since,
			until,
			ingestId: card.ingestId,
			publishedAt: card.publishedAt
		})
	]);
	const { changed, unchanged } = compareCards(
		card.measurements,
		now,
		later,
		card.policyHash !== facts.policyHash
	);
	return {
		card,
		asOf,
		ingestId: facts.ingestId,
		changed,
		unchanged,
		later: later.filter(({ path }) => path === null)
	};
}

/**
 * The published week measured again from the log as it was known then. Equal to the published Measurements as long
 * as definitions stay: the proof that nothing in the log was rewritten. Builds all facts anew, so it takes its time.
 */
export async function remeasure(
	warehouse: Warehouse,
	week: string,
	edition?: number
): Promise<Measurement[] | null> {
	const stored = await read(warehouse, week, edition);
	if (!stored) return null;
	const card = JSON.parse(stored.card) as Card;
	const metrics = [...new Set(card.measurements.map(({ metric }) => metric))];
	return knownAt(
		warehouse,
		{
			ingestId: card.ingestId,
			instant: card.publishedAt,
			policy: JSON.parse(stored.intentPolicy) as IntentPolicy
		},
		(then) => measureWeek(then, week, card.asOf, card.calendar, card.options, metrics)
	);
}

async function read(warehouse: Warehouse, week: string, edition?: number): Promise<Stored | null> {
	const [row] = await warehouse.all<Stored>(
		`SELECT ${COLUMNS} FROM ledger.publication WHERE week = $week AND ($edition IS NULL OR edition = $edition) ORDER BY edition DESC LIMIT 1`,
		{ week, edition: edition ?? null }
	);
	if (row && sha256(row.card) !== row.cardSha256)
		throw new Error(`The card of ${week}, edition ${row.edition}, is not the one that was published`);
	return row ?? null;
}

async function measureWeek(
	warehouse: Warehouse,
	week: string,
	asOf: string,
	calendar: Calendar,
	options: CardOptions,
	metrics: readonly MetricName[],
	reviewedBy?: string
): Promise<Measurement[]> {
	const ask = { ...options, weeks: [week], asOf, calendar, metrics, ...(reviewedBy && { reviewedBy }) };
	const [whole, byPath] = await Promise.all([
		scorecard(warehouse, { ...ask, by: [] }),
		scorecard(warehouse, { ...ask, by: ['path'] })
	]);
	return [...whole, ...byPath];
}

function sha256(text: string): string {
	return createHash('sha256').update(text).digest('hex');
}
