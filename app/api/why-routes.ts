/** The routes that explain, translate and publish, as data: what each takes and answers. Pure. */
import { createRoute, z } from '@hono/zod-openapi';
import { DEFINITIONS } from '#queries/translator/definitions';
import { RESTATEMENT_REASONS } from '#queries/publications/restate';
import { DIMENSIONS, METRICS } from '#warehouse/vocabulary';
import { asOfQuery, filterQuery, measurement } from './schemas';
import { FAILED, FOREIGN, json, refused } from './routes';

const WRONG = refused('A parameter is wrong.');
const whole = () => z.int().nonnegative();
const span = z.string().describe('A week such as 2026-W10, or weeks such as 2026-W06..2026-W09.');
const bounds = z.object({ low: z.number(), high: z.number() });
const count = z.object({ x: z.number(), n: z.number() });
const standardised = z.object({
	rate: z.number(),
	standardError: z.number(),
	low: z.number(),
	high: z.number(),
	covered: z.number().describe('Share of the earlier mix that both windows know a rate of.')
});
const part = z.object({ value: z.number(), interval: bounds.nullable() });

const change = z
	.object({
		metric: z.enum(METRICS),
		before: measurement,
		after: measurement,
		change: z.number().nullable(),
		reason: z.string().nullable().describe('Why there is nothing to explain, or what can still move it.'),
		by: z.array(
			z.object({
				dimension: z.enum(DIMENSIONS),
				before: z.number(),
				after: z.number(),
				change: z.number().describe('rate + mix, as shares.'),
				rate: part,
				mix: z.number(),
				adjusted: z.object({ before: standardised, after: standardised }).nullable(),
				segments: z.array(
					z.object({
						segment: z.string(),
						before: count,
						after: count,
						presence: z.enum(['both', 'only_before', 'only_after']),
						shareBefore: z.number(),
						shareAfter: z.number(),
						rate: part,
						mix: z.number(),
						contribution: z.number(),
						rateRank: whole(),
						mixRank: whole()
					})
				)
			})
		)
	})
	.openapi('Change');

const share = z.object({
	x: whole(),
	n: whole(),
	value: z.number().nullable(),
	low: z.number(),
	high: z.number()
});
const resolved = z
	.object({
		views: z.object({
			window: z.object({ since: z.string(), until: z.string(), week: z.string().optional() }),
			asOf: z.string(),
			press: z.object({
				contacts: whole(),
				botContacts: whole(),
				handled: share,
				firstReply: z.object({ n: whole(), p50: z.number().nullable(), p90: z.number().nullable() })
			}),
			onCall: z.object({ durable: measurement, badContainment: measurement, recontact72h: measurement })
		}),
		definitions: z.array(
			z.object({
				definition: z.enum(DEFINITIONS),
				ofBotContacts: share,
				ofOwn: share,
				pending: whole(),
				unknown: whole(),
				cameBack: share
			})
		)
	})
	.openapi('Resolved');

const cameBackRow = z
	.object({
		source: z.string(),
		id: z.string(),
		customerId: z.string().nullable(),
		intent: z.string().nullable(),
		channel: z.string().nullable(),
		market: z.string().nullable(),
		language: z.string().nullable(),
		closedAt: z.string(),
		resolvedAt: z.string().nullable(),
		countedAt: z.string(),
		cameBackAt: z.string(),
		hoursAfter: z.number(),
		sameConversation: z.boolean(),
		nextSource: z.string().nullable(),
		nextId: z.string().nullable(),
		nextChannel: z.string().nullable(),
		nextPath: z.string().nullable()
	})
	.openapi('CameBack');

const publication = z
	.object({
		week: z.string(),
		edition: whole(),
		publishedAt: z.string(),
		publishedBy: z.string(),
		reason: z.string().nullable(),
		asOf: z.string(),
		ingestId: whole(),
		policyHash: z.string(),
		cardSha256: z.string()
	})
	.openapi('Publication');

const restatement = z
	.object({
		publication,
		asOf: z.string(),
		ingestId: whole(),
		unchanged: whole(),
		changed: z.array(
			z.object({
				old: measurement.nullable(),
				new: measurement.nullable(),
				reasons: z.array(z.object({ kind: z.enum(RESTATEMENT_REASONS), n: whole().nullable() }))
			})
		),
		later: z.array(z.object({ kind: z.enum(RESTATEMENT_REASONS), path: z.string().nullable(), n: whole() }))
	})
	.openapi('Restatement');

export const changeRoute = createRoute({
	operationId: 'change',
	method: 'get',
	path: '/change',
	summary: 'Why a metric moved between two windows: the rate part and the mix part, by segment.',
	request: {
		query: z.object({
			metric: z.enum(METRICS),
			week: span,
			against: span,
			...filterQuery,
			as_of: asOfQuery
		})
	},
	responses: { 200: json(change, 'The change and its parts.'), 400: WRONG, 500: FAILED }
});

export const resolvedRoute = createRoute({
	operationId: 'resolved',
	method: 'get',
	path: '/resolved',
	summary: 'The same contacts under each published meaning of "resolved", and both views of them.',
	request: { query: z.object({ week: span, ...filterQuery, as_of: asOfQuery }) },
	responses: { 200: json(resolved, 'Counts for each definition.'), 400: WRONG, 500: FAILED }
});

export const cameBackRoute = createRoute({
	operationId: 'cameBack',
	method: 'get',
	path: '/resolved/came-back',
	summary: 'Contacts that a definition calls resolved and whose customer came back within 7 days.',
	request: {
		query: z.object({
			week: span,
			definition: z.enum(DEFINITIONS),
			...filterQuery,
			as_of: asOfQuery,
			format: z.enum(['json', 'csv']).default('json')
		})
	},
	responses: {
		200: {
			description: 'The contacts, oldest return first.',
			content: { 'application/json': { schema: z.array(cameBackRow) }, 'text/csv': { schema: z.string() } }
		},
		400: WRONG,
		500: FAILED
	}
});

const edition = z.coerce.number().int().positive().optional().describe('Missing means the latest.');

export const publicationsRoute = createRoute({
	operationId: 'publications',
	method: 'get',
	path: '/publications',
	summary: 'Every published weekly card, newest week first.',
	responses: { 200: json(z.array(publication), 'Without the cards themselves.'), 500: FAILED }
});

export const publishRoute = createRoute({
	operationId: 'publish',
	method: 'post',
	path: '/publications',
	summary: 'Freezes the card of a week that is over.',
	request: {
		query: z.object({
			week: z.string(),
			by: z.string().describe('Who publishes.'),
			reason: z.string().optional().describe('Needed for a second edition.')
		})
	},
	responses: {
		200: json(publication, 'What was published.'),
		400: refused('The week is not over, holds nothing, or was published before and no reason is given.'),
		403: FOREIGN,
		500: FAILED
	}
});

export const cardRoute = createRoute({
	operationId: 'publishedCard',
	method: 'get',
	path: '/publications/card',
	summary: 'A published card, byte for byte.',
	request: { query: z.object({ week: z.string(), edition }) },
	responses: {
		200: json(
			z.looseObject({ week: z.string(), measurements: z.array(z.looseObject({ metric: z.string() })) }),
			'The bytes that were published.'
		),
		400: WRONG,
		404: refused('That week was never published.'),
		500: FAILED
	}
});

export const restatementRoute = createRoute({
	operationId: 'restatement',
	method: 'get',
	path: '/publications/restatement',
	summary: 'A published card against the week as known now: what changed, and why.',
	request: { query: z.object({ week: z.string(), edition }) },
	responses: {
		200: json(restatement, 'What changed since.'),
		400: WRONG,
		404: refused('That week was never published.'),
		500: FAILED
	}
});
