/**
 * Reads YAML against a schema. Pure. Every problem names its line and a remedy; refuses a text with any problem.
 * Further rules of a document are a list, one function each, run once its shape is right.
 */
import { LineCounter, isNode, parseDocument, visit, type Document } from 'yaml';
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

/** A text that is YAML and means something. */
export interface YamlDocument {
	value: unknown;
	/** What stands at a path as it was written. */
	get(path: readonly PropertyKey[]): unknown;
	/** Where a path stands, or the nearest above it that does. */
	place(path: readonly PropertyKey[]): { line: number; column: number };
}

export function readDocument(
	text: string
): { document: YamlDocument; problems: [] } | { document: null; problems: Problem[] } {
	if (isTooDeep(text))
		return refused([
			{ line: 1, column: 1, message: 'The file is nested too deeply', remedy: 'Write it flatter.' }
		]);
	const counter = new LineCounter();
	const document = parseDocument(text, { lineCounter: counter });
	const at = (offset: number) => {
		const { line, col: column } = counter.linePos(offset);
		return { line, column };
	};
	if (document.errors.length > 0)
		return refused(
			document.errors.map((error) => ({
				...at(error.pos[0]),
				message: error.message.split('\n')[0] ?? error.message,
				remedy: 'Correct the YAML at this line: check its indentation, quotes and colons.'
			}))
		);
	const given = valueOf(document);
	if ('offset' in given) {
		const { offset, message } = given;
		return refused([{ ...at(offset), message, remedy: 'Write the value out instead.' }]);
	}
	return {
		document: {
			value: given.value,
			get: (path) => document.getIn(path),
			place(path) {
				for (let length = path.length; length > 0; length--) {
					const node = document.getIn(path.slice(0, length), true);
					const offset = isNode(node) ? node.range?.[0] : undefined;
					if (offset !== undefined) return at(offset);
				}
				return { line: 1, column: 1 };
			}
		},
		problems: []
	};
}

const refused = (problems: readonly Omit<Problem, 'path'>[]) => ({
	document: null,
	problems: problems.map((one) => ({ ...one, path: '' }))
});

export function readYaml<Schema extends z.ZodType>(
	text: string,
	schema: Schema,
	rules: readonly Rule<z.infer<Schema>>[]
): Read<z.infer<Schema>> {
	const { document, problems: unreadable } = readDocument(text);
	if (document === null) return { value: null, problems: unreadable };
	const located = ({ path, message, remedy }: Objection): Problem => ({
		...document.place(path),
		path: path.map(String).join('.'),
		message,
		remedy
	});
	const parsed = schema.safeParse(document.value);
	if (!parsed.success) return { value: null, problems: parsed.error.issues.flatMap(objections).map(located) };
	const problems = rules.flatMap((rule) => rule(parsed.data)).map(located);
	return problems.length > 0 ? { value: null, problems } : { value: parsed.data, problems: [] };
}

const DEEPEST = 100;

/** The parser goes down level by level, and dies with the whole process where its stack ends. */
function isTooDeep(text: string): boolean {
	let depth = 0;
	for (const sign of text.match(/[[\]{}]/g) ?? []) {
		depth = Math.max(0, depth + (sign === '[' || sign === '{' ? 1 : -1));
		if (depth > DEEPEST) return true;
	}
	// Two signs a level at least: an indentation, or a mark and a space.
	return (text.match(/^[ ?:-]*/gm) ?? []).some((start) => start.length > 2 * DEEPEST);
}

/** What the document says; or where an alias leads nowhere, to itself, or to more than anybody writes. */
function valueOf(document: Document.Parsed): { value: unknown } | { offset: number; message: string } {
	try {
		const value: unknown = document.toJS();
		// Throws for what contains itself.
		JSON.stringify(value);
		return { value };
	} catch (cause) {
		const aliases: { offset: number; name: string; lost: boolean }[] = [];
		visit(document, {
			Alias: (_, alias) =>
				void aliases.push({
					offset: alias.range?.[0] ?? 0,
					name: alias.source,
					lost: alias.resolve(document) === undefined
				})
		});
		const { offset, name, lost } = aliases.find((one) => one.lost) ?? aliases[0]!;
		if (lost) return { offset, message: `No anchor &${name} stands before *${name}` };
		return cause instanceof ReferenceError
			? { offset, message: `The aliases, such as *${name}, stand for too much` }
			: { offset, message: `What *${name} stands for contains itself` };
	}
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
