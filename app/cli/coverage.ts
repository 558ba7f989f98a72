/** `plimsoll coverage`: what each source says and which metrics that allows. Touches the database, or asks the server. */
import { coverage, type SourceCoverage } from '#queries/queries.server';
import { loadPolicy } from '../lib/server/policy-file.server';
import { withFacts } from './database';
import { EXIT } from './failure';
import { askServer } from './running-server';

interface CoverageOptions {
	db: string;
	policy?: string;
	json?: boolean;
}

export async function runCoverage(options: CoverageOptions): Promise<number> {
	const sources = await withFacts<SourceCoverage[]>(options.db, loadPolicy(options.policy), {
		directly: (warehouse) => coverage(warehouse),
		async through(server) {
			return (await (await askServer(server, '/api/coverage', {})).json()) as SourceCoverage[];
		}
	});
	if (options.json) console.log(JSON.stringify(sources, null, 2));
	else if (sources.length === 0) console.log('There is no contact in the log yet.');
	else for (const one of sources) printSource(one);
	return EXIT.clear;
}

function printSource({ source, contacts, fields, metrics }: SourceCoverage): void {
	const show = (count: number) => count.toLocaleString('en');
	console.log(`${source}: ${show(contacts)} contacts`);
	const width = Math.max(...fields.map(({ title }) => title.length));
	for (const { title, contacts: n } of fields) {
		const percent = ((100 * n) / contacts).toFixed(n === 0 || n === contacts ? 0 : 1);
		console.log(`  ${title.padEnd(width)}  ${show(n).padStart(11)}  ${percent.padStart(5)} %`);
	}
	for (const availability of ['available', 'degraded', 'off'] as const) {
		const those = metrics.filter((one) => one.availability === availability);
		console.log(`  ${availability}: ${those.length}`);
		for (const { metric, reasons, add } of those)
			console.log(
				`    ${metric}${reasons.length > 0 ? `: ${reasons.join(' ')} Add: ${add.join('; ')}.` : ''}`
			);
	}
}
