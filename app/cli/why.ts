/**
 * `plimsoll why`, `translate` and `publish`: the change of a metric and its parts, the meanings of "resolved", and a
 * frozen weekly card. Touches the database, or asks the server that holds it.
 */
import {
	bothViews,
	cameBack,
	explainChange,
	mustBeAskable,
	publish,
	RESOLVED,
	restatement,
	spanOf,
	translate,
	type BothViews,
	type CameBackRow,
	type Change,
	type Filter,
	type Publication,
	type Restatement,
	type Share,
	type Translation
} from '#queries/queries.server';
import type { Measurement } from '#queries/measurement';
import { intentPolicyOf, limitsOf } from '#stoploss/policy';
import type { Warehouse } from '#warehouse/warehouse.server';
import type { MetricName } from '#warehouse/vocabulary';
import { cameBackCsv } from '../lib/server/came-back-csv';
import { calendarOf, loadPolicy } from '../lib/server/policy-file.server';
import { withFacts } from './database';
import { EXIT, Failure } from './failure';
import { showInterval, showValue } from './format';
import { askServer } from './running-server';

interface Options {
	db: string;
	policy?: string;
	week: string;
	asOf?: string;
	json?: boolean;
}

/** Opens the database for one question, or asks the server. */
function ask<Answer>(
	options: Options,
	directly: (warehouse: Warehouse) => Promise<Answer>,
	path: string,
	query: Record<string, string | readonly string[] | undefined>,
	method: 'GET' | 'POST' = 'GET'
): Promise<Answer> {
	return withFacts<Answer>(options.db, loadPolicy(options.policy), {
		directly,
		async through(server) {
			if (method === 'POST') return post<Answer>(server.url, path, query);
			return (await (await askServer(server, path, query)).json()) as Answer;
		}
	});
}

async function post<Answer>(
	base: string,
	path: string,
	query: Record<string, string | readonly string[] | undefined>
): Promise<Answer> {
	const url = new URL(path, base);
	for (const [name, value] of Object.entries(query))
		for (const one of value === undefined ? [] : [value].flat()) url.searchParams.append(name, one);
	const response = await fetch(url, { method: 'POST' });
	if (!response.ok) {
		const { error, remedy } = (await response.json()) as { error: string; remedy: string };
		throw new Failure(`${error} ${remedy}`);
	}
	return (await response.json()) as Answer;
}

const points = (share: number) => `${share >= 0 ? '+' : '-'}${(Math.abs(share) * 100).toFixed(2)}`;
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const showShare = ({ x, n, value, low, high }: Share) =>
	value === null ? '-' : `${percent(value)} (${percent(low)} to ${percent(high)}; ${x} of ${n})`;

export async function runWhy(
	options: Options & { against: string; metric: MetricName; filter: Filter }
): Promise<number> {
	const policy = loadPolicy(options.policy);
	const calendar = calendarOf(policy);
	const { week, against, metric, filter, asOf } = options;
	const change = await ask<Change>(
		options,
		async (warehouse) => {
			const windows = [spanOf(calendar, week), spanOf(calendar, against)];
			await mustBeAskable(warehouse, { filter, windows, asOf, now: new Date().toISOString() });
			return explainChange(warehouse, {
				metric,
				week,
				against,
				calendar,
				limits: limitsOf(policy),
				filter,
				...(asOf && { asOf })
			});
		},
		'/api/change',
		{ metric, week, against, ...filter, as_of: asOf }
	);
	console.log(options.json ? JSON.stringify(change, null, 2) : showChange(change, options));
	return change.change === null ? EXIT.undecided : EXIT.clear;
}

function showChange(change: Change, { week, against }: { week: string; against: string }): string {
	const figure = (one: Measurement) => [showValue(one), showInterval(one)].filter(Boolean).join(', ');
	const lines = [
		`${change.metric}: ${against} ${figure(change.before)}; ${week} ${figure(change.after)}`,
		...(change.reason ? [`Not final: ${change.reason}`] : [])
	];
	for (const split of change.by) {
		const { interval } = split.rate;
		const sure = interval ? ` (${points(interval.low)} to ${points(interval.high)})` : '';
		lines.push(
			'',
			`By ${split.dimension}: ${points(split.change)} points = ${points(split.rate.value)}${sure} from rates, ${points(split.mix)} from mix`
		);
		for (const part of split.segments.slice(0, 8)) {
			const only = part.presence === 'both' ? '' : `  (${part.presence.replace('_', ' ')})`;
			lines.push(
				`  ${part.segment.padEnd(24)} rate ${points(part.rate.value).padStart(7)}   mix ${points(part.mix).padStart(7)}   ${percent(part.shareBefore)} -> ${percent(part.shareAfter)} of it${only}`
			);
		}
	}
	return lines.join('\n');
}

export async function runTranslate(
	options: Options & { cameBack?: string; csv?: boolean; filter: Filter }
): Promise<number> {
	const calendar = calendarOf(loadPolicy(options.policy));
	const { week, filter, asOf } = options;
	const request = { week, calendar, filter, ...(asOf && { asOf }) };
	const mustBe = (warehouse: Warehouse) =>
		mustBeAskable(warehouse, {
			filter,
			windows: [spanOf(calendar, week)],
			asOf,
			now: new Date().toISOString()
		});
	if (options.cameBack) {
		const definition = options.cameBack;
		const rows = await ask<CameBackRow[]>(
			options,
			async (warehouse) => {
				await mustBe(warehouse);
				return cameBack(warehouse, { ...request, definition });
			},
			'/api/resolved/came-back',
			{ week, definition, ...filter, as_of: asOf }
		);
		console.log(options.json ? JSON.stringify(rows, null, 2) : cameBackCsv(rows));
		return EXIT.clear;
	}
	const { views, definitions } = await ask<{ views: BothViews; definitions: Translation[] }>(
		options,
		async (warehouse) => {
			await mustBe(warehouse);
			return {
				views: await bothViews(warehouse, request),
				definitions: await translate(warehouse, request)
			};
		},
		'/api/resolved',
		{ week, ...filter, as_of: asOf }
	);
	if (options.json) console.log(JSON.stringify({ views, definitions }, null, 2));
	else console.log([...showViews(views), '', ...definitions.map(showTranslation)].join('\n'));
	return EXIT.clear;
}

function showViews({ press, onCall }: BothViews): string[] {
	const { firstReply } = press;
	const speed = firstReply.p50 === null ? '-' : `${firstReply.p50.toFixed(0)} s`;
	return [
		`Press release: ${press.botContacts} of ${press.contacts} contacts met the bot; it handled ${showShare(press.handled)}; first reply in ${speed} (median).`,
		`On call, the same contacts: durable resolution ${showValue(onCall.durable)}, bad containment ${showValue(onCall.badContainment)}, recontact in 72 h ${showValue(onCall.recontact72h)}.`
	];
}

function showTranslation(one: Translation): string {
	const open = one.pending > 0 ? `; ${one.pending} not decided yet` : '';
	const unknown = one.unknown > 0 ? `; ${one.unknown} can't be known` : '';
	return `${RESOLVED[one.definition].title.padEnd(30)} ${showShare(one.ofBotContacts)}; own rate ${one.ofOwn.value === null ? '-' : percent(one.ofOwn.value)}; ${one.cameBack.x} came back${open}${unknown}`;
}

export async function runPublish(options: Options & { by: string; reason?: string }): Promise<number> {
	const policy = loadPolicy(options.policy);
	const { week, by, reason } = options;
	const published = await ask<Publication>(
		options,
		(warehouse) =>
			publish(warehouse, {
				week,
				by,
				reason,
				now: new Date().toISOString(),
				calendar: calendarOf(policy),
				intentPolicy: intentPolicyOf(policy),
				options: { limits: limitsOf(policy) }
			}),
		'/api/publications',
		{ week, by, ...(reason && { reason }) },
		'POST'
	);
	console.log(
		`${week}, edition ${published.edition}, published by ${published.publishedBy} as known at ${published.asOf} (ingest ${published.ingestId}). SHA-256 ${published.cardSha256}`
	);
	return EXIT.clear;
}

export async function runRestated(options: Options): Promise<number> {
	const { week } = options;
	const found = await ask<Omit<Restatement, 'card'> | null>(
		options,
		(warehouse) => restatement(warehouse, week),
		'/api/publications/restatement',
		{ week }
	);
	if (!found)
		throw new Failure(
			`${week} was never published. Publish it with: plimsoll publish --week ${week} --by NAME`
		);
	if (options.json) console.log(JSON.stringify(found, null, 2));
	else {
		console.log(
			`${week}: ${found.changed.length} of ${found.changed.length + found.unchanged} figures changed since publication.`
		);
		for (const { old, new: now, reasons } of found.changed) {
			const { metric, slice } = (old ?? now)!;
			const why = reasons.map(({ kind, n }) => (n === null ? kind : `${kind} ${n}`)).join(', ');
			console.log(
				`  ${metric.padEnd(34)} ${(slice.path ?? 'all').padEnd(10)} ${old ? showValue(old) : 'none'} -> ${now ? showValue(now) : 'none'}   ${why || 'not explained by any later record'}`
			);
		}
	}
	return EXIT.clear;
}
