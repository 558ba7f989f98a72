/** `plimsoll decisions`: what was decided of alerts, what came of it, and what each rule was worth. Touches the database. */
import { decisionsCsv } from '../lib/server/decisions-csv';
import { loadPolicy } from '../lib/server/policy-file.server';
import { decisionLog, type DecisionLog } from '../lib/server/decision-log.server';
import { withFacts } from './database';
import { EXIT } from './failure';
import { askServer } from './running-server';

const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
const points = (share: number) => `${share >= 0 ? '+' : '-'}${Math.abs(share * 100).toFixed(1)}`;

export async function runDecisions(options: {
	db: string;
	policy?: string;
	format: 'table' | 'json' | 'csv';
}): Promise<number> {
	const policy = loadPolicy(options.policy);
	const log = await withFacts<DecisionLog>(options.db, policy, {
		directly: (warehouse) => decisionLog(warehouse, policy),
		async through(server) {
			return (await (await askServer(server, '/api/decisions', {})).json()) as DecisionLog;
		}
	});
	if (options.format === 'json') console.log(JSON.stringify(log, null, 2));
	else if (options.format === 'csv') process.stdout.write(decisionsCsv(log));
	else console.log(show(log));
	return EXIT.clear;
}

function show({ entries, rules }: DecisionLog): string {
	if (entries.length === 0) return 'No alert has fired yet, so there was nothing to decide.';
	const lines = entries.flatMap(({ alert, decisions, useful }) => {
		const said = useful
			? `useful: ${useful.useful ? 'yes' : 'no'} (${useful.saidBy})`
			: 'useful: nobody said yet';
		const made = decisions.map((one) => {
			const what = one.intents.length > 0 ? `${one.intents.join(', ')}: contain -> assist` : 'nothing moved';
			const outcomes = one.outcomes.map((outcome) =>
				outcome.status === 'measured'
					? `${outcome.days} days: ${outcome.metric} ${points(outcome.improvement)} points better (${points(outcome.low)} to ${points(outcome.high)})`
					: outcome.status === 'immature'
						? `${outcome.days} days: known on ${outcome.known.slice(0, 10)}`
						: `${outcome.days} days: too few`
			);
			return `    ${one.kind} by ${one.decidedBy} at ${one.decidedAt}: ${what}${one.reason ? ` (${one.reason})` : ''}${outcomes.map((text) => `\n      ${text}`).join('')}`;
		});
		return [
			`${alert.firedAt?.slice(0, 10) ?? '-'}  ${alert.key.slice(0, 8)}  ${alert.title}  [${alert.state ?? 'over'}]  ${said}`,
			...(made.length > 0 ? made : ['    nobody decided'])
		];
	});
	const worth = rules.map(({ title, fired, useful, judged, precision, idle }) => {
		const sure = precision
			? `${percent(precision.value)} (${percent(precision.low)} to ${percent(precision.high)}; ${useful} of ${judged})`
			: 'not judged yet';
		return `  ${title}: fired ${fired}, useful ${sure}${idle ? `\n    ${idle}` : ''}`;
	});
	return [...lines, '', 'Rules:', ...worth].join('\n');
}
