/** Registers the routes of decisions. Touches the database; what is decided is added and never rewritten. */
import { createHash } from 'node:crypto';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { standingAlerts } from '#stoploss/alert-ledger.server';
import { DecisionRefused, sayUseful } from '#stoploss/decisions.server';
import { decisionsCsv } from '$lib/server/decisions-csv';
import { policy, warehouse } from '$lib/server/plimsoll.server';
import { decisionLog } from '$lib/server/decision-log.server';
import { moveRollback, rollbacks } from '$lib/server/recovery.server';
import { decideAlert, effectivePolicy, recommendationFor } from '$lib/server/rollback.server';
import {
	decideRoute,
	decisionsRoute,
	moveRoute,
	policyRoute,
	recommendationRoute,
	rollbacksRoute,
	usefulnessRoute
} from './decision-routes';

const now = () => new Date().toISOString();
const NO_ALERT = { error: 'There is no such alert.', remedy: 'GET /api/decisions lists those that fired.' };

function refusal(error: unknown) {
	if (!(error instanceof DecisionRefused) || error.code === 'wrong') throw error;
	return { error: error.message, remedy: 'Read what stands now, and decide anew if need be.' };
}

export function registerDecisions(api: OpenAPIHono): void {
	api.openapi(policyRoute, async (c) => {
		const inEffect = await effectivePolicy(await warehouse(), policy());
		const tag = `"${createHash('sha256').update(JSON.stringify(inEffect)).digest('hex').slice(0, 32)}"`;
		const headers = { etag: tag, 'cache-control': 'no-cache' };
		const given = c.req.header('if-none-match') ?? '';
		const known = given.split(',').map((one) => one.trim().replace(/^W\//, ''));
		if (known.includes(tag) || known.includes('*')) return c.body(null, 304, headers);
		return c.json(inEffect, 200, headers) as never;
	});

	api.openapi(recommendationRoute, async (c) => {
		const view = await recommendationFor(await warehouse(), policy(), c.req.valid('param').key);
		return view ? c.json(view as never, 200) : c.json(NO_ALERT, 404);
	});

	api.openapi(decideRoute, async (c) => {
		const { key } = c.req.valid('param');
		try {
			const made = await decideAlert(await warehouse(), policy(), key, c.req.valid('json'), now());
			return made ? c.json(made as never, 200) : c.json(NO_ALERT, 404);
		} catch (error) {
			return c.json(refusal(error), 409);
		}
	});

	api.openapi(usefulnessRoute, async (c) => {
		const { key } = c.req.valid('param');
		const { episode, useful, why, by } = c.req.valid('json');
		const db = await warehouse();
		const [found, other] = (await standingAlerts(db)).filter((one) => one.key.startsWith(key));
		if (!found || other) return c.json(NO_ALERT, 404);
		const said = { alertKey: found.key, episode, useful, why: why || null, saidBy: by, saidAt: now() };
		return c.json(await sayUseful(db, said), 200);
	});

	api.openapi(rollbacksRoute, async (c) => c.json(await rollbacks(await warehouse(), policy()), 200));

	api.openapi(moveRoute, async (c) => {
		const { intent } = c.req.valid('param');
		try {
			const moved = await moveRollback(await warehouse(), policy(), intent, c.req.valid('json'), now());
			if (moved) return c.json(moved, 200);
			return c.json(
				{ error: `${intent} is not rolled back.`, remedy: 'GET /api/rollbacks lists those that are.' },
				404
			);
		} catch (error) {
			return c.json(refusal(error), 409);
		}
	});

	api.openapi(decisionsRoute, async (c) => {
		const log = await decisionLog(await warehouse(), policy());
		if (c.req.valid('query').format === 'csv')
			return c.body(decisionsCsv(log), 200, {
				'content-type': 'text/csv; charset=utf-8',
				'content-disposition': 'attachment; filename="decisions.csv"'
			}) as never;
		return c.json(log, 200);
	});
}
