/**
 * Reads YAML against a schema. Pure. Every problem names its line and a remedy; refuses a text with any problem.
 * Further rules of a document are a list, one function each, run once its shape is right.
 */
import { LineCounter, isNode, parseDocument } from 'yaml';
import type { z } from 'zod';

export interface Problem {
	line: number;
	column: number;
	path: string;
	message: string;
	remedy: string;
}

export interface Objection {
	path: PropertyKey[];
	message: string;
	remedy: string;
}

export type Rule<Value> = (value: Value) => Objection[];
export type Read<Value> = { value: Value; problems: [] } | { value: null; problems: Problem[] };

export function readYaml<Schema extends z.ZodType>(
	text: string,
	schema: Schema,
	rules: readonly Rule<z.infer<Schema>>[]
): Read<z.infer<Schema>> {
	const counter = new LineCounter();
	const document = parseDocument(text, { lineCounter: counter });
	if (document.errors.length > 0) {
		const problems = document.errors.map((error) => {
			const { line, col } = counter.linePos(error.pos[0]);
			return {
				line,
				column: col,
				path: '',
				message: error.message.split('\n')[0] ?? error.message,
				remedy: 'Correct the YAML at this line: check its indentation, quotes and colons.'
			};
		});
		return { value: null, problems };
	}
	const located = ({ path, message, remedy }: Objection): Problem => {
		const place = { line: 1, col: 1 };
		for (let length = path.length; length > 0; length--) {
			const node = document.getIn(path.slice(0, length), true);
			const offset = isNode(node) ? node.range?.[0] : undefined;
			if (offset === undefined) continue;
			Object.assign(place, counter.linePos(offset));
			break;
		}
		return { line: place.line, column: place.col, path: path.map(String).join('.'), message, remedy };
	};
	const parsed = schema.safeParse(document.toJS());
	if (!parsed.success) return { value: null, problems: parsed.error.issues.flatMap(objections).map(located) };
	const problems = rules.flatMap((rule) => rule(parsed.data)).map(located);
	return problems.length > 0 ? { value: null, problems } : { value: parsed.data, problems: [] };
}

function objections(issue: z.core.$ZodIssue): Objection[] {
	if (issue.code === 'unrecognized_keys')
		return issue.keys.map((key) => ({
			path: [...issue.path, key],
			message: `Unknown key ${key}`,
			remedy: `Remove ${key}, or correct its spelling.`
		}));
	const name = issue.path.map(String).join('.') || 'the file';
	if (issue.code === 'invalid_value')
		return [
			{
				path: issue.path,
				message: `${name} has an unknown value`,
				remedy: `Use one of ${issue.values.map(String).join(', ')}.`
			}
		];
	return [{ path: issue.path, message: issue.message, remedy: `Give ${name} a valid value.` }];
}

/** Objects to a name that stands twice. */
export function repeated(names: readonly { name: string; path: PropertyKey[] }[], what: string): Objection[] {
	const seen = new Set<string>();
	return names.flatMap(({ name, path }) => {
		if (!seen.has(name)) {
			seen.add(name);
			return [];
		}
		return [
			{ path, message: `${what} ${name} stands twice`, remedy: `Give each ${what} a name of its own.` }
		];
	});
}
