/**
 * docs/openapi.json is what the API serves, is an OpenAPI document, and describes what the API really answers.
 * Write it anew with: npx vitest run app/api/openapi.test.ts -u
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from '@hono/zod-openapi';
import { tableFromIPC } from 'apache-arrow';
import { format, resolveConfig } from 'prettier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { warehouse } from '../lib/server/plimsoll.server';
import { createApi, openApiDocument } from './api.server';

interface Operation {
	operationId?: string;
	parameters?: { name: string; in: string; schema: unknown }[];
	responses: Record<string, { description?: string; content?: Record<string, { schema: object }> }>;
}

const document = JSON.parse(JSON.stringify(openApiDocument())) as {
	openapi: string;
	paths: Record<string, Record<string, Operation>>;
	components: { schemas: Record<string, object> };
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
	Object.entries(methods).map(([method, operation]) => ({ path, method, operation }))
);

describe('docs/openapi.json', () => {
	it('is current', async () => {
		const file = join(import.meta.dirname, '../../docs/openapi.json');
		const text = await format(JSON.stringify(document), { ...(await resolveConfig(file)), filepath: file });
		await expect(text).toMatchFileSnapshot(file);
	});

	it('is whole: every reference leads somewhere, every operation has a name of its own and its answers', () => {
		expect(document.openapi).toBe('3.1.0');
		const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to!);
		expect(references.length).toBeGreaterThan(5);
		for (const to of references) {
			const found = to
				.replace(/^#\//, '')
				.split('/')
				.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], document);
			expect(found, to).toBeTypeOf('object');
		}
		const names = operations.map(({ operation }) => operation.operationId);
		expect(new Set(names).size).toBe(operations.length);
		for (const { path, operation } of operations) {
			expect(operation.operationId, path).toMatch(/^\w+$/);
			for (const [status, { description }] of Object.entries(operation.responses)) {
				expect(status).toMatch(/^[2-5]\d\d$/);
				expect(description, `${path} ${status}`).toBeTruthy();
			}
			for (const { name, in: place, schema } of operation.parameters ?? [])
				expect({ place, schema: typeof schema }, name).toEqual({
					place: path.includes(`{${name}}`) ? 'path' : name === 'idempotency-key' ? 'header' : 'query',
					schema: 'object'
				});
		}
	});
});

/** The documented schema of an answer, as a check. */
function documented(path: string, method: string, status: number) {
	const answer = document.paths[path]?.[method]?.responses[status]?.content?.['application/json'];
	if (!answer) throw new Error(`${method} ${path} does not document ${status}`);
	const closed = JSON.parse(
		JSON.stringify({ ...answer.schema, $defs: document.components.schemas }).replaceAll(
			'#/components/schemas/',
			'#/$defs/'
		)
	) as Record<string, unknown>;
	return z.fromJSONSchema(strict(closed) as never);
}

/** An object with named fields has no others: an answer may not say more than is documented. */
function strict(node: unknown): unknown {
	if (Array.isArray(node)) return node.map(strict);
	if (node === null || typeof node !== 'object') return node;
	const entries = Object.entries(node).map(([key, value]) => [key, strict(value)]);
	const copy = Object.fromEntries(entries) as Record<string, unknown>;
	if (copy['type'] === 'object' && copy['properties'] && copy['additionalProperties'] === undefined)
		copy['additionalProperties'] = false;
	return copy;
}

describe('what the API answers is what is documented', () => {
	let folder: string;
	const api = createApi();
	const ask = (path: string, init?: RequestInit) => api.request(path, init);

	const records = Array.from({ length: 60 }, (_, index) => {
		const at = (minutes: number) => new Date(Date.UTC(2026, 2, 2, 9, index) + minutes * 60_000).toISOString();
		return {
			id: `c-${index}`,
			customer_id: `k-${index}`,
			started_at: at(0),
			ended_at: at(9),
			resolved_at: at(9),
			intent: index % 2 ? 'order_status' : 'refund_exception',
			market: index % 3 ? 'SE' : 'DE',
			messages: [
				{ at: at(0), role: 'customer', text: 'Hello' },
				{ at: at(1), role: 'bot', text: 'Hello' }
			],
			rating: { score: index % 5 ? 5 : 1, scale: 5, answered_at: at(10) }
		};
	});
	// Two weeks on, so that the ratings above are ripe.
	const late = {
		id: 'late',
		customer_id: 'late',
		started_at: '2026-03-20T09:00:00Z',
		messages: [{ role: 'customer', text: 'Hello' }]
	};

	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), 'plimsoll-api-'));
		process.env['PLIMSOLL_DB'] = join(folder, 'api.duckdb');
	});
	afterAll(async () => {
		await (await warehouse()).close();
		delete process.env['PLIMSOLL_DB'];
		rmSync(folder, { recursive: true, force: true });
	});

	it('before there is anything', async () => {
		const health = await ask('/api/health');
		expect(documented('/api/health', 'get', 200).parse(await health.json())).toEqual({
			ok: true,
			watermark: null
		});
		const none = await ask('/api/scorecard');
		expect(none.status).toBe(404);
		documented('/api/scorecard', 'get', 404).parse(await none.json());
		expect(await (await ask('/api/verdicts')).json()).toEqual([]);
	});

	it('judges the rules after an ingest', async () => {
		const lines = [...records, late, { id: '' }];
		const body = lines.map((record) => JSON.stringify(record)).join('\n');
		const answer = await ask('/api/ingest?file=week.ndjson', { method: 'POST', body });
		const report = documented('/api/ingest', 'post', 200).parse(await answer.json());
		expect(report).toMatchObject({ read: 62, accepted: 61, quarantined: 1 });
		const verdicts = (await (await ask('/api/verdicts')).json()) as { rule: string; finding: string }[];
		documented('/api/verdicts', 'get', 200).parse(verdicts);
		expect(verdicts.map(({ rule }) => rule)).toContain('tier_b_csat_change');
	});

	it('judges another time without recording it', async () => {
		const before = await (await ask('/api/verdicts')).json();
		const answer = await ask('/api/verdicts?as_of=2026-03-12T01:00:00%2B01:00');
		const verdicts = (await answer.json()) as { asOf: string }[];
		documented('/api/verdicts', 'get', 200).parse(verdicts);
		expect(new Set(verdicts.map(({ asOf }) => asOf))).toEqual(new Set(['2026-03-12T00:00:00.000Z']));
		expect(await (await ask('/api/verdicts')).json()).toEqual(before);
		const wrong = await ask('/api/verdicts?as_of=yesterday');
		expect(wrong.status).toBe(400);
		documented('/api/verdicts', 'get', 400).parse(await wrong.json());
	});

	it('narrows the scorecard by filters that repeat, in every format alike', async () => {
		const containment = async (query: string) => {
			const answer = await ask(`/api/scorecard?week=2026-W10&by=&${query}`);
			const measurements = documented('/api/scorecard', 'get', 200).parse(await answer.json()) as {
				metric: string;
				evidence: { denominator: number };
			}[];
			return measurements.find(({ metric }) => metric === 'containment')!.evidence.denominator;
		};
		expect(await containment('')).toBe(60);
		expect(await containment('market=SE')).toBe(40);
		expect(await containment('market=SE&market=DE')).toBe(60);
		expect(await containment('market=SE&intent=order_status&tier=A')).toBe(20);
		const wrong = await ask('/api/scorecard?tier=Z');
		expect(wrong.status).toBe(400);
		expect(await wrong.json()).toMatchObject({ error: expect.stringContaining('tier') });

		const query = '/api/scorecard?week=2026-W10&by=intent&market=SE';
		const csv = (await (await ask(`${query}&format=csv`)).text()).split('\n');
		const arrow = tableFromIPC(await (await ask(`${query}&format=arrow`)).arrayBuffer());
		const json = (await (await ask(query)).json()) as { value: number | null }[];
		expect(csv).toHaveLength(json.length + 1);
		expect(arrow.getChild('value')!.toArray().length).toBe(json.length);
		expect([...arrow.getChild('value')!]).toEqual(json.map(({ value }) => value));
	});

	it('holds two sides against each other, in every format alike', async () => {
		const sides = '/api/compare?week=2026-W10&market=SE&against=2026-W10&against_market=DE';
		const answer = await ask(sides);
		const found = documented('/api/compare', 'get', 200).parse(await answer.json()) as {
			relation: string;
			metrics: {
				metric: string;
				first: Counted;
				second: Counted;
				difference: number | null;
				untold: string;
			}[];
		};
		type Counted = { evidence: { denominator: number } };
		expect(found.relation).toBe('apart');
		const containment = found.metrics.find(({ metric }) => metric === 'containment')!;
		expect([containment.first.evidence.denominator, containment.second.evidence.denominator]).toEqual([
			40, 20
		]);
		expect(containment).toMatchObject({ difference: 0, untold: 'chance' });
		const csv = (await (await ask(`${sides}&format=csv`)).text()).split('\n');
		expect(csv).toHaveLength(found.metrics.length + 1);
		expect(csv.find((line) => line.startsWith('containment,'))).toContain(',market=SE,1,');
		const markdown = await (await ask(`${sides}&format=md`)).text();
		expect(markdown).toContain('**Week 10, 2026: market SE, against Week 10, 2026: market DE**');
		expect(markdown.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(
			found.metrics.length + 2
		);
		expect(await (await ask('/api/compare?week=2026-W10&against=2026-W10&tier=A')).json()).toMatchObject({
			relation: 'shared'
		});
		for (const [query, says] of [
			['week=2026-W10&against=baseline', 'There is no baseline yet.'],
			['week=W10&against=2026-W10', 'Not weeks: W10.'],
			['week=2026-W10&against=2026-W60', '2026 has no week 60.'],
			['week=2026-W11..2026-W10&against=2026-W10', 'runs backwards'],
			['week=2026-W10&against=2026-W10&against_market=FR', 'market "FR"'],
			['week=2026-W30&against=2026-W10', 'has not begun']
		]) {
			const wrong = await ask(`/api/compare?${query}`);
			expect([wrong.status, JSON.stringify(await wrong.json())]).toEqual([
				400,
				expect.stringContaining(JSON.stringify(says).slice(1, -1))
			]);
		}
	});

	it('tells what happened beside the numbers', async () => {
		const answer = await ask('/api/annotations?metric=cost_per_contact');
		const found = documented('/api/annotations', 'get', 200).parse(await answer.json());
		expect(found).toEqual(
			expect.arrayContaining([
				expect.objectContaining({ kind: 'definition', href: '/definitions#cost_per_contact' })
			])
		);
		expect((await ask('/api/annotations?metric=nonsense')).status).toBe(400);
	});
});
