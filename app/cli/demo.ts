/**
 * `plimsoll demo`: a synthetic year of support in `.plimsoll/demo`, taken in, judged week by week, and served.
 * Touches disk. A second run finds everything there: the story by its options, the records by their ids, the
 * verdicts by rule and time. The only part of the program, beside tests and benchmarks, that knows the fixtures.
 */
import { join, resolve } from 'node:path';
import { DEFAULT_STORY } from '#fixtures/story/story';
import { writeStory } from '#fixtures/story/write-story.server';
import { ingest } from '#ingest/ingest.server';
import { ingestLog, refreshFacts, weekOf, weeksPresent } from '#queries/queries.server';
import { intentPolicyOf, ruleTitles } from '#stoploss/policy';
import { openWarehouse } from '#warehouse/warehouse.server';
import { judgeNow, verdictsOver } from '../lib/server/judge.server';
import { calendarOf, loadPolicy } from '../lib/server/policy-file.server';
import { Failure } from './failure';
import { startProgress } from './progress';
import { findServer } from './running-server';
import { serve } from './serve';

interface DemoOptions {
	conversations: number;
	port?: number;
	serve: boolean;
}

export async function runDemo({ conversations, port, serve: serves }: DemoOptions): Promise<void> {
	const name = conversations === DEFAULT_STORY.conversations ? 'demo' : `demo-${conversations}`;
	const folder = resolve('.plimsoll', name);
	const database = join(folder, 'demo.duckdb');
	const running = findServer(database);
	if (running) return console.log(`The demo is served already, at ${running.url}`);

	const writing = startProgress('Writing the story', 'conversations');
	const truth = await writeStory(folder, { ...DEFAULT_STORY, conversations }, writing.update);
	writing.stop();

	const policy = loadPolicy(undefined);
	const calendar = calendarOf(policy);
	const warehouse = await openWarehouse(database);
	const inputs = ['conversations.ndjson', 'late.ndjson'].map((file) => join(folder, file));
	const taken = new Set((await ingestLog(warehouse, { limit: 1000 })).map(({ file }) => file));
	const missing = inputs.filter((file) => !taken.has(file));
	if (missing.length > 0) {
		console.log('Taking the story in ...');
		const reading = startProgress('Reading', 'MB');
		const report = await ingest(warehouse, {
			inputs: missing,
			source: 'canonical',
			now: new Date().toISOString(),
			onProgress: ({ bytesDone, bytesTotal }) =>
				reading.update(Math.round(bytesDone / 1e6), Math.ceil(bytesTotal / 1e6))
		});
		reading.stop();
		const broken = report.files.find(({ error }) => error !== null);
		if (broken) throw new Failure(`${broken.file}: ${broken.error}`);
		console.log(`${report.read.toLocaleString('en')} records read, ${report.quarantined} quarantined.`);
	}
	await refreshFacts(warehouse, intentPolicyOf(policy));
	const weeks = await weeksPresent(warehouse, calendar);
	await judgeNow(warehouse, policy);
	const history = await verdictsOver(warehouse, policy);
	await warehouse.close();

	// A week is judged at its end, which is the first instant of the next one.
	const judged = ({ asOf }: { asOf: string }) => weekOf(calendar, new Date(Date.parse(asOf) - 1));
	const fired = history.filter(({ finding }) => finding === 'breach');
	const first = fired.find((verdict) => judged(verdict) >= truth.onsetWeek);
	const early = fired.filter((verdict) => judged(verdict) < truth.onsetWeek).length;
	console.log(`\nErosion began             ${truth.onsetWeek}  (${truth.erodingIntents.join(', ')})`);
	console.log(`The headline showed it    ${truth.headlineFellWeek ?? 'never'}`);
	console.log(
		`Plimsoll fired            ${first ? `${judged(first)}  (${ruleTitles(policy)[first.rule]})` : 'not at all'}`
	);
	if (early > 0) console.log(`Alarms before the erosion ${early}`);
	const intents = first?.recommendation?.intents.map(({ intent }) => intent) ?? [];
	if (intents.length > 0)
		console.log(`It recommends             contain -> assist for ${intents.join(', ')}`);
	if (!serves) return;

	const url = await serve({ database, port });
	console.log(`\nServed at ${url} (Ctrl+C stops it). Look at:`);
	console.log(`  ${url}/alerts                    what fired, and on what evidence`);
	console.log(`  ${url}/scorecard/${first ? judged(first) : weeks.at(-1)}        the scorecard of that week`);
}
