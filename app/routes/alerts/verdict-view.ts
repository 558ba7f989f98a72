/**
 * A stored verdict as the page shows it. Pure. Evidence is shown as it was stored, name by name, so that a new kind
 * of evidence appears without a change here; a finding outside the vocabulary reads as `undecided`, never as clear.
 */
import { FINDINGS, type Finding } from '#warehouse/vocabulary';

export interface Recommendation {
	intent: string;
	from: string;
	to: string;
	reason: string | null;
}

export interface VerdictView {
	rule: string;
	sentence: string;
	finding: Finding;
	asOf: string;
	week: string | null;
	reason: string | null;
	evidence: { name: string; value: string }[];
	recommendations: Recommendation[];
}

type Fields = Record<string, unknown>;

export function verdictView(stored: object): VerdictView {
	const verdict = stored as Fields;
	const finding = FINDINGS.find((word) => word === verdict['finding']) ?? 'undecided';
	return {
		rule: textOf(verdict['rule'] ?? verdict['ruleId'] ?? verdict['name']) ?? 'rule',
		sentence: textOf(verdict['sentence']) ?? '',
		finding,
		asOf: textOf(verdict['asOf'] ?? verdict['evaluatedAt'] ?? verdict['day']) ?? '',
		week: textOf(verdict['week']),
		reason: textOf(verdict['reason']),
		evidence: flatten(verdict['evidence']),
		recommendations: listOf((verdict['recommendation'] as Fields | null)?.['intents']).map((one) => ({
			intent: textOf(one['intent']) ?? '(none)',
			from: textOf(one['from']) ?? 'contain',
			to: textOf(one['to']) ?? 'assist',
			reason: textOf(one['reason'])
		}))
	};
}

function textOf(value: unknown): string | null {
	if (value === null || value === undefined || value === '') return null;
	if (value instanceof Date) return value.toISOString();
	return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function parsed(value: unknown): unknown {
	if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
	try {
		return JSON.parse(value) as unknown;
	} catch {
		return value;
	}
}

function listOf(value: unknown): Fields[] {
	const list = parsed(value);
	if (!Array.isArray(list)) return [];
	return list.map((one) => (typeof one === 'string' ? { intent: one } : ((one ?? {}) as Fields)));
}

function flatten(value: unknown, prefix = ''): { name: string; value: string }[] {
	const fields = parsed(value);
	if (fields === null || fields === undefined) return [];
	if (typeof fields !== 'object') return [{ name: prefix || 'evidence', value: String(fields) }];
	return Object.entries(fields).flatMap(([key, inner]) =>
		inner !== null && typeof inner === 'object'
			? flatten(inner, `${prefix}${key} `)
			: [{ name: `${prefix}${key}`, value: textOf(inner) ?? '–' }]
	);
}
