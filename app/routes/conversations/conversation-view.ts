/**
 * What the conversation pages show. Pure. Stored names become camelCase at this border; the arguments of a tool call
 * are the sender's own and keep their names. Everything here is foreign text: it is shown, never interpreted.
 */
import type { z } from 'zod';
import type {
	escalationSchema,
	messageSchema,
	ratingSchema,
	refundSchema,
	toolCallSchema
} from '#ingest/canonical';

type Camel<Name> = Name extends `${infer Head}_${infer Tail}`
	? `${Head}${Capitalize<Camel<Tail> & string>}`
	: Name;
type Viewed<Stored> = { [Name in keyof Stored as Camel<Name>]?: Stored[Name] | null };

export interface ConversationRow {
	source: string;
	id: string;
	startedAt?: string | null;
	intent?: string | null;
	tier?: string | null;
	path?: string | null;
	channel?: string | null;
	market?: string | null;
	language?: string | null;
	status?: string | null;
	resolvedAt?: string | null;
}

export interface ConversationView extends ConversationRow {
	messages?: Viewed<z.output<typeof messageSchema>>[] | null;
	toolCalls?: Viewed<z.output<typeof toolCallSchema>>[] | null;
	escalation?: Viewed<z.output<typeof escalationSchema>> | null;
	rating?: Viewed<z.output<typeof ratingSchema>> | null;
	refunds?: Viewed<z.output<typeof refundSchema>>[] | null;
}

export function plain(value: unknown): unknown {
	if (value instanceof Date) return value.toISOString();
	if (typeof value === 'bigint') return Number(value);
	if (Array.isArray(value)) return value.map(plain);
	if (value === null || typeof value !== 'object') return value;
	return Object.fromEntries(
		Object.entries(value).map(([name, inner]) => {
			const camel = name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
			return [camel, camel === 'arguments' ? shownArguments(inner) : plain(inner)];
		})
	);
}

function shownArguments(value: unknown): unknown {
	if (typeof value !== 'string') return value;
	try {
		return JSON.parse(value) as unknown;
	} catch {
		return value;
	}
}
