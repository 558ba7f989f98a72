/** A table of one's own through the built command line: proposed, tried, taken in, and found again by its name. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, Terminal } from './command';

const TABLE = `Ticket ID;Customer;Created;Author;Message
7;anna;24.11.2025 10:00;user;Where is my parcel?
7;anna;24.11.2025 10:01;bot;On its way.
8;bob;25.11.2025 11:00;user;Refund please
`;

describe('plimsoll map', () => {
	const terminal = new Terminal();
	beforeAll(() => {
		build();
		writeFileSync(terminal.path('desk.csv'), TABLE);
	});
	afterAll(() => terminal.close());

	it('proposes, tries, takes in', () => {
		const proposal = terminal.run('map', 'desk.csv');
		expect(proposal.status).toBe(0);
		expect(proposal.stdout).toContain('# UNSURE: The file does not say in which time zone its times are');
		writeFileSync(terminal.path('mapping.yaml'), proposal.stdout);

		const tried = terminal.run('map', 'desk.csv', '--mapping', 'mapping.yaml', '--json');
		expect(JSON.parse(tried.stdout)).toMatchObject({ read: 2, good: 2, quarantined: 0 });

		const report = (...args: string[]) =>
			JSON.parse(terminal.run('ingest', 'desk.csv', '--db', 'a.duckdb', '--json', ...args).stdout) as object;
		expect(report('--mapping', 'mapping.yaml')).toMatchObject({ source: 'desk', read: 2, accepted: 2 });
		expect(report('--source', 'desk')).toMatchObject({ read: 2, accepted: 0, unchanged: 2 });
	});

	it('says what is wrong with a mapping, by line, and keeps nothing of it', () => {
		const good = readFileSync(terminal.path('mapping.yaml'), 'utf8');
		writeFileSync(terminal.path('bad.yaml'), good.replace('customer_id: Customer', 'customer: Customer'));
		const refused = terminal.run('ingest', 'desk.csv', '--mapping', 'bad.yaml', '--db', 'b.duckdb');
		expect(refused.status).toBe(2);
		expect(refused.stderr).toMatch(/bad\.yaml:\d+:\d+: Unknown key customer/);

		writeFileSync(
			terminal.path('other.yaml'),
			good.replace('customer_id: Customer', 'customer_id: Client').replace('source: desk', 'source: other')
		);
		const misfit = terminal.run('ingest', 'desk.csv', '--mapping', 'other.yaml', '--db', 'a.duckdb');
		expect(misfit.status).toBe(2);
		expect(misfit.stderr).toContain('no column "Client", which the mapping reads as customer_id');
		expect(terminal.run('ingest', 'desk.csv', '--source', 'other', '--db', 'a.duckdb').stderr).toContain(
			"Unknown source 'other'"
		);
	});

	it('goes through the server that holds the database', async () => {
		const { server, url } = await terminal.serve('--db', 'a.duckdb');
		const taken = terminal.run(
			'ingest',
			'desk.csv',
			'--mapping',
			'mapping.yaml',
			'--db',
			'a.duckdb',
			'--json'
		);
		expect(JSON.parse(taken.stdout)).toMatchObject({ read: 2, unchanged: 2 });
		const kept = (await (await fetch(`${url}/api/mappings`)).json()) as { source: string; version: number }[];
		expect(kept).toMatchObject([{ source: 'desk', version: 1 }]);
		const proposed = await fetch(`${url}/api/mappings/propose?file=desk.csv`, {
			method: 'POST',
			body: TABLE,
			headers: { 'content-type': 'application/octet-stream' }
		});
		expect((await proposed.json()) as object).toMatchObject({ unused: [] });
		const preview = await fetch(`${url}/api/mappings/preview?source=desk&file=desk.csv`, {
			method: 'POST',
			body: TABLE,
			headers: { 'content-type': 'application/octet-stream' }
		});
		expect((await preview.json()) as object).toMatchObject({ read: 2, good: 2 });
		const refused = await fetch(`${url}/api/mappings`, {
			method: 'POST',
			body: 'version: 2',
			headers: { 'content-type': 'application/yaml' }
		});
		expect(refused.status).toBe(400);
		expect((await refused.json()) as object).toMatchObject({
			problems: expect.arrayContaining([expect.objectContaining({ line: 1 })])
		});
		await terminal.stop(server);
	});
});
