/** Lists and single records for pages. Touches the database and reads one row of a Parquet segment. */
import { join } from 'node:path';
import {
	DIMENSIONS,
	type AuditVerdict,
	type Dimension,
	type Exclusion,
	type Path,
	type Role,
	type Tier,
	type ToolOutcome,
	type DerivedSignal
} from '../../warehouse/vocabulary';
import type { Warehouse } from '../../warehouse/warehouse.server';
import { weeksBetween } from '../calendar';
import type { Calendar } from '../measurement';
import { filterParameters, type Filter } from '../scorecard/scorecard.server';
import conversation from './conversation.sql?raw';
import conversations from './conversations.sql?raw';
import excluded from './excluded.sql?raw';
import ingests from './ingests.sql?raw';
import present from './present.sql?raw';
import quarantineSql from './quarantine.sql?raw';
import refusedLinesSql from './refused-lines.sql?raw';
import returnsSql from './returns.sql?raw';
import saidSql from './said.sql?raw';
import span from './span.sql?raw';
import transcript from './transcript.sql?raw';

export interface Page {
	limit?: number;
	offset?: number;
}

const pageOf = ({ limit = 50, offset = 0 }: Page) => ({ limit, offset });

export interface ConversationRow {
	source: string;
	id: string;
	customerId: string | null;
	excluded: Exclusion | null;
	path: Path;
	tier: Tier;
	intent: string | null;
	intentDerived: boolean;
	channel: string | null;
	market: string | null;
	language: string | null;
	customerValue: string | null;
	startedAt: string | null;
	closedAt: string | null;
	resolvedAt: string | null;
	/** (score - 1) / (scale - 1). */
	ratingShare: number | null;
	recontact72h: boolean | null;
}

/** The columns of fact.episode and what the record says beside them, camelCase. */
export interface Conversation extends ConversationRow {
	status: string | null;
	intentConfidence: number | null;
	escalationReason: string | null;
	escalationNeededAt: string | null;
	/** Read from the customer's words, where the log itself says nothing. */
	derivedSignals: DerivedSignal[] | null;
	/** When its words were deleted, by retention or on request; null while they are there. */
	textDeletedAt: string | null;
	handedOffAt: string | null;
	engagedAt: string | null;
	abandonedAt: string | null;
	handoffParts: string[] | null;
	ratingScore: number | null;
	ratingScale: number | null;
	ratingAnsweredAt: string | null;
	/** When the customer was asked for a rating. */
	askedAt: string | null;
	refunds: Refund[];
	complaintAt: string[];
	regulatorComplaintAt: string[];
	nextContactAt: string | null;
	issueId: string | null;
	contactNo: number | null;
	outcomeSolved: boolean | null;
	outcomeBy: string | null;
	outcomeAt: string | null;
	/** In units of `costCurrency`. */
	aiCost: number | null;
	humanMinutes: number | null;
	costCurrency: string | null;
	messages: Message[];
	toolCalls: ToolCall[];
}

export interface Refund {
	at: string | null;
	amountMinor: number | null;
	currency: string | null;
	decidedBy: string | null;
	approvedBy: string | null;
	auditVerdict: AuditVerdict | null;
	auditedAt: string | null;
	correctAmountMinor: number | null;
}

export interface Message {
	at: string | null;
	role: Role;
	text: string | null;
	sentiment: number | null;
	public: boolean | null;
	aiDrafted: boolean | null;
}

export interface ToolCall {
	at: string | null;
	name: string;
	arguments: unknown;
	outcome: ToolOutcome | null;
	error: string | null;
	actor: Role | null;
}

/** null when no such conversation is stored. */
export async function readConversation(
	warehouse: Warehouse,
	source: string,
	id: string
): Promise<Conversation | null> {
	type Stored = Omit<Conversation, 'messages' | 'toolCalls'> & { segment: string; segmentRow: number };
	const [row] = await warehouse.all<Stored>(conversation, { source, id });
	if (!row) return null;
	const { segment, segmentRow, ...facts } = row;
	const [text] = await warehouse.all<{ messages: Message[] | null; toolCalls: ToolCall[] | null }>(
		transcript,
		{
			path: join(warehouse.transcripts, segment),
			row: segmentRow
		}
	);
	return {
		...facts,
		refunds: facts.refunds ?? [],
		complaintAt: facts.complaintAt ?? [],
		regulatorComplaintAt: facts.regulatorComplaintAt ?? [],
		messages: text?.messages ?? [],
		toolCalls: text?.toolCalls ?? []
	};
}

/** What was read from the customer's words, and when it was said first. */
export const signalsSaid = (warehouse: Warehouse, source: string, id: string) =>
	warehouse.all<{ signal: DerivedSignal; at: string | null }>(saidSql, { source, id });

export interface Return {
	source: string;
	id: string;
	startedAt: string;
	intent: string | null;
	channel: string | null;
	path: Path;
	/** About the same kind of thing. */
	sameFamily: boolean;
}

/** The customer's next contacts within 14 days, at most five. */
export const returnsOf = (warehouse: Warehouse, source: string, id: string) =>
	warehouse.all<Return>(returnsSql, { source, id });

export async function listConversations(
	warehouse: Warehouse,
	request: Page & { filter?: Filter; excluded?: readonly Exclusion[] } = {}
): Promise<{ rows: ConversationRow[]; total: number }> {
	const rows = await warehouse.all<ConversationRow & { total: number }>(conversations, {
		...pageOf(request),
		...filterParameters(request.filter),
		excluded: request.excluded ?? []
	});
	return { rows: rows.map(({ total: _, ...row }) => row), total: rows[0]?.total ?? 0 };
}

export interface IngestRow {
	ingestId: number;
	source: string;
	file: string;
	bytes: number | null;
	startedAt: string;
	finishedAt: string;
	read: number;
	accepted: number;
	unchanged: number;
	quarantined: number;
}

export const ingestLog = (warehouse: Warehouse, page: Page = {}) =>
	warehouse.all<IngestRow>(ingests, pageOf(page));

export interface QuarantineRow {
	ingestId: number;
	file: string;
	line: number | null;
	recordId: string | null;
	field: string;
	reason: string;
	raw: string | null;
}

export interface RefusedLine {
	line: number | null;
	recordId: string | null;
	field: string;
	reason: string;
	/** As it came, up to a megabyte; null where it was not text. */
	raw: string | null;
}

/** Every record of an ingest that was put aside, in the order of its file. */
export const refusedLines = (warehouse: Warehouse, ingestId: number) =>
	warehouse.all<RefusedLine>(refusedLinesSql, { ingest_id: ingestId });

export const quarantine = (warehouse: Warehouse, page: Page = {}) =>
	warehouse.all<QuarantineRow>(quarantineSql, pageOf(page));

/** Conversations that are never contacts, by reason; of a window, or all. */
export const excludedTraffic = (warehouse: Warehouse, window?: { since: string; until: string }) =>
	warehouse.all<{ reason: Exclusion; n: number }>(excluded, {
		since: window?.since ?? null,
		until: window?.until ?? null
	});

/** Every week from the first dated contact to the last, without gaps. */
export async function weeksPresent(warehouse: Warehouse, calendar: Calendar): Promise<string[]> {
	const [row] = await warehouse.all<{ first: string | null; last: string | null }>(span);
	return row?.first && row.last ? weeksBetween(calendar, row.first, row.last) : [];
}

/** Values of each dimension among the contacts of a window, the most frequent first. */
/** First day of the log in the account's zone, as YYYY-MM-DD; null when it is empty. */
export async function firstDay(warehouse: Warehouse, { timeZone }: Calendar): Promise<string | null> {
	const [row] = await warehouse.all<{ first: string | null }>(span);
	return row?.first ? new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date(row.first)) : null;
}

export async function valuesPresent(
	warehouse: Warehouse,
	window: { since: string; until: string }
): Promise<Record<Dimension, string[]>> {
	const rows = await warehouse.all<{ dimension: Dimension; value: string }>(present, {
		since: window.since,
		until: window.until
	});
	return Object.fromEntries(
		DIMENSIONS.map((name) => [
			name,
			rows.filter(({ dimension }) => dimension === name).map(({ value }) => value)
		])
	) as Record<Dimension, string[]>;
}
