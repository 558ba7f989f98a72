/** One item to review. Shows the reviewer's own marks only: a double review is blind. */
import { error } from '@sveltejs/kit';
import { readConversation, returnsOf } from '#queries/queries.server';
import { listFlags, myReview, progress, readItem, remarks, rubricOf } from '#review/review.server';
import { SKIP_REASONS } from '#warehouse/vocabulary';
import { calendar, policy, warehouse } from '$lib/server/plimsoll.server';
import { planNamed } from '$lib/server/review-file.server';
import { turnVerdicts } from '$lib/server/turn-verdicts.server';
import { whyDrawn } from '../words';
import { afterwards } from './afterwards';
import { judged, timeline, turnOf } from './timeline';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ params, url }) => {
	const reviewer = url.searchParams.get('reviewer') ?? '';
	const db = await warehouse();
	const item = await readItem(db, params.item);
	if (!item) error(404, `There is no item ${params.item} in any sample.`);
	const plan = planNamed(item.plan);
	const [rubric, mine, own, flags, conversation, returns, weeks] = await Promise.all([
		rubricOf(db, item.plan, item.week),
		reviewer ? myReview(db, item.item, reviewer) : null,
		reviewer ? remarks(db, item.item, reviewer) : { comments: [], flags: [] },
		listFlags(db, { item: item.item }),
		readConversation(db, item.source, item.id),
		returnsOf(db, item.source, item.id),
		progress(db, plan, reviewer)
	]);
	const entries = conversation ? timeline(conversation.messages, conversation.toolCalls) : [];
	const verdicts =
		conversation &&
		(await turnVerdicts(db, policy(), conversation, entries.map(turnOf), plan.confidence_bands));
	return {
		item,
		why: whyDrawn(item),
		reviewer,
		rubric,
		mine,
		comments: own.comments,
		/** A blind second reviewer must not learn from the first one's. */
		flags: flags.filter((flag) => flag.reviewer === reviewer),
		conversation: conversation && {
			intent: conversation.intent,
			intentConfidence: conversation.intentConfidence,
			tier: conversation.tier,
			path: conversation.path,
			channel: conversation.channel,
			language: conversation.language,
			customerValue: conversation.customerValue,
			textDeletedAt: conversation.textDeletedAt,
			timeline: judged(entries, verdicts!.turns),
			unknown: verdicts!.unknown,
			afterwards: afterwards(conversation, returns)
		},
		week: weeks.find(({ week }) => week === item.week) ?? null,
		skipReasons: [...SKIP_REASONS],
		timeZone: calendar().timeZone
	};
};
