/** Registers the routes of the review desk. Touches the database; what people decide is added and never rewritten. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import {
	answerFlag,
	commentOn,
	decideDispute,
	drawSample,
	exportReviews,
	exportRows,
	flagItem,
	listDisputes,
	listFlags,
	mayReview,
	planOfItem,
	progress,
	raiseDispute,
	results,
	saveReview,
	skipItem,
	takeNext
} from '#review/review.server';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import { REVIEW_TYPES, reviewText } from '$lib/server/review-export';
import { planNamed, rubricFor } from '$lib/server/review-file.server';
import {
	commentRoute,
	decideDisputeRoute,
	disputesRoute,
	drawRoute,
	flagAnswerRoute,
	flagRoute,
	flagsRoute,
	marksRoute,
	nextRoute,
	progressRoute,
	raiseDisputeRoute,
	resultsRoute,
	reviewExportRoute,
	reviewsRoute,
	skipRoute
} from './review-routes';

const now = () => new Date().toISOString();

export function registerReview(api: OpenAPIHono): void {
	/** Who may work on the item, by the plan as it stands today. */
	const allowed = async (item: string, reviewer: string) => {
		const plan = await planOfItem(await warehouse(), item);
		mayReview(planNamed(plan).reviewers, reviewer);
		return { reviewer, now: now() };
	};

	api.openapi(drawRoute, async (c) => {
		const { plan: name, week } = c.req.valid('query');
		const plan = planNamed(name);
		const request = { plan, rubric: rubricFor(plan), week, calendar: calendar(), now: now() };
		return c.json(await drawSample(await warehouse(), request), 200);
	});

	api.openapi(resultsRoute, async (c) => {
		const plan = planNamed(c.req.valid('query').plan);
		return c.json(await results(await warehouse(), plan, rubricFor(plan)), 200);
	});

	api.openapi(reviewsRoute, async (c) => {
		const plan = planNamed(c.req.valid('query').plan);
		return c.json(await exportReviews(await warehouse(), plan.name), 200);
	});

	api.openapi(reviewExportRoute, async (c) => {
		const { what, plan, format } = c.req.valid('query');
		const rows = await exportRows(await warehouse(), what, plan ?? null);
		return c.body(reviewText(what, rows, format), 200, {
			'content-type': REVIEW_TYPES[format],
			'content-disposition': `attachment; filename="review-${what}.${format}"`
		});
	});

	api.openapi(progressRoute, async (c) => {
		const { plan, reviewer = '' } = c.req.valid('query');
		return c.json(await progress(await warehouse(), planNamed(plan), reviewer), 200);
	});

	api.openapi(nextRoute, async (c) => {
		const { plan: name, week, reviewer, after } = c.req.valid('query');
		const plan = planNamed(name);
		const db = await warehouse();
		const of = { plan: plan.name, week, reviewers: plan.reviewers, after: after ?? null };
		return c.json({ item: await takeNext(db, of, { reviewer, now: now() }) }, 200);
	});

	api.openapi(marksRoute, async (c) => {
		const { item, reviewer } = c.req.valid('query');
		const who = await allowed(item, reviewer);
		return c.json(await saveReview(await warehouse(), item, c.req.valid('json'), who), 200);
	});

	api.openapi(skipRoute, async (c) => {
		const { item, reviewer } = c.req.valid('query');
		const who = await allowed(item, reviewer);
		return c.json({ replacement: await skipItem(await warehouse(), item, c.req.valid('json'), who) }, 200);
	});

	api.openapi(commentRoute, async (c) => {
		const { item, reviewer } = c.req.valid('query');
		await commentOn(await warehouse(), item, c.req.valid('json'), await allowed(item, reviewer));
		return c.json({ ok: true as const }, 200);
	});

	api.openapi(disputesRoute, async (c) => {
		const { plan, item } = c.req.valid('query');
		return c.json(await listDisputes(await warehouse(), { plan: plan ?? null, item: item ?? null }), 200);
	});

	api.openapi(raiseDisputeRoute, async (c) => {
		const request = { ...c.req.valid('query'), ...c.req.valid('json'), now: now() };
		return c.json({ dispute: await raiseDispute(await warehouse(), request) }, 200);
	});

	api.openapi(decideDisputeRoute, async (c) => {
		const decision = { ...c.req.valid('json'), now: now() };
		const newVersion = await decideDispute(await warehouse(), c.req.valid('query').dispute, decision);
		return c.json({ newVersion }, 200);
	});

	api.openapi(flagsRoute, async (c) => {
		const { plan, state } = c.req.valid('query');
		const closed = state === 'all' ? null : state === 'closed';
		return c.json(await listFlags(await warehouse(), { plan: plan ?? null, closed }), 200);
	});

	api.openapi(flagAnswerRoute, async (c) => {
		const { flag } = c.req.valid('query');
		await answerFlag(await warehouse(), flag, { ...c.req.valid('json'), now: now() });
		return c.json({ ok: true as const }, 200);
	});

	api.openapi(flagRoute, async (c) => {
		const { item, reviewer } = c.req.valid('query');
		await flagItem(await warehouse(), item, c.req.valid('json').reason, await allowed(item, reviewer));
		return c.json({ ok: true as const }, 200);
	});
}
