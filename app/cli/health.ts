/** `plimsoll health`: how well the feeds are. Touches the database, or asks the server. Exit 1 where one needs a look. */
import { feedHealth, HEALTH_FIELDS, type SourceHealth } from '#queries/queries.server';
import { FRESHNESS, formatSpan, freshnessSentence, KINDS } from '../lib/feed-words';
import { calendarOf, loadPolicy } from '../lib/server/policy-file.server';
import { withFacts } from './database';
import { EXIT } from './failure';
import { askServer } from './running-server';

interface Options {
	db: string;
	policy?: string;
	json?: boolean;
}

const needsALook = ({ freshness, fields }: SourceHealth) =>
	freshness === 'late' || fields.some(({ dropped }) => dropped);

export async function runHealth(options: Options): Promise<number> {
	const policy = loadPolicy(options.policy);
	const now = new Date().toISOString();
	const sources = await withFacts<SourceHealth[]>(options.db, policy, {
		directly: (warehouse) => feedHealth(warehouse, { now, calendar: calendarOf(policy) }),
		async through(server) {
			return (await (await askServer(server, '/api/imports/health', {})).json()) as SourceHealth[];
		}
	});
	if (options.json) console.log(JSON.stringify(sources, null, 2));
	else if (sources.length === 0) console.log('Nothing was taken in yet.');
	else console.log(sources.map((one) => told(one, now)).join('\n\n'));
	return sources.some(needsALook) ? EXIT.breach : EXIT.clear;
}

function told(one: SourceHealth, now: string): string {
	const { mark, word } = FRESHNESS[one.freshness];
	const show = (count: number) => count.toLocaleString('en');
	const share = (x: number, n: number) => (n === 0 ? '-' : `${((100 * x) / n).toFixed(1)} %`);
	const lines = [
		`${one.source}  ${mark} ${word}. ${freshnessSentence(one, now)}`,
		`  ${show(one.read)} read = ${show(one.accepted)} accepted + ${show(one.unchanged)} unchanged + ${show(one.quarantined)} quarantined, in ${show(one.imports)} imports`
	];
	for (const { field, weeks, dropped } of one.fields) {
		const last = weeks.findLast((week) => week.dropped);
		if (dropped && last)
			lines.push(
				`  ▼ ${HEALTH_FIELDS[field]}: ${share(last.x, last.n)} of contacts in ${last.week}, usually ${(100 * last.usual!).toFixed(1)} %`
			);
	}
	for (const { kind, records, medianS, over72h } of one.late)
		lines.push(
			`  ${KINDS[kind] ?? kind}: ${show(records)} arrived ${formatSpan(medianS)} (median) after the end, ${share(over72h, records)} after 72 h`
		);
	for (const { field, reason, records, ingestId } of one.reasons.slice(0, 10))
		lines.push(`  put aside: ${show(records)} x ${field}: ${reason} (last in import ${ingestId})`);
	return lines.join('\n');
}
