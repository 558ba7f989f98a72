/** What a policy says of rollbacks: who may make one, how an intent comes back, where tier B stands. Pure. */
import { z } from 'zod';

export const autoRollbackSchema = z
	.boolean()
	.describe(
		'Moves the recommended tier B intents from contain to assist without asking anybody. Never the other way.'
	);

export const probationSchema = z.strictObject({
	canary_percent: z
		.number()
		.min(0)
		.max(50)
		.default(0)
		.describe(
			'Share of a rolled-back intent that stays on contain, drawn at random. Without it nothing is ever known of whether the bot has recovered.'
		),
	minimum_days: z.int().min(7).max(365).default(14).describe('Least days at assist before a promotion.'),
	weeks: z.int().min(1).max(26).default(4).describe('Least weeks under the tighter watch after a promotion.')
});
export type Probation = z.infer<typeof probationSchema>;

export const routingSchema = z.strictObject({
	tier_b: z
		.enum(['contain', 'assist'])
		.default('contain')
		.describe('Where tier B intents stand while none of them is rolled back.')
});

export const probationOf = ({ stop_loss }: { stop_loss: { probation?: Probation | undefined } }): Probation =>
	stop_loss.probation ?? probationSchema.parse({});
