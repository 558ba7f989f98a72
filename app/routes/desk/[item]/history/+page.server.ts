/** Everything that people did with one item, and disputes of its marks; works without script. */
import { error, fail, redirect } from '@sveltejs/kit';
import {
	commentsOn,
	decideDispute,
	listDisputes,
	listFlags,
	progress,
	raiseDispute,
	readItem,
	reviewHistory,
	rubricOf,
	skipOf
} from '#review/review.server';
import { mayRead } from '#review/history';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import { planNamed } from '$lib/server/review-file.server';
import { SKIP_LABELS } from '../../words';
import { story } from './story';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params, url }) => {
	const viewer = url.searchParams.get('reviewer') ?? '';
	const db = await warehouse();
	const item = await readItem(db, params.item);
	if (!item) error(404, `There is no item ${params.item} in any sample.`);
	const [rubric, all, comments, flags, disputes, skip, weeks] = await Promise.all([
		rubricOf(db, item.plan, item.week),
		reviewHistory(db, item.item),
		commentsOn(db, item.item),
		listFlags(db, { item: item.item }),
		listDisputes(db, { item: item.item }),
		skipOf(db, item.item),
		progress(db, planNamed(item.plan), viewer)
	]);
	const latest = [...new Map(all.map((one) => [one.reviewer, one])).values()];
	const finished = latest.filter((one) => one.finished);
	const open = mayRead(
		item,
		finished.map(({ reviewer }) => reviewer),
		viewer
	);
	const own = <One extends { reviewer: string }>(some: readonly One[]) =>
		open ? [...some] : some.filter(({ reviewer }) => reviewer === viewer);
	return {
		item: { item: item.item, id: item.id, source: item.source, plan: item.plan, week: item.week },
		viewer,
		blind: !open,
		rubric,
		/** Reviews that can be disputed, as they stand. */
		finished: item.twoReviewers && finished.length < 2 ? [] : finished,
		disputes: open ? disputes : [],
		told: story({
			rubric,
			drawn: {
				at: weeks.find(({ week }) => week === item.week)?.drawnAt ?? '',
				plan: item.plan,
				week: item.week
			},
			reviews: own(all),
			comments: own(comments),
			flags: own(flags),
			disputes: open ? disputes : [],
			skip: skip && { ...skip, reason: SKIP_LABELS[skip.reason].toLowerCase() }
		}),
		timeZone: calendar().timeZone
	};
};

const word = (form: FormData, name: string) => {
	const value = form.get(name);
	return typeof value === 'string' ? value.trim() : '';
};
const WANTED = 'wanted.';

async function attempt(work: () => Promise<unknown>, path: string) {
	try {
		await work();
	} catch (cause) {
		if (cause instanceof RangeError) return fail(400, { refused: cause.message });
		throw cause;
	}
	redirect(303, path);
}

export const actions: Actions = {
	async dispute({ request, params }) {
		const form = await request.formData();
		const by = word(form, 'by').slice(0, 100);
		const wanted = Object.fromEntries(
			[...form.entries()].flatMap(([key, value]) =>
				key.startsWith(WANTED) && typeof value === 'string' && value !== ''
					? [[key.slice(WANTED.length), value]]
					: []
			)
		);
		return attempt(
			async () =>
				raiseDispute(await warehouse(), {
					item: params.item,
					reviewer: word(form, 'of'),
					wanted,
					by,
					reason: word(form, 'reason').slice(0, 2000),
					now: new Date().toISOString()
				}),
			`/desk/${params.item}/history?${new URLSearchParams({ reviewer: by })}`
		);
	},
	async decide({ request, params }) {
		const form = await request.formData();
		const by = word(form, 'by').slice(0, 100);
		return attempt(
			async () =>
				decideDispute(await warehouse(), word(form, 'dispute'), {
					accepted: form.getAll('accepted').filter((one) => typeof one === 'string'),
					by,
					reason: word(form, 'reason').slice(0, 2000),
					now: new Date().toISOString()
				}),
			`/desk/${params.item}/history?${new URLSearchParams({ reviewer: by })}`
		);
	}
};
