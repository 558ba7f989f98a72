/**
 * Registers the routes by which conversations come live. Touches the inbox beside the database. The signature is
 * checked over the bytes as they came, before anything looks into them; what is answered with 200 is on the disk.
 */
import { createHash } from 'node:crypto';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { keep } from '#ingest/webhooks/inbox.server';
import { verify } from '#ingest/webhooks/signature';
import { schemeOf, secretsOf } from '#stoploss/webhooks';
import { warehouse } from '$lib/server/plimsoll.server';
import { rounds, seenOf, webhookNamed, webhookStates } from '$lib/server/webhooks.server';
import { mayWait } from './ingest.server';
import { TooLarge } from './spool.server';
import { webhookReadyRoute, webhookRoute, webhooksRoute } from './webhook-routes';

const AGAIN_SECONDS = '30';
const DEFAULT_LIMIT_BYTES = 16 * 2 ** 20;
const limitBytes = () => Number(process.env['PLIMSOLL_MAX_WEBHOOK_BYTES']) || DEFAULT_LIMIT_BYTES;
const mostWaiting = () => Number(process.env['PLIMSOLL_MAX_INBOX']) || 50_000;

let working = 0;

const unknown = (name: string) => ({
	error: `No webhook is named "${name}".`,
	remedy: 'Name it in the policy, under webhooks; see docs/ways-in.md.'
});

async function bytesOf(request: Request): Promise<Buffer> {
	const limit = limitBytes();
	const tooLarge = () =>
		new TooLarge(
			`The body is larger than ${limit} bytes.`,
			'Send less at once, or raise PLIMSOLL_MAX_WEBHOOK_BYTES on the server; a file goes to /api/ingest.'
		);
	if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge();
	const pieces: Uint8Array[] = [];
	let length = 0;
	for await (const piece of request.body ?? []) {
		length += piece.byteLength;
		if (length > limit) throw tooLarge();
		pieces.push(piece);
	}
	return Buffer.concat(pieces);
}

export function registerWebhooks(api: OpenAPIHono): void {
	api.openapi(webhooksRoute, async (c) => c.json(await webhookStates(), 200));

	api.openapi(webhookReadyRoute, (c) => {
		const { name } = c.req.valid('param');
		const webhook = webhookNamed(name);
		if (!webhook) return c.json(unknown(name), 404);
		const { problem } = secretsOf(webhook, process.env);
		if (problem) return c.json(notReady(problem), 503);
		return c.json({ name, ready: true as const }, 200);
	});

	api.openapi(webhookRoute, async (c) => {
		const { name } = c.req.valid('param');
		const webhook = webhookNamed(name);
		if (!webhook) return c.json(unknown(name), 404);
		const later = (answer: { error: string; remedy: string }) =>
			c.json(answer, 503, { 'retry-after': AGAIN_SECONDS });
		const { secrets, problem } = secretsOf(webhook, process.env);
		if (problem) return later(notReady(problem));
		if (working >= mayWait()) return later(busy(`${working} webhooks are being stored already.`));
		working++;
		try {
			const body = await bytesOf(c.req.raw);
			const seen = seenOf(name);
			const now = new Date();
			const header = (header: string) => c.req.header(header) ?? null;
			const found = verify(
				schemeOf(webhook),
				{ header, body },
				{ secrets, now: now.getTime(), toleranceS: webhook.tolerance_minutes * 60 }
			);
			if (!found.genuine) {
				seen.refused++;
				seen.lastRefusal = { at: now.toISOString(), reason: found.reason };
				return c.json(
					{
						error: found.reason,
						remedy: `Check the secret and the headers of the scheme ${schemeOf(webhook)}; see docs/ways-in.md. Nothing was stored.`
					},
					401
				);
			}
			if (body.length === 0)
				return c.json({ error: 'The body is empty.', remedy: 'Send the conversation as the body.' }, 400);
			const state = rounds();
			if (state.waiting >= mostWaiting())
				return later(busy(`${state.waiting} deliveries wait to be taken in.`));
			const digest = createHash('sha256').update(body).digest('hex');
			const kept = await keep(await warehouse(), {
				webhook: name,
				source: webhook.source,
				key: found.id === null ? digest : `${found.id} ${digest}`,
				receivedAt: now.toISOString(),
				body: body.toString('utf8')
			}).catch((error: NodeJS.ErrnoException) => error);
			if (kept instanceof Error) {
				console.error(kept);
				return later(
					busy(
						kept.code === 'ENOSPC' || kept.code === 'EDQUOT'
							? 'The disk is full, and it could not be stored.'
							: `It could not be stored (${kept.code ?? kept.name}).`
					)
				);
			}
			state.waiting++;
			seen.received++;
			seen.lastReceivedAt = now.toISOString();
			return c.json({ stored: true as const }, 200);
		} finally {
			working--;
		}
	});
}

const notReady = (problem: string) => ({
	error: problem,
	remedy: 'Nothing was stored. Send it again later.'
});
const busy = (what: string) => ({
	error: what,
	remedy: `Nothing was stored. Send it again in ${AGAIN_SECONDS} seconds.`
});
