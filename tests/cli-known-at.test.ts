/** A past view, byte for byte, after later data has changed the answer. */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Terminal, build } from './command';

let terminal: Terminal;
beforeAll(() => {
	build();
	terminal = new Terminal();
}, 300_000);
afterAll(() => terminal.close());

const write = (name: string, ...records: object[]) => {
	const file = terminal.path(name);
	writeFileSync(file, records.map((one) => `${JSON.stringify(one)}\n`).join(''));
	return file;
};
const contact = (id: string, startedAt: string, more: object = {}) => ({
	id,
	customer_id: id,
	started_at: startedAt,
	ended_at: startedAt,
	updated_at: startedAt,
	messages: [
		{ role: 'customer', text: 'Hello' },
		{ role: 'bot', text: 'Hello.' }
	],
	...more
});

it('prints what was known then, and leaves out and names what is no contact', () => {
	const db = ['--db', terminal.path('then.duckdb')];
	const card = (...more: string[]) =>
		terminal.run('scorecard', ...db, '--week', '2026-W10', '--format', 'json', ...more);
	const first = write(
		'first.ndjson',
		contact('a', '2026-03-03T10:00:00Z', { rating: { score: 5, answered_at: '2026-03-03T11:00:00Z' } }),
		contact('b', '2026-03-03T10:00:00Z'),
		contact('s', '2026-03-03T10:00:00Z', { spam: true }),
		contact('z', '2026-04-03T10:00:00Z')
	);
	expect(terminal.run('ingest', ...db, first).status).toBe(0);
	const before = card();
	expect(before.status).toBe(0);
	const then = new Date().toISOString();
	const late = write(
		'late.ndjson',
		{ record: 'rating', conversation_id: 'b', score: 1, answered_at: '2026-03-04T10:00:00Z' },
		contact('a', '2026-03-03T10:00:00Z', {
			updated_at: '2026-03-09T10:00:00Z',
			rating: { score: 2, answered_at: '2026-03-03T11:00:00Z' }
		})
	);
	expect(terminal.run('ingest', ...db, late).status).toBe(0);
	expect(card().stdout).not.toBe(before.stdout);
	expect(card('--known-at', then).stdout).toBe(before.stdout);
	expect(card('--known-at', '2020-01-01T00:00:00Z')).toMatchObject({
		status: 2,
		stderr: expect.stringMatching(/Nothing was taken in by 2020-01-01/)
	});
	expect(terminal.run('scorecard', ...db, '--week', '2026-W10').stderr).toMatch(
		/Left out of every figure: 1 spam/
	);
});
