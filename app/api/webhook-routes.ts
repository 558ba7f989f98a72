/** The routes by which conversations come live, as data. Pure. */
import { createRoute, z } from '@hono/zod-openapi';
import { WEBHOOK_SCHEMES, WEBHOOK_SOURCES } from '#warehouse/vocabulary';
import { FAILED, FOREIGN, json, refused } from './routes';

const name = z.object({ name: z.string().describe('As the policy names it, under webhooks.') });
const UNKNOWN = refused('The policy names no such webhook.');

export const webhookRoute = createRoute({
	operationId: 'receiveWebhook',
	method: 'post',
	path: '/webhooks/{name}',
	summary:
		'Takes a signed webhook. It is on the disk when the answer is 200, and taken in within the minute.',
	request: {
		params: name,
		body: {
			description:
				'As the sender signed it, at most PLIMSOLL_MAX_WEBHOOK_BYTES. The headers of the signature are those of the scheme.',
			required: true,
			// Read as bytes: whatever is parsed first can no longer be checked.
			content: { '*/*': { schema: z.string() } }
		}
	},
	responses: {
		200: json(z.object({ stored: z.literal(true) }), 'It is stored.'),
		400: refused('The body is empty.'),
		401: refused('The signature is missing or wrong, or its time is too far from now. Nothing was stored.'),
		403: FOREIGN,
		404: UNKNOWN,
		413: refused('The body is too large.'),
		500: FAILED,
		503: refused(
			'It could not be stored: too much waits already, the secret is not set, or the disk is full. Send it again after Retry-After seconds.'
		)
	}
});

export const webhookReadyRoute = createRoute({
	operationId: 'webhookReady',
	method: 'get',
	path: '/webhooks/{name}',
	summary: 'Is there such a webhook, and can its signatures be checked? Senders ask before they send.',
	request: { params: name },
	responses: {
		200: json(z.object({ name: z.string(), ready: z.literal(true) }), 'It is ready.'),
		404: UNKNOWN,
		500: FAILED,
		503: refused('Its secret is not set.')
	}
});

const count = () => z.int().nonnegative();

export const webhooksRoute = createRoute({
	operationId: 'webhooks',
	method: 'get',
	path: '/webhooks',
	summary: 'The webhooks of the policy, and how each of them does.',
	responses: {
		200: json(
			z.array(
				z
					.object({
						name: z.string(),
						source: z.enum(WEBHOOK_SOURCES),
						scheme: z.enum(WEBHOOK_SCHEMES),
						problem: z.string().nullable().describe('Why nothing can be checked or taken in at present.'),
						waiting: count().describe('Deliveries that are stored and not taken in yet.'),
						waitingSince: z.string().nullable(),
						received: count().describe('Deliveries that were stored since the server started.'),
						lastReceivedAt: z.string().nullable(),
						refused: count().describe('Deliveries without a good signature since the server started.'),
						lastRefusal: z.object({ at: z.string(), reason: z.string() }).nullable()
					})
					.openapi('Webhook')
			),
			'One for each.'
		),
		500: FAILED
	}
});
