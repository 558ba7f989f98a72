/** One alert: why it fired, where it stands, what was told to whom, and what a person may ask of it. */
import { error, fail, redirect } from '@sveltejs/kit';
import { TZDate } from '@date-fns/tz';
import { baselinesOf } from '#stoploss/baseline-ledger.server';
import { watermark } from '#queries/queries.server';
import { evaluationOf, evaluatorOf } from '#stoploss/evaluate';
import { pointsOf } from '#stoploss/series-points';
import { WISHES, WISH_NAMES, type Wish, type WishName } from '#stoploss/wishes';
import type { Policy } from '#stoploss/policy';
import type { Warehouse } from '#warehouse/warehouse.server';
import { askAlert, readAlert, type AlertDetail } from '$lib/server/alerts.server';
import { calendar, policy, warehouse } from '$lib/server/plimsoll.server';
import { ruleData } from '$lib/server/rule-data.server';
import type { Actions, PageServerLoad } from './$types';

const WEEKS = 26;
const DAY_MS = 86_400_000;

export const load: PageServerLoad = async ({ params, url }) => {
	const db = await warehouse();
	const now = new Date();
	const found = await readAlert(db, policy(), params.key, now.toISOString());
	if (!found) error(404, 'There is no such alert.');
	const asked = url.searchParams.get('done');
	const { timeZone } = calendar();
	return {
		...found,
		timeZone,
		chart: await chartOf(db, policy(), found),
		/** Days that the forms propose. */
		proposed: {
			due: dayIn(timeZone, now.getTime() + 3 * DAY_MS),
			until: dayIn(timeZone, now.getTime() + DAY_MS)
		},
		today: dayIn(timeZone, now.getTime()),
		done: WISH_NAMES.find((name) => name === asked) ?? null
	};
};

/** The rule's weeks up to the last mature day; null where the policy has no such rule, or there is nothing to judge. */
async function chartOf(db: Warehouse, book: Policy, { alert }: AlertDetail) {
	const rules = book.stop_loss.rules.filter(({ name }) => name === alert.rule);
	const asOf = await watermark(db);
	if (rules.length === 0 || asOf === null) return null;
	const alone = { ...book, stop_loss: { ...book.stop_loss, rules } };
	const { cohorts, options } = await ruleData(db, alone, asOf);
	const evaluator = evaluatorOf(evaluationOf(book, rules[0]!, cohorts[alert.rule] ?? [], options));
	const judge = evaluator.judgeAt(asOf);
	const { baseline } = judge.subject;
	return {
		points: pointsOf(judge, evaluator.due(asOf), WEEKS),
		kind: rules[0]!.kind,
		asOf,
		baseline: baseline && {
			until: baseline.until,
			days: baseline.days,
			n: baseline.n,
			rate: baseline.pool,
			frozen: (await baselinesOf(db, rules[0]!)).findLast(({ inForceFrom }) => inForceFrom <= asOf) ?? null
		}
	};
}

const dayIn = (timeZone: string, at: number) => new Intl.DateTimeFormat('en-CA', { timeZone }).format(at);

/** The end of a day in the account's zone; null where it is none. */
function endOf(day: string, timeZone: string): string | null {
	const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
	if (!year) return null;
	return new Date(
		new TZDate(Number(year), Number(month) - 1, Number(date) + 1, timeZone).getTime()
	).toISOString();
}

const answer =
	(name: WishName): Actions[string] =>
	async ({ request, params }) => {
		const form = await request.formData();
		const given = Object.fromEntries(
			[...form].flatMap(([field, value]) =>
				typeof value === 'string' && value.trim() ? [[field, value.trim()]] : []
			)
		);
		const refuse = (refused: string) => fail(400, { wish: name, refused, given });
		const { timeZone } = calendar();
		const instants = Object.fromEntries(
			['due', 'until'].flatMap((field) =>
				given[field] ? [[field, endOf(given[field], timeZone) ?? given[field]]] : []
			)
		);
		const parsed = WISHES[name].safeParse({ ...given, ...instants });
		if (!parsed.success) return refuse(parsed.error.issues.map(said).join(' '));
		const wish = { name, ...parsed.data } as Wish;
		const refused = await askAlert(await warehouse(), policy(), params.key!, wish, new Date().toISOString());
		if (refused !== null) return refuse(refused);
		redirect(303, `/alerts/${params.key}?done=${name}`);
	};

const MISSING: Readonly<Record<string, string>> = {
	by: 'Say who you are.',
	owner: 'Name who looks after it.',
	due: 'Say until when.',
	until: 'Say until when.',
	reason: 'Give a reason.'
};

function said({ code, path, message }: { code: string; path: PropertyKey[]; message: string }): string {
	const field = String(path[0] ?? '');
	return (code === 'invalid_type' || code === 'invalid_value') && field in MISSING
		? MISSING[field]!
		: message;
}

export const actions: Actions = Object.fromEntries(WISH_NAMES.map((name) => [name, answer(name)]));
