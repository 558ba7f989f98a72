/** The registry of sources. Pure. Refuses a name that it doesn't hold, and says which ones it does. */
import { agentTrajectories } from './agent-trajectories';
import { canonical } from './canonical';
import { chatwoot } from './chatwoot';
import { intercom } from './intercom';
import { openaiMessages } from './openai-messages';
import { otelGenai } from './otel-genai';
import type { Source } from './source';
import { zendesk, zendeskTables } from './zendesk';

export const SOURCES: readonly Source[] = [
	canonical,
	agentTrajectories,
	openaiMessages,
	intercom,
	zendesk,
	zendeskTables,
	chatwoot,
	otelGenai
];

export class UnknownSourceError extends Error {
	constructor(name: string) {
		super(`Unknown source '${name}'. Sources: ${SOURCES.map((source) => source.name).join(', ')}.`);
		this.name = 'UnknownSourceError';
	}
}

export function sourceNamed(name: string): Source {
	const found = SOURCES.find((source) => source.name === name);
	if (!found) throw new UnknownSourceError(name);
	return found;
}

/** The first source that takes a file of this name, or null. */
export function sourceFor(file: string): Source | null {
	const name = file.replace(/\.(gz|zst)$/i, '');
	return SOURCES.find((source) => source.accepts(name)) ?? null;
}

export type { Source };
