/** The JSON Schema of a conversation, generated from the zod schema. Pure. */
import { z } from 'zod';
import { conversationSchema } from './canonical';

export function conversationJsonSchema(): Record<string, unknown> {
	return z.toJSONSchema(conversationSchema, { io: 'input', target: 'draft-2020-12' }) as Record<
		string,
		unknown
	>;
}
