/**
 * The definitions as people read them, with the SQL that counts them: the page and `docs/metrics.md` are made from
 * here. Pure.
 */
import { METRICS, type MetricName } from '../../warehouse/vocabulary';
import businessClock from '../scorecard/business-clock.sql?raw';
import costEach from '../scorecard/cost-each.sql?raw';
import costs from '../scorecard/costs.sql?raw';
import followed from '../scorecard/followed.sql?raw';
import outcomes from '../scorecard/outcomes.sql?raw';
import refundEach from '../scorecard/refund-each.sql?raw';
import refunds from '../scorecard/refunds.sql?raw';
import resolution from '../scorecard/resolution.sql?raw';
import reviewEach from '../scorecard/review-each.sql?raw';
import reviews from '../scorecard/reviews.sql?raw';
import survival from '../scorecard/survival.sql?raw';
import timed from '../scorecard/timed.sql?raw';
import waited from '../scorecard/waited.sql?raw';
import waitsBusiness from '../scorecard/waits-business.sql?raw';
import waits from '../scorecard/waits.sql?raw';
import { CATALOGUE, GROUPS, type Definition } from './catalogue';

export interface Documented extends Definition {
	sql: { file: string; text: string };
}

const REVIEWS: [file: string, text: string] = ['review-each.sql and reviews.sql', reviewEach + reviews];

const STATEMENTS: Partial<Record<MetricName, [file: string, text: string]>> = {
	recontact_72h_estimate: ['followed.sql and survival.sql', followed + survival],
	escalation_latency: ['waited.sql and waits.sql', waited + waits],
	escalation_latency_business_hours: [
		'waited.sql, business-clock.sql and waits-business.sql',
		waited + businessClock + waitsBusiness
	],
	refund_error_rate: ['refund-each.sql and refunds.sql', refundEach + refunds],
	refund_error_money: ['refund-each.sql and refunds.sql', refundEach + refunds],
	refund_approval: ['refund-each.sql and refunds.sql', refundEach + refunds],
	time_to_resolution: ['timed.sql and resolution.sql', timed + resolution],
	cost_per_contact: ['cost-each.sql and costs.sql', costEach + costs],
	cost_per_durable_resolution: ['cost-each.sql and costs.sql', costEach + costs],
	review_defect_rate: REVIEWS,
	not_solved_by_review: REVIEWS,
	review_score: REVIEWS
};

/** Columns of outcomes.sql that are not called as their metric. */
const COLUMN: Partial<Record<MetricName, string>> = {
	csat_mean: 'csat_score',
	recontact_24h: 'counted_recontact_24h',
	recontact_48h: 'counted_recontact_48h',
	recontact_72h: 'counted_recontact_72h',
	recontact_24_72h: 'counted_recontact_24_72h',
	handoff_completeness: 'handoff_parts'
};

export const TITLES: Record<(typeof GROUPS)[number], string> = {
	satisfaction: 'Satisfaction',
	resolution: 'Resolution',
	automation: 'Automation',
	people: 'Reaching a person',
	money: 'Money',
	complaints: 'Complaints',
	review: 'What reviewers found'
};

export function documented(): Documented[] {
	return GROUPS.flatMap((group) => METRICS.filter((name) => CATALOGUE[name].group === group)).map((name) => {
		const whole = STATEMENTS[name];
		if (whole) return { ...CATALOGUE[name], sql: { file: whole[0], text: whole[1].trim() } };
		return { ...CATALOGUE[name], sql: { file: 'outcomes.sql', text: expressionOf(COLUMN[name] ?? name) } };
	});
}

/** The expression of one column of outcomes.sql. */
function expressionOf(column: string): string {
	const body = outcomes.slice(outcomes.indexOf('), outcomes AS ('));
	const found = body
		.split(/,\n\t\t(?=CASE\s)/)
		.map((part) => part.trim())
		.find((part) => new RegExp(` AS ${column}(\\n|$)`).test(part));
	if (!found) throw new Error(`outcomes.sql has no column ${column}`);
	return found.slice(0, found.indexOf(` AS ${column}`) + ` AS ${column}`.length).replaceAll('\n\t\t', '\n');
}

export function metricsMarkdown(): string {
	const lines = [
		'# Metrics',
		'',
		'Written from the catalogue that the program counts by (`queries/metrics/catalogue.ts`); a test keeps it true.',
		'Every figure carries what was counted, a 95 % interval, the outcomes that can still change, and a status:',
		'`measured`, `thin` (fewer than 30), `immature` (outcomes can still change) or `absent` (nothing can be known, with the reason). Missing is never zero.'
	];
	for (const group of GROUPS) {
		lines.push('', `## ${TITLES[group]}`);
		for (const one of documented().filter((metric) => metric.group === group)) {
			lines.push(
				'',
				`### ${one.title}`,
				'',
				`\`${one.name}@${one.version}\` – ${one.question}`,
				'',
				`- **Numerator**: ${one.numerator}`,
				`- **Denominator**: ${one.denominator}`,
				`- **Clock**: ${one.clock}`,
				`- **Matures**: ${one.maturity}`,
				`- **Left out**: ${one.exclusions}`,
				`- **Example**: ${one.example}`,
				...one.former.map(
					({ version, until, changed }) => `- **Version ${version}**, until ${until}: ${changed}`
				),
				'',
				'```sql',
				`-- queries/scorecard/${one.sql.file}`,
				one.sql.text,
				'```'
			);
		}
	}
	return `${lines.join('\n')}\n`;
}
