/** One item to review. Shows the reviewer's own marks only: a double review is blind. */
import { error } from '@sveltejs/kit';
import { readConversation } from '#queries/queries.server';
import { myReview, progress, readItem, remarks, rubricOf } from '#review/review.server';
import { SKIP_REASONS } from '#warehouse/vocabulary';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import { planNamed } from '$lib/server/review-file.server';
import { whyDrawn } from '../words';
import { timeline } from './timeline';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params, url }) => {
	const reviewer = url.searchParams.get('reviewer') ?? '';
	const db = await warehouse();
	const item = await readItem(db, params.item);
	if (!item) error(404, `There is no item ${params.item} in any sample.`);
	const [rubric, mine, own, conversation, weeks] = await Promise.all([
		rubricOf(db, item.plan, item.week),
		reviewer ? myReview(db, item.item, reviewer) : null,
		reviewer ? remarks(db, item.item, reviewer) : { comments: [], flags: [] },
		readConversation(db, item.source, item.id),
		progress(db, planNamed(item.plan), reviewer)
	]);
	return {
		item,
		why: whyDrawn(item),
		reviewer,
		rubric,
		mine,
		remarks: own,
		conversation: conversation && {
			...conversation,
			timeline: timeline(conversation.messages, conversation.toolCalls)
		},
		week: weeks.find(({ week }) => week === item.week) ?? null,
		skipReasons: [...SKIP_REASONS],
		timeZone: calendar().timeZone
	};
};
