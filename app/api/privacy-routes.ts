/** The routes by which texts and identities go, as data. Pure. */
import { createRoute, z } from '@hono/zod-openapi';
import { FAILED, FOREIGN, json, refused } from './routes';

const whole = () => z.number().int().nonnegative();
const receipt = z
	.object({
		receipt: z.string(),
		askedBy: z.string(),
		forgottenAt: z.string(),
		conversations: whole().describe('Stored versions of conversations whose text went.'),
		quarantined: whole().describe('Refused lines whose text went.'),
		comments: whole().describe('Notes and comments of reviewers that went.')
	})
	.openapi('ForgetReceipt');

export const forgetRoute = createRoute({
	operationId: 'forget',
	method: 'post',
	path: '/forgotten',
	summary: 'Removes the text and the identity of a customer; what was counted stays.',
	request: {
		body: {
			required: true,
			content: {
				'application/json': {
					schema: z.strictObject({
						customer: z.string().min(1).describe('As the logs have it, also where ids are kept hashed.'),
						by: z.string().trim().min(1, 'Say who asks for it.').max(200)
					})
				}
			}
		}
	},
	responses: {
		200: json(receipt, 'It is done.'),
		400: refused('Nobody is known by this id, or something is missing.'),
		403: FOREIGN,
		500: FAILED
	}
});

export const receiptsRoute = createRoute({
	operationId: 'receipts',
	method: 'get',
	path: '/forgotten',
	summary: 'Receipts of everybody who was forgotten, the latest first.',
	responses: { 200: json(z.array(receipt), 'None of them says who it was.'), 500: FAILED }
});

export const retentionRoute = createRoute({
	operationId: 'retention',
	method: 'post',
	path: '/retention',
	summary: 'Deletes texts that were kept long enough; what was counted stays.',
	request: {
		body: {
			required: true,
			content: {
				'application/json': {
					schema: z.strictObject({ days: z.int().min(1), dry_run: z.boolean().default(false) })
				}
			}
		}
	},
	responses: {
		200: json(
			z.object({ before: z.string(), conversations: whole() }).openapi('Retention'),
			'What was deleted, or would be.'
		),
		400: refused('Something is missing or wrong.'),
		403: FOREIGN,
		500: FAILED
	}
});
