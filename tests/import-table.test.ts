/**
 * The import table of docs/architecture.md as a test: data flows one way, and folders follow it.
 * Reads every .ts and .svelte file of the rooms with TypeScript's own scanner. Tests are exempt.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { globSync } from 'tinyglobby';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const ROOMS = ['fixtures', 'ingest', 'warehouse', 'queries', 'stoploss', 'review', 'app', 'bench'] as const;
type Room = (typeof ROOMS)[number];

/** Rooms that a room may import from, beside itself. */
const MAY_IMPORT: Record<Room, readonly Room[]> = {
	fixtures: [],
	ingest: ['warehouse'],
	warehouse: [],
	queries: ['warehouse'],
	stoploss: ['warehouse'],
	review: ['queries', 'warehouse'],
	app: ['warehouse', 'ingest', 'queries', 'stoploss', 'review'],
	bench: ['fixtures', 'warehouse', 'ingest', 'queries', 'stoploss', 'review']
};

interface Import {
	specifier: string;
	typeOnly: boolean;
}

interface SourceFile {
	path: string;
	room: Room;
	imports: Import[];
}

function importsOf(path: string, text: string): Import[] {
	const code = path.endsWith('.svelte')
		? [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map((match) => match[1] ?? '').join('\n')
		: text;
	const found: Import[] = [];
	const add = (node: ts.Node | undefined, typeOnly: boolean) => {
		if (node && ts.isStringLiteralLike(node)) found.push({ specifier: node.text, typeOnly });
	};
	const visit = (node: ts.Node): void => {
		if (ts.isImportDeclaration(node)) {
			const clause = node.importClause;
			const named = clause?.namedBindings;
			const everyNameIsType =
				!clause?.name && !!named && ts.isNamedImports(named) && named.elements.length > 0
					? named.elements.every((element) => element.isTypeOnly)
					: false;
			add(node.moduleSpecifier, clause?.phaseModifier === ts.SyntaxKind.TypeKeyword || everyNameIsType);
		} else if (ts.isExportDeclaration(node)) {
			add(node.moduleSpecifier, node.isTypeOnly);
		} else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
			add(node.argument.literal, true);
		} else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
			add(node.arguments[0], false);
		}
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile(path, code, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS));
	return found;
}

/** Path from the root of what is imported, or null for a package. */
function target(file: string, specifier: string): string | null {
	const bare = specifier.replace(/\?.*$/, '');
	if (bare.startsWith('.')) return relative(root, resolve(root, dirname(file), bare)).replaceAll('\\', '/');
	if (bare.startsWith('#')) return bare.slice(1);
	if (bare.startsWith('$lib/')) return `app/${bare.slice(1)}`;
	return null;
}

const roomOf = (path: string): Room | undefined => ROOMS.find((room) => path.startsWith(`${room}/`));

const files: SourceFile[] = globSync(['**/*.{ts,svelte}'], {
	cwd: root,
	ignore: ['node_modules', 'build', '.svelte-kit', '**/*.test.ts', '**/tests/**']
}).flatMap((path) => {
	const room = roomOf(path);
	return room ? [{ path, room, imports: importsOf(path, readFileSync(join(root, path), 'utf8')) }] : [];
});

/** Why this import is against the table, or null. */
function objection(file: SourceFile, { specifier, typeOnly }: Import): string | null {
	const { path, room } = file;
	if (/^@duckdb\//.test(specifier) && room !== 'warehouse' && room !== 'bench')
		return 'only warehouse/ may open DuckDB';
	if (/^(node:)?fs(\/|$)/.test(specifier)) {
		const mayTouchDisk = path.endsWith('.server.ts') || path.startsWith('app/cli/') || room === 'bench';
		return mayTouchDisk
			? null
			: 'only *.server.ts, the command line, tests and benchmarks may touch the disk';
	}
	const imported = target(path, specifier);
	const from = imported && roomOf(`${imported}/`);
	if (!imported || !from || from === room) return null;
	// The words are spelled once, and everybody may say them; YAML is read in one way only.
	if (/^warehouse\/(vocabulary|yaml)(\.ts)?$/.test(imported)) return null;
	if (room === 'fixtures') {
		return typeOnly && /^ingest\/canonical(\.ts)?$/.test(imported)
			? null
			: 'fixtures may import only the canonical types';
	}
	if (from === 'fixtures') {
		const mayPlay = path === 'app/cli/demo.ts' || room === 'bench';
		return mayPlay ? null : 'only tests, benchmarks and the demo may import fixtures';
	}
	if (room === 'stoploss' && from === 'queries')
		return typeOnly ? null : 'stoploss may import only types of queries';
	if (room === 'stoploss' && from === 'warehouse') {
		return typeOnly || path.endsWith('.server.ts') ? null : 'only the ledger writes through the warehouse';
	}
	return MAY_IMPORT[room].includes(from) ? null : `${room} may not import ${from}`;
}

describe('import table', () => {
	it('finds files to look at', () => {
		expect(files.length).toBeGreaterThan(5);
	});

	it('is kept by every file', () => {
		const objections = files.flatMap((file) =>
			file.imports.flatMap((one) => {
				const reason = objection(file, one);
				return reason ? [`${file.path} imports ${one.specifier}: ${reason}`] : [];
			})
		);
		expect(objections).toEqual([]);
	});

	it.each([
		['queries/x.ts', `import { a } from '../stoploss/policy';`],
		['stoploss/evaluate.ts', `import { wilson } from '../queries/statistics/wilson';`],
		['stoploss/evaluate.ts', `import { openWarehouse } from '../warehouse/warehouse.server';`],
		['fixtures/x.ts', `import { conversationSchema } from '../ingest/canonical';`],
		['app/api/x.server.ts', `import { writeStory } from '#fixtures/story/story.server';`],
		['ingest/x.ts', `import { DuckDBInstance } from '@duckdb/node-api';`],
		['ingest/x.ts', `const fs = await import('node:fs');`],
		['warehouse/x.ts', `export { a } from '../ingest/canonical';`]
	])('objects in %s to %s', (path, code) => {
		const file: SourceFile = { path, room: roomOf(path)!, imports: importsOf(path, code) };
		expect(file.imports.map((one) => objection(file, one)).filter(Boolean)).toHaveLength(1);
	});

	it.each([
		['stoploss/evaluate.ts', `import type { Measurement } from '../queries/measurement';`],
		['fixtures/x.ts', `import { PATHS } from '../warehouse/vocabulary';`],
		['fixtures/x.ts', `import { type ConversationRecord } from '../ingest/canonical';`],
		['app/routes/+page.server.ts', `import { scorecard } from '#queries/queries.server';`]
	])('accepts in %s %s', (path, code) => {
		const file: SourceFile = { path, room: roomOf(path)!, imports: importsOf(path, code) };
		expect(file.imports.map((one) => objection(file, one)).filter(Boolean)).toEqual([]);
	});
});
