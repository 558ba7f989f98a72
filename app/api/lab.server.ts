/** Answers of the lab for machines. Touches the database, to read. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { watermark } from '#queries/queries.server';
import { parsePolicy } from '#stoploss/policy';
import { labAsk } from '$lib/lab-ask';
import { answer } from '$lib/server/lab.server';
import { policy, warehouse } from '$lib/server/plimsoll.server';
import { freezeNow, statesNow } from '$lib/server/baselines.server';
import { backtestRoute, baselinesRoute, freezeRoute } from './lab-routes';

export function registerLab(api: OpenAPIHono): void {
	api.openapi(baselinesRoute, async (c) => c.json(await statesNow(await warehouse(), policy()), 200));

	api.openapi(freezeRoute, async (c) =>
		c.json((await freezeNow(await warehouse(), policy(), c.req.valid('query'))) as never, 200)
	);

	api.openapi(backtestRoute, async (c) => {
		const db = await warehouse();
		const text = await c.req.text();
		const ask = labAsk(new URL(c.req.url).searchParams, (await watermark(db)) !== null);
		return c.json((await answer(db, text ? bookFrom(text) : policy(), ask)) as never, 200);
	});
}

function bookFrom(text: string) {
	const { policy: book, problems } = parsePolicy(text);
	if (book) return book;
	const [first] = problems;
	throw new RangeError(`Line ${first?.line}: ${first?.message}. ${first?.remedy}`);
}
