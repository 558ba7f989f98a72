/** Registers the routes by which texts and identities go. Touches the database and its transcripts. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { forget, receipts, retain } from '#ingest/forget.server';
import { privacyOf } from '$lib/server/policy-file.server';
import { policy, warehouse } from '$lib/server/plimsoll.server';
import { forgetRoute, receiptsRoute, retentionRoute } from './privacy-routes';

export function registerPrivacy(api: OpenAPIHono): void {
	const now = () => new Date().toISOString();
	api.openapi(forgetRoute, async (c) => {
		const { key } = privacyOf(policy());
		return c.json(await forget(await warehouse(), { ...c.req.valid('json'), now: now(), key }), 200);
	});
	api.openapi(receiptsRoute, async (c) => c.json(await receipts(await warehouse()), 200));
	api.openapi(retentionRoute, async (c) => {
		const { days, dry_run: dryRun } = c.req.valid('json');
		return c.json(await retain(await warehouse(), { days, now: now(), dryRun }), 200);
	});
}
