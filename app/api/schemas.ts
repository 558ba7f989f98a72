/** What the API takes and gives, as schemas: the source of docs/openapi.json and of the checks on requests. Pure. */
import { z } from '@hono/zod-openapi';
import {
	DIMENSIONS,
	FINDINGS,
	MEASUREMENT_STATUSES,
	METRICS,
	PATHS,
	TIERS,
	type Dimension
} from '#warehouse/vocabulary';
import { CAUTIONS } from '#stoploss/evidence';

export const explanation = z
	.object({
		error: z.string().describe('What happened.'),
		remedy: z.string().describe('What to do about it.')
	})
	.openapi('Explanation');

const instant = () => z.iso.datetime({ offset: true });
const whole = () => z.int().nonnegative();

export const health = z
	.object({
		ok: z.literal(true),
		watermark: instant().nullable().describe('Time of the latest event; null without data.')
	})
	.openapi('Health');

const counts = {
	read: whole(),
	accepted: whole(),
	unchanged: whole(),
	quarantined: whole()
};
export const ingestReport = z
	.object({
		source: z.string().nullable(),
		...counts,
		files: z.array(
			z.object({
				file: z.string(),
				source: z.string().nullable(),
				bytes: whole(),
				error: z
					.string()
					.nullable()
					.describe('Why the file as a whole could not be read; null when it could.'),
				...counts
			})
		),
		quarantine: z
			.array(z.object({ file: z.string(), line: whole().nullable(), field: z.string(), reason: z.string() }))
			.describe('The first 1,000 records that were put aside; /api/imports/{ingest}/refused has all of them.')
	})
	.describe('read = accepted + unchanged + quarantined.')
	.openapi('IngestReport');

const parts = z
	.record(z.string(), z.number().nullable())
	.optional()
	.describe('Further figures of the same rows, by name.');
const currency = z.string().optional().describe('Of sums of money.');
const evidence = z.discriminatedUnion('kind', [
	z.object({ kind: z.literal('proportion'), numerator: z.number(), denominator: z.number(), parts }),
	z.object({
		kind: z.literal('mean'),
		n: z.number(),
		sum: z.number(),
		sumOfSquares: z.number(),
		currency,
		parts
	}),
	z.object({
		kind: z.literal('ratio'),
		numerator: z.number(),
		denominator: z.number(),
		n: z.number(),
		currency,
		parts
	}),
	z.object({ kind: z.literal('survival'), n: z.number(), events: z.number(), censored: z.number(), parts }),
	z.object({ kind: z.literal('rate'), events: z.number(), exposure: z.number(), per: z.number(), parts }),
	z.object({
		kind: z.literal('distribution'),
		n: z.number(),
		censored: z.number(),
		p50: z.number().nullable(),
		p90: z.number().nullable(),
		parts
	})
]);

export const measurement = z
	.object({
		metric: z.enum(METRICS),
		slice: z
			.object(
				Object.fromEntries(DIMENSIONS.map((name) => [name, z.string().optional()])) as Record<
					Dimension,
					z.ZodOptional<z.ZodString>
				>
			)
			.describe('Values of the dimensions asked for; "(none)" where the log has none. {} is everything.'),
		window: z
			.object({ since: z.string(), until: z.string(), week: z.string().optional() })
			.describe('Half open: since <= time < until.'),
		evidence,
		value: z.number().nullable().describe('null whenever nothing can be said; never 0 for missing.'),
		unit: z.enum(['share', 'per_1000', 'minutes', 'hours', 'score', 'points', 'money']),
		interval: z
			.object({ low: z.number(), high: z.number().nullable(), level: z.number(), method: z.string() })
			.nullable(),
		pending: whole().describe('Outcomes of this window that can still change.'),
		status: z.enum(MEASUREMENT_STATUSES),
		reason: z.string().nullable().describe('Why the status is not "measured".'),
		definition: z.string().describe('name@version of the definition that was applied.')
	})
	.openapi('Measurement');

const interval95 = z.object({ low: z.number(), high: z.number(), level: z.number() });
const windowEvidence = {
	window: z.object({ days: whole(), since: z.string(), until: z.string() }),
	n: whole(),
	observed: z.number(),
	expected: z.number(),
	worsening: z.number().describe('Share, so that 0.02 is two percentage points.'),
	standardError: z.number(),
	z: z.number(),
	zCritical: z.number(),
	interval: interval95
};

const shift = z.object({ before: z.number(), now: z.number(), z: z.number() });

export const verdict = z
	.object({
		rule: z.string(),
		ruleVersion: z.string(),
		engine: z.string().describe('Version of the statistics.'),
		policyVersion: z.string().optional().describe('Of the policy it was recorded under; only when recorded.'),
		finding: z.enum(FINDINGS).describe('Missing data never reads as clear.'),
		dayFinding: z.enum(FINDINGS).describe('Of this day alone, before the hold.'),
		sentence: z.string(),
		asOf: z.string(),
		reason: z.string(),
		evidence: z
			.object({
				...windowEvidence,
				weeks: z.array(
					z.object({ ...windowEvidence, limit: z.number(), breach: z.boolean(), watch: z.boolean() })
				),
				z7: z.number().nullable().describe('z on the scale of a 7-day window.'),
				change: z
					.object({ total: z.number(), within: z.number(), mix: z.number() })
					.nullable()
					.describe('Crude change: its rate part and its mix part.'),
				drivers: z.array(
					z.object({
						intent: z.string(),
						n: whole(),
						observed: z.number(),
						expected: z.number(),
						contribution: z.number(),
						standardError: z.number(),
						share: z.number(),
						difference: z
							.object({ value: z.number(), interval: interval95 })
							.optional()
							.describe(
								'Worsening of the intent alone, with the interval of Newcombe; not in verdicts of old.'
							)
					})
				),
				onset: z.object({ since: z.string(), days: whole(), worsening: z.number() }).nullable(),
				harmed: z.number().describe('About how many contacts were harmed in the window.'),
				guards: z.object({
					worstDay: z.object({ day: z.string(), share: z.number(), rest: z.number() }).nullable(),
					volumeGrowth: z.number().nullable(),
					maturity: z.object({ until: z.string(), emptyDays: whole() }),
					responseRate: shift.nullable(),
					pathMix: shift.nullable().describe('Share of the contacts of the bot that left the path.'),
					allPaths: shift.nullable().optional(),
					peopleOnly: shift.nullable().optional(),
					allPathsDisagree: z.boolean().nullable()
				}),
				cautions: z.array(z.enum(CAUTIONS))
			})
			.nullable(),
		recommendation: z
			.object({
				scope: z.enum(['intents', 'tier', 'review_mix']),
				intents: z.array(
					z.object({
						intent: z.string(),
						from: z.string(),
						to: z.string(),
						contribution: z.number(),
						interval: interval95,
						n: whole()
					})
				)
			})
			.nullable(),
		detectable: z
			.array(z.object({ days: whole(), loss: z.number() }))
			.describe('The loss this rule finds with 80 % power at this volume, by length of window.')
	})
	.openapi('Verdict');

/** A parameter that may be given once or several times, as a list; of known words where there are any. */
export function repeatable(words: readonly string[] | undefined, description: string) {
	const items = words ? z.enum(words as [string, ...string[]]) : z.string().min(1);
	return z
		.preprocess(
			(given) => (given === undefined || Array.isArray(given) ? given : [given]),
			z.array(items).optional()
		)
		.openapi({ type: 'array', items: words ? { type: 'string', enum: [...words] } : { type: 'string' } })
		.optional()
		.describe(description);
}

const KNOWN: Partial<Record<Dimension, readonly string[]>> = { path: PATHS, tier: TIERS };

export const filterQuery = Object.fromEntries(
	DIMENSIONS.map((name) => [
		name,
		repeatable(
			KNOWN[name],
			`Only these; may be repeated. "(none)" is what has no ${name.replaceAll('_', ' ')}.`
		)
	])
) as Record<Dimension, ReturnType<typeof repeatable>>;

export const asOfQuery = instant()
	.optional()
	.describe('Judge as if it were this time; missing means the latest time in the data.');
