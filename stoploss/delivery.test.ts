/**
 * Delivery over a real database to a real HTTP server that takes, fails, dawdles, refuses for good and is not there.
 * The server that is killed half-way is in tests/alerts-server.test.ts.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DailyCohort } from '../queries/measurement';
import { openWarehouse, type Warehouse } from '../warehouse/warehouse.server';
import { askAlert, standingAlerts, watchAlerts } from './alert-ledger.server';
import { listAttempts } from './delivery-ledger.server';
import { deliver, receiverStates } from './delivery.server';
import { parsePolicy, type Policy } from './policy';
import { dayNumber, dayOf } from './series';

const shipped = readFileSync(new URL('../plimsoll.yaml', import.meta.url), 'utf8');
const START = dayNumber('2025-03-03');
/** 200 resolved contacts a day; 12 % come back, and 24 % from day 60 until `end`. */
const cohorts = (days: number, end = 90): DailyCohort[] =>
	Array.from({ length: days }, (_, day) => ({
		day: dayOf(START + day),
		intent: 'refund_exception',
		n: 200,
		x: day >= 60 && day < end ? 48 : 24
	}));
const known = (day: number) => `${dayOf(START + day + 4)}T00:00:00Z`;
const SECRET = 'a secret of ops';

interface Post {
	body: string;
	headers: IncomingHttpHeaders;
	url: string;
}
interface Told {
	kind: string;
	rule: string;
	alert_key: string;
	delivery_key: string;
	title: string;
	evidence: { n: number; observed: number; interval: { low: number } } | null;
}
const toldIn = ({ body }: Post) => (JSON.parse(body) as { messages: Told[] }).messages;

let folder: string;
let warehouse: Warehouse;
let server: Server;
let port: number;
let posts: Post[];
/** What the receiver does with the next request; it takes it where nothing is said. */
let answers: ((response: ServerResponse) => void)[];
const status =
	(code: number, headers = {}) =>
	(response: ServerResponse) =>
		void response.writeHead(code, headers).end();
const silence = () => undefined;

function listen(on: number): Promise<Server> {
	const made = createServer((request, response) => {
		let body = '';
		request.on('data', (chunk) => (body += chunk));
		request.on('end', () => {
			posts.push({ body, headers: request.headers, url: request.url ?? '' });
			(answers.shift() ?? status(204))(response);
		});
	});
	return new Promise((done) => made.listen(on, '127.0.0.1', () => done(made)));
}

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), 'plimsoll-delivery-'));
	warehouse = await openWarehouse(join(folder, 'alerts.duckdb'));
	posts = [];
	answers = [];
	server = await listen(0);
	port = (server.address() as AddressInfo).port;
	now = Date.parse('2026-06-01T08:00:00Z');
});
afterEach(async () => {
	server.closeAllConnections();
	server.close();
	await warehouse.close();
});

const RULES = [
	'{ name: recontact, metric: recontact_72h, slice: { tier: B }, kind: change, rise_percent: 20, no_data: show, owner: lead }',
	'{ name: longer, metric: recontact_72h, slice: { tier: B }, kind: change, rise_percent: 15, no_data: show, owner: lead }'
];
const ops = (extra = '') => `{ name: ops, url: 'http://127.0.0.1:${port}/hook', secret_env: OPS${extra} }`;
const policyWith = (receiver: string, rules = RULES): Policy => {
	const text = `stop_loss:\n  receivers: [${receiver}]\n  rules:\n${rules.map((one) => `    - ${one}\n`).join('')}`;
	const { policy, problems } = parsePolicy(shipped.replace(/stop_loss:[\s\S]*$/, text));
	expect(problems).toEqual([]);
	return policy!;
};
let now: number;
const later = (seconds: number) => (now += seconds * 1000);
const run = (policy: Policy, timeoutMs = 2000) =>
	deliver(warehouse, {
		policy,
		linkOf: (key) => `http://plimsoll/alerts/${key}`,
		environment: { OPS: SECRET },
		now: () => new Date(now),
		timeoutMs
	});
const watch = (policy: Policy, day: number, rows = cohorts(day + 1)) =>
	watchAlerts(warehouse, policy, { recontact: rows, longer: rows }, known(day), 'p1');
const outcomes = async () => (await listAttempts(warehouse)).map(({ outcome }) => outcome);

describe('a receiver', () => {
	test('hears of two rules of one tier and week in one signed parcel, once', async () => {
		const policy = policyWith(ops());
		await watch(policy, 69);
		expect(await run(policy)).toBeNull();
		await run(policy);
		expect(posts).toHaveLength(1);
		const [post] = posts;
		expect(toldIn(post!).map(({ kind, rule }) => [kind, rule])).toEqual([
			['firing', 'recontact'],
			['firing', 'longer']
		]);
		expect(toldIn(post!)[0]!.evidence).toMatchObject({ n: expect.any(Number), observed: expect.any(Number) });
		expect(toldIn(post!)[0]!.evidence!.interval.low).toBeGreaterThan(0);
		// The example of the documentation, as it stands there, checks the signature.
		const verify = await documentedCheck();
		const given = (headers: IncomingHttpHeaders, body: string) => ({ headers, body, secret: SECRET, now });
		expect(verify(given(post!.headers, post!.body))).toBe(true);
		expect(verify(given(post!.headers, `${post!.body} `))).toBe(false);
		expect(verify({ ...given(post!.headers, post!.body), secret: 'another' })).toBe(false);
		expect(verify({ ...given(post!.headers, post!.body), now: now + 3_600_000 })).toBe(false);
		expect(verify(given({ ...post!.headers, 'plimsoll-signature': 'sha256=00' }, post!.body))).toBe(false);
	});

	test('that is down hears everything once it is back, and nothing of what was over by then', async () => {
		const policy = policyWith(ops(), RULES.slice(0, 1));
		server.closeAllConnections();
		await new Promise((done) => server.close(done));
		await watch(policy, 69);
		const next = await run(policy);
		expect(Date.parse(next!) - now).toBeGreaterThan(0);
		expect(Date.parse(next!) - now).toBeLessThanOrEqual(1000);
		expect(await outcomes()).toEqual(['sending', 'failed']);
		server = await listen(port);
		later(2);
		await run(policy);
		expect(posts.flatMap(toldIn).map(({ kind }) => kind)).toEqual(['firing']);
		await watch(policy, 129, cohorts(130));
		later(3600);
		await run(policy);
		expect(posts.flatMap(toldIn).at(-1)!.kind).toBe('resolved');
		const before = posts.length;
		await run(policy);
		expect(posts).toHaveLength(before);
	});

	test('that was down while it opened and closed hears nothing', async () => {
		const policy = policyWith(ops(), RULES.slice(0, 1));
		server.closeAllConnections();
		await new Promise((done) => server.close(done));
		await watch(policy, 69);
		await run(policy);
		await watch(policy, 129, cohorts(130));
		server = await listen(port);
		later(3600);
		expect(await run(policy)).toBeNull();
		expect(posts).toEqual([]);
	});

	test('that fails is asked again under the same key, and 409 says it had it', async () => {
		const policy = policyWith(ops());
		await watch(policy, 69);
		answers = [status(500), status(503), status(409)];
		for (let tries = 0; tries < 4; tries++) {
			await run(policy);
			later(10);
		}
		expect(new Set(posts.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
		expect(new Set(posts.map(({ body }) => body)).size).toBe(1);
		expect(posts).toHaveLength(3);
		expect((await outcomes()).at(-1)).toBe('delivered');
	});

	test('that is slow holds up nobody else and is repeated, for it may have heard', async () => {
		const quick = await listen(0);
		const other = (quick.address() as AddressInfo).port;
		const policy = policyWith(
			`${ops()}, { name: quick, url: 'http://127.0.0.1:${other}/quick', secret_env: OPS }`,
			RULES.slice(0, 1)
		);
		await watch(policy, 69);
		answers = [silence, silence];
		await Promise.all([run(policy, 300)]);
		expect(posts.map(({ url }) => url).sort()).toEqual(['/hook', '/quick']);
		const unclear = (await listAttempts(warehouse)).filter(({ outcome }) => outcome === 'unclear');
		expect(unclear.map(({ detail }) => detail)).toEqual(['no answer within 0.3 s', 'no answer within 0.3 s']);
		// It closes meanwhile: what may have been heard is said, and then its end.
		await watch(policy, 129, cohorts(130));
		later(60);
		await run(policy);
		const hook = posts.filter(({ url }) => url === '/hook').flatMap(toldIn);
		expect(hook.map(({ kind }) => kind)).toEqual(['firing', 'firing', 'resolved']);
		expect(hook[1]!.delivery_key).toBe(hook[0]!.delivery_key);
		quick.closeAllConnections();
		quick.close();
	});

	test('that answers 410 is left alone, and the page is told, until its address changes', async () => {
		const policy = policyWith(ops(), RULES.slice(0, 1));
		await watch(policy, 69);
		answers = [status(410)];
		await run(policy);
		later(86_400);
		await run(policy);
		expect(posts).toHaveLength(1);
		const at = new Date(now).toISOString();
		const [state] = await receiverStates(warehouse, policy, at, { OPS: SECRET });
		expect(state).toMatchObject({ waiting: 1, problem: expect.stringMatching(/answered 410/) });
		const moved = policyWith(ops().replace('/hook', '/new'), RULES.slice(0, 1));
		await run(moved);
		expect(posts.map(({ url }) => url)).toEqual(['/hook', '/new']);
		expect(await receiverStates(warehouse, moved, at, { OPS: SECRET })).toMatchObject([
			{ problem: null, waiting: 0 }
		]);
	});

	test('that sends us elsewhere is not followed', async () => {
		const policy = policyWith(ops(), RULES.slice(0, 1));
		await watch(policy, 69);
		answers = [status(307, { location: `http://127.0.0.1:${port}/inside` })];
		await run(policy);
		expect(posts.map(({ url }) => url)).toEqual(['/hook']);
		expect((await listAttempts(warehouse)).at(-1)).toMatchObject({
			outcome: 'failed',
			detail: expect.stringMatching(/redirects/)
		});
	});

	test('that never answers for a day is given up, and that is counted', async () => {
		const policy = policyWith(ops(), RULES.slice(0, 1));
		await watch(policy, 69);
		answers = Array.from({ length: 100 }, () => status(500));
		for (let next: string | null = ''; next !== null;) {
			next = await run(policy);
			if (next) now = Math.max(now, Date.parse(next));
		}
		expect((await outcomes()).at(-1)).toBe('dead');
		expect(now - Date.parse('2026-06-01T08:00:00Z')).toBeGreaterThanOrEqual(24 * 3_600_000);
		expect(posts.length).toBeLessThan(60);
		expect(
			await receiverStates(warehouse, policy, new Date(now).toISOString(), { OPS: SECRET })
		).toMatchObject([{ dead: 1, waiting: 0 }]);
	});

	test('of another tier hears nothing, and one without its secret is named', async () => {
		const policy = policyWith(ops(', tiers: [A]'));
		await watch(policy, 69);
		await run(policy);
		expect(posts).toEqual([]);
		const states = await receiverStates(warehouse, policy, new Date(now).toISOString(), {});
		expect(states[0]!.problem).toMatch(/OPS is not set/);
	});

	test.each([
		[
			'slack',
			(body: { text: string }) => expect(body.text).toMatch(/^\*Firing: .*\n.*worse by [\d.]+ points/)
		],
		[
			'pagerduty-events-v2',
			(body: object) =>
				expect(body).toMatchObject({
					routing_key: SECRET,
					event_action: 'trigger',
					dedup_key: expect.stringMatching(/^[0-9a-f]{32}$/),
					payload: { source: 'plimsoll', severity: 'error' }
				})
		]
	] as const)('may speak %s', async (format, check) => {
		const policy = policyWith(ops(`, format: ${format}`), RULES.slice(0, 1));
		await watch(policy, 69);
		await run(policy);
		check(JSON.parse(posts[0]!.body));
	});
});

test('a silence mutes the firing; when it ends the alert is told at once, and once', async () => {
	const policy = policyWith(ops(), RULES.slice(0, 1));
	const [rule] = policy.stop_loss.rules;
	await watch(policy, 60);
	const [alert] = await standingAlerts(warehouse);
	const until = new Date(now + 3_600_000).toISOString();
	await askAlert(warehouse, rule!, alert!.key, {
		kind: 'silenced',
		at: new Date(now).toISOString(),
		by: 'ops',
		until,
		reason: 'We move the warehouse.'
	});
	await watch(policy, 69);
	expect((await standingAlerts(warehouse))[0]!.alert).toMatchObject({ state: 'firing', told: false });
	await run(policy);
	expect(posts).toEqual([]);
	const tick = () =>
		askAlert(warehouse, rule!, alert!.key, { kind: 'elapsed', at: new Date(now).toISOString() });
	expect(await tick()).toBe('Nothing is due.');
	later(3601);
	expect(await tick()).toBeNull();
	expect(await tick()).toBe('Nothing is due.');
	await run(policy);
	expect(posts.flatMap(toldIn).map(({ kind }) => kind)).toEqual(['firing']);
});

/** The first JavaScript example of docs/receivers.md. */
async function documentedCheck() {
	const text = readFileSync(new URL('../docs/receivers.md', import.meta.url), 'utf8');
	const [, code] = /```js\n([\s\S]*?)```/.exec(text)!;
	const file = join(folder, 'verify.mjs');
	writeFileSync(file, code!);
	const { isFromPlimsoll } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as {
		isFromPlimsoll: (given: {
			headers: IncomingHttpHeaders;
			body: string;
			secret: string;
			now: number;
		}) => boolean;
	};
	return isFromPlimsoll;
}
