/** Registers the routes of alerts. Touches the database; what people ask is added to the ledger, never rewritten. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { WISH_NAMES, type Wish } from '#stoploss/wishes';
import { askAlert, listAlerts, readAlert } from '$lib/server/alerts.server';
import { policy, warehouse } from '$lib/server/plimsoll.server';
import { alertRoute, alertsRoute, wishRoute } from './alert-routes';

const now = () => new Date().toISOString();
const none = (key: string) => ({
	error: `There is no alert ${key}.`,
	remedy: 'GET /api/alerts lists them; of a key the first letters are enough, if no other begins so.'
});

export function registerAlerts(api: OpenAPIHono): void {
	api.openapi(alertsRoute, async (c) => c.json(await listAlerts(await warehouse(), policy(), now()), 200));

	api.openapi(alertRoute, async (c) => {
		const { key } = c.req.valid('param');
		const found = await readAlert(await warehouse(), policy(), key, now());
		return found ? c.json(found, 200) : c.json(none(key), 404);
	});

	for (const name of WISH_NAMES)
		api.openapi(wishRoute(name), async (c) => {
			const { key } = c.req.valid('param');
			const db = await warehouse();
			if (!(await readAlert(db, policy(), key, now()))) return c.json(none(key), 404);
			const refused = await askAlert(db, policy(), key, { name, ...c.req.valid('json') } as Wish, now());
			if (refused !== null)
				return c.json({ error: refused, remedy: 'GET /api/alerts/{key} shows its state.' }, 409);
			return c.json((await readAlert(db, policy(), key, now()))!.alert, 200);
		});
}
