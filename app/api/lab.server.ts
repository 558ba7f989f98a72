/** Answers of the lab for machines. Touches the database, to read. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { watermark } from '#queries/queries.server';
import { parsePolicy } from '#stoploss/policy';
import { labAsk } from '$lib/lab-ask';
import { answer } from '$lib/server/lab.server';
import { policy, warehouse } from '$lib/server/plimsoll.server';
import { backtestRoute } from './lab-routes';

export function registerLab(api: OpenAPIHono): void {
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
