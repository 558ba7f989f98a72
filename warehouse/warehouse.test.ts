import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { openWarehouse, WarehouseError } from './warehouse.server';

const freshFile = () => join(mkdtempSync(join(tmpdir(), 'plimsoll-')), 'plimsoll.db');
const api = createRequire(import.meta.url).resolve('@duckdb/node-api');

/** Holds or changes a database from another process, where the lock is another process's. */
const inChild = (body: string) => `const { DuckDBInstance } = require(${JSON.stringify(api)});
(async () => { ${body} })();`;

describe('rows', () => {
	it('decodes each type by its column', async () => {
		const warehouse = await openWarehouse(freshFile());
		const [row] = await warehouse.all(`SELECT 9007199254740991::BIGINT AS big_int, 5::HUGEINT AS huge,
			1.25::DECIMAL(5,2) AS dec, 18446744073709551615::UBIGINT AS hash, 0.5::DOUBLE AS d, true AS b, 'x' AS t,
			'{"a":1}'::JSON AS j, 'a'::ENUM('a','b') AS e, '2026-01-02 03:04:05+01'::TIMESTAMPTZ AS at_tz,
			'1969-12-31 23:59:59.5'::TIMESTAMP AS at_plain, '2026-01-02'::DATE AS day, [1, NULL]::BIGINT[] AS list,
			{amount_minor: 3::BIGINT, "at": NULL::TIMESTAMPTZ} AS a_struct, MAP {'k_k': 1::BIGINT} AS m, NULL AS nothing`);
		expect(row).toEqual({
			bigInt: 9007199254740991,
			huge: 5,
			dec: 1.25,
			hash: '18446744073709551615',
			d: 0.5,
			b: true,
			t: 'x',
			j: '{"a":1}',
			e: 'a',
			atTz: '2026-01-02T02:04:05Z',
			atPlain: '1969-12-31T23:59:59.5Z',
			day: '2026-01-02',
			list: [1, null],
			aStruct: { amountMinor: 3, at: null },
			m: { k_k: 1 },
			nothing: null
		});
		await expect(warehouse.all('SELECT 9007199254740993::BIGINT AS x')).rejects.toThrow(/exactly/);
		await expect(warehouse.all(`SELECT INTERVAL 1 DAY AS x`)).rejects.toThrow(/No decoder/);
		expect(
			await warehouse.all('SELECT $a::VARCHAR AS a, $l AS l, $n AS n', { a: null, l: ['x'], n: 3 })
		).toEqual([{ a: null, l: ['x'], n: 3 }]);
		await warehouse.close();
	});

	it('come out as Arrow, typed, over many chunks', async () => {
		const warehouse = await openWarehouse(freshFile());
		const table = tableFromIPC(
			await warehouse.arrow(`SELECT i AS n, i::VARCHAR AS t, i / 2 AS d, to_timestamp(i) AS at_tz,
				'2026-01-02'::DATE AS day, [i, NULL] AS l, {a: i} AS s, NULL::DOUBLE AS gap FROM range(5000) r(i) ORDER BY i`)
		);
		expect(table.numRows).toBe(5000);
		expect(table.schema.fields.map((field) => String(field.type))).toEqual([
			'Int64',
			'Utf8',
			'Float64',
			'Timestamp<MICROSECOND, UTC>',
			'Date32<DAY>',
			'List<Int64>',
			'Struct<{a:Int64}>',
			'Float64'
		]);
		expect(table.get(4999)?.toJSON()).toMatchObject({
			n: 4999n,
			t: '4999',
			d: 2499.5,
			at_tz: 4999000,
			gap: null
		});
		expect([...table.get(7)!.toJSON().l]).toEqual([7n, null]);
		expect(
			tableFromIPC(await warehouse.arrow('SELECT 1::BIGINT AS n WHERE false')).schema.fields
		).toHaveLength(1);
		await expect(warehouse.arrow(`SELECT INTERVAL 1 DAY AS x`)).rejects.toThrow(/No Arrow type/);
		await warehouse.close();
	});
});

describe('writes', () => {
	it('queue, and a rollback does not erase another write', async () => {
		const warehouse = await openWarehouse(freshFile());
		await warehouse.run('CREATE TABLE t (n INTEGER)');
		const outcomes = await Promise.allSettled([
			warehouse.write((session) => session.run('INSERT INTO t VALUES (1)')),
			warehouse.write(async (session) => {
				await session.run('INSERT INTO t VALUES (2)');
				throw new Error('no');
			}),
			warehouse.write((session) => session.run('INSERT INTO t VALUES (3)'))
		]);
		expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
		expect(await warehouse.all('SELECT n FROM t ORDER BY n')).toEqual([{ n: 1 }, { n: 3 }]);
		await warehouse.close();
	});
});

describe('opening', () => {
	it('gives one warehouse a file', async () => {
		const file = freshFile();
		const [one, two] = await Promise.all([openWarehouse(file), openWarehouse(file)]);
		expect(one).toBe(two);
		await one.close();
		const again = await openWarehouse(file);
		expect(again).not.toBe(one);
		await again.close();
	});

	it('removes a segment that no ingest names', async () => {
		const file = freshFile();
		const first = await openWarehouse(file);
		const orphan = join(first.transcripts, 'orphan.parquet');
		writeFileSync(orphan, 'x');
		await first.close();
		const second = await openWarehouse(file);
		expect(existsSync(orphan)).toBe(false);
		await second.close();
	});

	it('refuses a missing file, a foreign file and a newer schema', async () => {
		await expect(openWarehouse(freshFile(), { mustExist: true })).rejects.toMatchObject({ code: 'missing' });
		const foreign = freshFile();
		writeFileSync(foreign, 'this is not a database'.repeat(1000));
		await expect(openWarehouse(foreign)).rejects.toMatchObject({ code: 'not_a_database' });
		const newer = freshFile();
		const warehouse = await openWarehouse(newer);
		await warehouse.run('INSERT INTO schema_version VALUES (999)');
		await warehouse.close();
		const error = await openWarehouse(newer).catch((cause: unknown) => cause);
		expect(error).toBeInstanceOf(WarehouseError);
		expect(error).toMatchObject({ code: 'newer_schema' });
	});

	it('says which process holds the database', async () => {
		const file = freshFile();
		const child = spawn(process.execPath, [
			'-e',
			inChild(
				`const i = await DuckDBInstance.create(${JSON.stringify(file)}); const c = await i.connect(); console.log('held'); setInterval(() => c, 1000);`
			)
		]);
		await new Promise((done) => child.stdout.once('data', done));
		await expect(openWarehouse(file)).rejects.toMatchObject({ code: 'in_use', pid: child.pid });
		child.kill();
		await new Promise((done) => child.once('exit', done));
		await (await openWarehouse(file)).close();
	});

	it('opens after its holder was killed while writing', async () => {
		const file = freshFile();
		try {
			execFileSync(process.execPath, [
				'-e',
				inChild(
					`const i = await DuckDBInstance.create(${JSON.stringify(file)}); const c = await i.connect(); await c.run('BEGIN; CREATE TABLE t AS SELECT * FROM range(1000000)'); process.kill(process.pid, 'SIGKILL');`
				)
			]);
		} catch {
			// killed, as intended
		}
		const warehouse = await openWarehouse(file);
		expect(await warehouse.all(`SELECT * FROM duckdb_tables() WHERE table_name = 't'`)).toEqual([]);
		await warehouse.close();
	});
});
