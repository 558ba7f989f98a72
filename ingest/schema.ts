/** The JSON Schemas of a conversation and of a mapping, generated from the zod schemas. Pure. */
import { z } from 'zod';
import { conversationSchema } from './canonical';
import { mappingSchema } from './mapping/mapping';

export function conversationJsonSchema(): Record<string, unknown> {
	return z.toJSONSchema(conversationSchema, { io: 'input', target: 'draft-2020-12' }) as Record<
		string,
		unknown
	>;
}

export function mappingJsonSchema(): Record<string, unknown> {
	return z.toJSONSchema(mappingSchema, { io: 'input', target: 'draft-2020-12' }) as Record<string, unknown>;
}
