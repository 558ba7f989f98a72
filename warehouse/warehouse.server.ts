/**
 * The warehouse: the only opener of the database and its one writer queue. Touches disk.
 *
 * - One instance a file and process, kept on `globalThis`, because the same file opened twice silently diverges
 *   and hot reload loads this module again.
 * - Reads borrow a connection each; writes run one after the other, each in a transaction on its own connection
 *   (a shared connection shares its transaction).
 * - Transcripts stand beside the database as Parquet segments in `<file>.transcripts/`, and pieces of conversations
 *   that come live; a file that no committed row names is the rest of a crash and is removed when the database is opened.
 * - What is only needed while something is done, in `<file>.spool/`: nobody else holds the database, so that what is
 *   found there when it is opened is the rest of a crash, and goes.
 * Refuses a database written by a newer version, and one that another process holds.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DuckDBInstance, type DuckDBConnection, type DuckDBValue, type DuckDBType } from '@duckdb/node-api';
import { toArrowIpc } from './arrow';
import { decodeRows } from './decode';
import { bind, type Parameters } from './parameters';
import { MIGRATIONS } from './migrations';

export class WarehouseError extends Error {
	constructor(
		readonly code: 'in_use' | 'newer_schema' | 'not_a_database' | 'missing',
		message: string,
		/** Process that holds the database, where known. */
		readonly pid: number | null = null
	) {
		super(message);
		this.name = 'WarehouseError';
	}
}

/** Runs statements; inside a write it is the transaction. */
export interface Session {
	/** Rows with camelCase keys, values by column type (see `decode.ts`). */
	all<Row>(sql: string, parameters?: Parameters): Promise<Row[]>;
	run(sql: string, parameters?: Parameters): Promise<void>;
	/** Share of the running statement that is done, 0 to 1; 0 where DuckDB can't tell. */
	progress(): number;
}

export interface Warehouse extends Omit<Session, 'progress'> {
	readonly file: string;
	/** Folder of the Parquet segments. */
	readonly transcripts: string;
	/** Folder of what is only needed while something is done; see `spoolFolder`. */
	readonly spool: string;
	/** Arrow IPC stream of a query's result, typed by its declared columns. */
	arrow(sql: string, parameters?: Parameters): Promise<Uint8Array>;
	/** Queues a transaction; it commits when `work` returns and leaves nothing when it throws. */
	write<Result>(work: (session: Session) => Promise<Result>): Promise<Result>;
	/** A connection for long work outside a transaction, such as writing a segment. */
	withConnection<Result>(work: (session: Session) => Promise<Result>): Promise<Result>;
	close(): Promise<void>;
}

interface OpenOptions {
	/** Refuse to create the file when it is missing. */
	mustExist?: boolean;
}

const shared = globalThis as typeof globalThis & { __plimsollWarehouses?: Map<string, Promise<Warehouse>> };

/** Opens (once per process) the database at `file`, brought to the current schema. */
export function openWarehouse(file: string, options: OpenOptions = {}): Promise<Warehouse> {
	const path = resolve(file);
	const open = (shared.__plimsollWarehouses ??= new Map());
	let warehouse = open.get(path);
	if (!warehouse) {
		warehouse = start(path, options);
		open.set(path, warehouse);
		warehouse.catch(() => open.delete(path));
	}
	return warehouse;
}

async function start(path: string, options: OpenOptions): Promise<Warehouse> {
	if (options.mustExist && !existsSync(path)) {
		throw new WarehouseError(
			'missing',
			`No database at ${path}. Create one with: plimsoll ingest --db ${path} FILE`
		);
	}
	mkdirSync(dirname(path), { recursive: true });
	// The file is attached under a name of ours: its own would be its catalog's, and a file called log.duckdb would
	// hide the schema `log`. Rows have no order unless a statement asks for one, which lets reads and writes run in
	// parallel.
	const spool = `${path}.spool`;
	const instance = await DuckDBInstance.create(':memory:', {
		preserve_insertion_order: 'false',
		temp_directory: join(spool, 'spill')
	});
	const attach = async () => {
		const connection = await instance.connect();
		await connection.run(`ATTACH '${path.replaceAll("'", "''")}' AS ${CATALOG}`);
		connection.closeSync();
	};
	await attach().catch((cause: Error) => {
		instance.closeSync();
		throw explain(path, cause);
	});
	rmSync(spool, { recursive: true, force: true });
	const transcripts = `${path}.transcripts`;
	mkdirSync(transcripts, { recursive: true });
	const idle: DuckDBConnection[] = [];
	const connect = async () => {
		const pooled = idle.pop();
		if (pooled) return pooled;
		const connection = await instance.connect();
		await connection.run(
			`USE ${CATALOG}; SET TimeZone = 'UTC'; SET enable_progress_bar_print = false; SET enable_progress_bar = true`
		);
		return connection;
	};
	const borrow = async <Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> => {
		const connection = await connect();
		try {
			return await work(connection);
		} finally {
			idle.push(connection);
		}
	};

	let tail: Promise<unknown> = Promise.resolve();
	const write = <Result>(work: (session: Session) => Promise<Result>): Promise<Result> => {
		const job = tail.then(() =>
			borrow(async (connection) => {
				await connection.run('BEGIN');
				try {
					const result = await work(sessionOf(connection));
					await connection.run('COMMIT');
					return result;
				} catch (error) {
					await connection.run('ROLLBACK').catch(() => undefined);
					throw error;
				}
			})
		);
		tail = job.catch(() => undefined);
		return job;
	};

	try {
		await write((session) => migrate(path, session));
	} catch (error) {
		instance.closeSync();
		throw error;
	}
	const warehouse: Warehouse = {
		file: path,
		transcripts,
		spool,
		all: (sql, parameters) => borrow((connection) => sessionOf(connection).all(sql, parameters)),
		run: (sql, parameters) => borrow((connection) => sessionOf(connection).run(sql, parameters)),
		arrow: (sql, parameters) =>
			borrow(async (connection) => toArrowIpc(await connection.run(sql, ...(bind(parameters) as Bound)))),
		write,
		withConnection: (work) => borrow((connection) => work(sessionOf(connection))),
		async close() {
			await tail;
			shared.__plimsollWarehouses?.delete(path);
			for (const connection of idle.splice(0)) connection.closeSync();
			instance.closeSync();
			rmSync(spool, { recursive: true, force: true });
		}
	};
	await removeOrphanSegments(warehouse);
	return warehouse;
}

/** A folder of its own for whoever asks, readable by this user only; to be removed by them. */
export function spoolFolder({ spool }: Pick<Warehouse, 'spool'>, name: string): string {
	mkdirSync(spool, { recursive: true, mode: 0o700 });
	return mkdtempSync(join(spool, `${name}-`));
}

const CATALOG = 'plimsoll';

type Bound = [Record<string, DuckDBValue>, Record<string, DuckDBType>];

function sessionOf(connection: DuckDBConnection): Session {
	return {
		async all<Row>(sql: string, parameters?: Parameters) {
			const reader = await connection.runAndReadAll(sql, ...(bind(parameters) as Bound));
			return decodeRows(reader) as Row[];
		},
		async run(sql, parameters) {
			await connection.run(sql, ...(bind(parameters) as Bound));
		},
		progress: () => Math.min(1, Math.max(0, connection.progress.percentage / 100))
	};
}

async function migrate(path: string, session: Session): Promise<void> {
	await session.run('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)');
	const [row] = await session.all<{ version: number | null }>(
		'SELECT max(version) AS version FROM schema_version'
	);
	const current = row?.version ?? 0;
	if (current > MIGRATIONS.length) {
		throw new WarehouseError(
			'newer_schema',
			`${path} has schema version ${current}; this Plimsoll knows up to ${MIGRATIONS.length}. Upgrade Plimsoll, or use another --db file.`
		);
	}
	for (const [index, sql] of MIGRATIONS.entries()) {
		if (index < current) continue;
		await session.run(sql);
		await session.run('INSERT INTO schema_version VALUES ($version)', { version: index + 1 });
	}
}

async function removeOrphanSegments(warehouse: Warehouse): Promise<void> {
	const known = await warehouse.all<{ segment: string }>(
		'SELECT segment FROM log.ingest WHERE segment IS NOT NULL UNION SELECT file FROM log.fragment'
	);
	const kept = new Set(known.map((row) => row.segment));
	for (const name of readdirSync(warehouse.transcripts)) {
		if (!kept.has(name)) rmSync(join(warehouse.transcripts, name), { recursive: true, force: true });
	}
}

function explain(path: string, cause: Error): WarehouseError {
	const held = /PID (\d+)/.exec(cause.message);
	if (held || /Could not set lock/.test(cause.message)) {
		const pid = held ? Number(held[1]) : null;
		return new WarehouseError(
			'in_use',
			`${path} is in use by another process${pid ? ` (PID ${pid})` : ''}. If that is a Plimsoll server, this command goes through it when it can; otherwise stop it and try again.`,
			pid
		);
	}
	return new WarehouseError(
		'not_a_database',
		`${path} can't be opened as a Plimsoll database: ${cause.message}`
	);
}
