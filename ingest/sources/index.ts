/** The registry of sources. Pure. Refuses a name that it doesn't hold, and says which ones it does. */
import { sourceOf } from '../mapping/compile';
import { readMapping } from '../mapping/mapping';
import { agentTrajectories } from './agent-trajectories';
import amazonConnect from './amazon-connect.yaml?raw';
import { canonical } from './canonical';
import { chatwoot } from './chatwoot';
import { intercom } from './intercom';
import { langfuse } from './langfuse';
import { openaiMessages } from './openai-messages';
import { otelGenai } from './otel-genai';
import freshdeskRatings from './freshdesk-ratings.yaml?raw';
import freshdesk from './freshdesk.yaml?raw';
import rasa from './rasa.yaml?raw';
import type { Source } from './source';
import { zendesk, zendeskTables } from './zendesk';

/** A source that is nothing but a mapping file of ours. */
function mapped(text: string): Source {
	const { value, problems } = readMapping(text);
	if (!value) throw new Error(problems.map((one) => `${one.line}: ${one.message}`).join('\n'));
	return sourceOf(value);
}

export const SOURCES: readonly Source[] = [
	canonical,
	agentTrajectories,
	openaiMessages,
	intercom,
	zendesk,
	zendeskTables,
	chatwoot,
	otelGenai,
	langfuse,
	...[freshdesk, freshdeskRatings, rasa, amazonConnect].map(mapped)
];

export class UnknownSourceError extends Error {
	constructor(name: string, mapped: readonly string[] = []) {
		const known = [...SOURCES.map((source) => source.name), ...mapped].join(', ');
		super(`Unknown source '${name}'. Sources: ${known}. A table of your own: \`plimsoll map FILE\`.`);
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
