/**
 * `plimsoll serve`: the built pages and API on the loopback interface. Listens, announces itself in
 * `<db>.server.json`, and takes that away again on exit. A policy with problems leaves
 * the last good one in force, and is refused where there is none. Refuses to serve a database that is missing or held.
 */
import { existsSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { refreshFacts } from '#queries/queries.server';
import { intentPolicyOf } from '#stoploss/policy';
import { openWarehouse } from '#warehouse/warehouse.server';
import { judgeNow } from '../lib/server/judge.server';
import { policyInForce } from '../lib/server/policy-file.server';
import { Failure } from './failure';
import { announceServer, withdrawServer } from './running-server';

/** Where the program was built to: `build/cli/plimsoll.js` lies beside `build/app/`. */
const APP = fileURLToPath(new URL('../app/handler.js', import.meta.url));
const FIRST_PORT = 4180;

interface ServeOptions {
	database: string;
	policy?: string | undefined;
	/** Fails when taken; without it the first free port is used. */
	port?: number | undefined;
}

/** Serves until the process is told to stop; returns the address once it listens. */
export async function serve({ database, policy, port }: ServeOptions): Promise<string> {
	if (!existsSync(APP)) throw new Failure('The pages are not built yet. Run: npm run build');
	const file = resolve(database);
	// The pages share this warehouse: one instance a file and process.
	const warehouse = await openWarehouse(file, { mustExist: true });
	process.env['PLIMSOLL_DB'] = file;
	if (policy) process.env['PLIMSOLL_POLICY'] = resolve(policy);
	// What the pages show is what today's policy says of what is stored.
	const { policy: known, problem } = await policyInForce(policy, async () => warehouse);
	if (problem) console.error(`plimsoll: ${problem} The last good policy stays in force.`);
	await refreshFacts(warehouse, intentPolicyOf(known));
	await judgeNow(warehouse, known);

	let handler: RequestListener | null = null;
	const server = createServer((request, response) => {
		if (handler) return handler(request, response);
		response.writeHead(503, { 'retry-after': '1' }).end('Starting.');
	});
	const url = `http://127.0.0.1:${await listen(server, port)}`;
	process.env['ORIGIN'] = url;
	// The API limits what it takes in by itself, record by record; the adapter's 512 kB would refuse every log.
	process.env['BODY_SIZE_LIMIT'] ??= 'Infinity';
	const app = (await import(/* @vite-ignore */ pathToFileURL(APP).href)) as { handler: RequestListener };
	handler = app.handler;
	announceServer(file, url);

	process.on('exit', () => withdrawServer(file));
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => {
			server.close();
			server.closeAllConnections();
			void warehouse.close().finally(() => process.exit(0));
		});
	}
	return url;
}

async function listen(server: ReturnType<typeof createServer>, wanted: number | undefined): Promise<number> {
	const ports =
		wanted === undefined ? [...Array.from({ length: 20 }, (_, i) => FIRST_PORT + i), 0] : [wanted];
	for (const port of ports) {
		const result = await new Promise<number | NodeJS.ErrnoException>((done) => {
			server.once('error', done);
			server.listen(port, '127.0.0.1', () => {
				server.removeListener('error', done);
				const address = server.address();
				done(typeof address === 'object' && address ? address.port : port);
			});
		});
		if (typeof result === 'number') return result;
		if (result.code !== 'EADDRINUSE' || wanted !== undefined) {
			throw new Failure(`Port ${port} can't be used: ${result.message}. Choose another with --port.`);
		}
	}
	throw new Failure('No free port found. Choose one with --port.');
}
