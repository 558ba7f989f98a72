/**
 * Builds fact.episode from the log, set at a time. Touches the database and reads Parquet segments.
 * Rebuilds only customers that an ingest since the last refresh touched, or everything when the intent policy
 * changed; one transaction, so readers see the old facts or the new ones.
 */
import { join } from 'node:path';
import type { DerivedSignal, Tier } from '../../warehouse/vocabulary';
import type { Warehouse } from '../../warehouse/warehouse.server';
import deriveByTool from './derive-by-tool.sql?raw';
import deriveByWord from './derive-by-word.sql?raw';
import deriveReAsk from './derive-re-ask.sql?raw';
import deriveSentiment from './derive-sentiment.sql?raw';
import deriveSignals from './derive-signals.sql?raw';
import episode from './episode.sql?raw';
import { DISPUTE_LANGUAGE, PERSON_REQUEST, patternOf } from './lexicon/phrases';
import { GIVEN, RE_ASKED } from './lexicon/re-ask';
import { NEGATIONS, VALENCES } from './lexicon/sentiment';
import link from './link.sql?raw';
import scope from './scope.sql?raw';
import segmentsToRead from './segments-to-read.sql?raw';
import source from './source.sql?raw';
import touched from './touched.sql?raw';

export interface IntentPolicy {
	/** Changes whenever anything below does. */
	hash: string;
	intents: readonly { intent: string; family: string; tier: Tier }[];
	/** In order: the first that matches wins; tools are tried before words. */
	rules: readonly { intent: string; tools: readonly string[]; words: readonly string[] }[];
	/** What is read from words where the log says nothing; none where it isn't given. */
	signals?: readonly DerivedSignal[];
}

const quoted = (pattern: string) => pattern.replaceAll("'", "''");
/** A text as the phrases of the lexicon are written: lower case, no accents, straight apostrophes, single spaces. */
const plained = (sql: string) =>
	sql.replaceAll(
		/\{\{plain:([^}]+)\}\}/g,
		(_, text: string) =>
			String.raw`replace(regexp_replace(strip_accents(lower(${text})), '[\s\x{200B}\x{200E}\x{200F}\x{2060}\x{FEFF}]+', ' ', 'g'), '’', '''')`
	);
const SIGNALS = plained(deriveSignals)
	.replace('{{person_request}}', () => quoted(patternOf(PERSON_REQUEST)))
	.replace('{{dispute_language}}', () => quoted(patternOf(DISPUTE_LANGUAGE)));
/** Each kind of thing that can be asked for again: whether it is asked for, and whether it was given before. */
const RE_ASK = plained(deriveReAsk).replace('{{asked_again}}', () =>
	Object.entries(RE_ASKED)
		.map(
			([kind, asked]) =>
				`(regexp_matches(asked, '${quoted(patternOf(asked))}') AND regexp_matches(given, '${quoted(GIVEN[kind as keyof typeof GIVEN])}'))`
		)
		.join('\n\tOR ')
);

export interface RefreshReport {
	/** Conversations whose facts were rebuilt; 0 when nothing was new. */
	rebuilt: number;
	ingestId: number;
}

export function refreshFacts(warehouse: Warehouse, policy: IntentPolicy): Promise<RefreshReport> {
	return warehouse.write(async (session) => {
		const [now] = await session.all<{ ingestId: number | null }>(
			'SELECT max(ingest_id) AS ingest_id FROM log.ingest'
		);
		const [last] = await session.all<{ ingestId: number; policyHash: string }>(
			'SELECT ingest_id, policy_hash FROM fact.refreshed'
		);
		const ingestId = Number(now?.ingestId ?? 0);
		const everything = last?.policyHash !== policy.hash;
		if (!everything && Number(last?.ingestId) === ingestId) return { rebuilt: 0, ingestId };

		if (everything) {
			await session.run('DELETE FROM fact.intent');
			await session.run('DELETE FROM fact.intent_rule');
			await session.run(
				`INSERT INTO fact.intent SELECT unnest($intents), unnest($families), unnest($tiers)`,
				{
					intents: policy.intents.map((row) => row.intent),
					families: policy.intents.map((row) => row.family),
					tiers: policy.intents.map((row) => row.tier)
				}
			);
			for (const [position, rule] of policy.rules.entries()) {
				await session.run('INSERT INTO fact.intent_rule SELECT $position, $intent, unnest($tools), NULL', {
					position,
					intent: rule.intent,
					tools: rule.tools
				});
				await session.run('INSERT INTO fact.intent_rule SELECT $position, $intent, NULL, unnest($words)', {
					position,
					intent: rule.intent,
					words: rule.words
				});
			}
		}
		const since = everything ? -1 : Number(last?.ingestId ?? -1);
		await session.run(touched, { everything, since });
		await session.run(scope, { since });
		await session.run(
			// What was derived from words that were deleted since can't be derived again.
			`DELETE FROM fact.derived_intent WHERE ($everything AND conversation_key NOT IN (SELECT conversation_key FROM log.conversation WHERE text_deleted_at IS NOT NULL AND superseded_by IS NULL))
				OR (NOT $everything AND conversation_key IN (SELECT conversation_key FROM scope WHERE fresh))`,
			{ everything }
		);
		await session.run(
			`DELETE FROM fact.signal WHERE ($everything AND conversation_key NOT IN (SELECT conversation_key FROM log.conversation WHERE text_deleted_at IS NOT NULL AND superseded_by IS NULL))
				OR (NOT $everything AND conversation_key IN (SELECT conversation_key FROM scope WHERE fresh))`,
			{ everything }
		);
		await session.run(deriveByTool);
		for (const { segment } of await session.all<{ segment: string }>(segmentsToRead)) {
			await session.run(deriveByWord, { segment, path: join(warehouse.transcripts, segment) });
		}
		const signals = policy.signals ?? [];
		if (signals.length > 0)
			for (const { segment } of await session.all<{ segment: string }>(
				'SELECT DISTINCT segment FROM scope WHERE fresh AND customer_message_count > 0'
			)) {
				const read = { segment, path: join(warehouse.transcripts, segment) };
				await session.run(SIGNALS, { ...read, signals });
				if (signals.includes('re_ask')) await session.run(RE_ASK, read);
				if (signals.includes('negative_sentiment'))
					await session.run(deriveSentiment, {
						...read,
						words: VALENCES.map(([word]) => word),
						valences: VALENCES.map(([, valence]) => String(valence)),
						negations: NEGATIONS
					});
			}
		await session.run(
			`DELETE FROM fact.episode WHERE $everything
				OR customer_id IN (SELECT customer_id FROM touched WHERE customer_id IS NOT NULL)
				OR (source, id) IN (SELECT (source, id) FROM touched)`,
			{ everything }
		);
		await session.run(link);
		await session.run(episode, { signals });
		await session.run('DELETE FROM fact.source');
		await session.run(source);
		await session.run('DELETE FROM fact.refreshed');
		await session.run('INSERT INTO fact.refreshed VALUES ($ingestId, $hash)', {
			ingestId,
			hash: policy.hash
		});
		const [count] = await session.all<{ rebuilt: number }>('SELECT count(*) AS rebuilt FROM scope');
		return { rebuilt: Number(count?.rebuilt ?? 0), ingestId };
	});
}
