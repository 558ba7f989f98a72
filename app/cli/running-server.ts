/**
 * The server that may hold a database, known by `<db>.server.json` ({ pid, url }) beside it. Touches disk and
 * the loopback interface. Refuses a file left by a process that is gone, and any address that is not loopback.
 */
import { createReadStream, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { Failure } from './failure';

export interface RunningServer {
	pid: number;
	url: string;
}

const fileOf = (database: string) => `${resolve(database)}.server.json`;

export function announceServer(database: string, url: string): void {
	writeFileSync(fileOf(database), JSON.stringify({ pid: process.pid, url }) + '\n');
}

/** Removes the announcement, but only this process's own. */
export function withdrawServer(database: string): void {
	if (readAnnouncement(database)?.pid === process.pid) rmSync(fileOf(database), { force: true });
}

/** The server that holds the database, or null. */
export function findServer(database: string): RunningServer | null {
	const announced = readAnnouncement(database);
	return announced && isAlive(announced.pid) ? announced : null;
}

function readAnnouncement(database: string): RunningServer | null {
	const file = fileOf(database);
	if (!existsSync(file)) return null;
	try {
		const { pid, url } = JSON.parse(readFileSync(file, 'utf8')) as Partial<RunningServer>;
		if (typeof pid !== 'number' || typeof url !== 'string') return null;
		return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname) ? { pid, url } : null;
	} catch {
		return null;
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

/** Asks the server; a file is streamed to it as it is. The server's own words on failure become the failure. */
export async function askServer(
	server: RunningServer,
	path: string,
	query: Record<string, string | readonly string[] | undefined>,
	file?: string,
	method: 'GET' | 'POST' = 'GET'
): Promise<Response> {
	const url = new URL(path, server.url);
	for (const [name, value] of Object.entries(query)) {
		for (const one of value === undefined ? [] : [value].flat()) url.searchParams.append(name, one);
	}
	const upload = file && {
		method: 'POST',
		body: Readable.toWeb(createReadStream(file)),
		duplex: 'half',
		// Without a type the server takes the request for one without a body.
		headers: { 'content-type': 'application/octet-stream' }
	};
	// 422 is a report too: of a file that could not be read.
	return answerOf(server, url, upload ? (upload as RequestInit) : { method }, file ? [422] : []);
}

/** Posts JSON to the server. */
export function tellServer(server: RunningServer, path: string, body: object): Promise<Response> {
	return answerOf(server, new URL(path, server.url), {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body)
	});
}

async function answerOf(
	server: RunningServer,
	url: URL,
	request: RequestInit,
	alsoFine: readonly number[] = []
): Promise<Response> {
	const response = await fetch(url, request).catch((error: Error) => {
		throw new Failure(`The server at ${server.url} (PID ${server.pid}) does not answer: ${error.message}`);
	});
	if (!response.ok && !alsoFine.includes(response.status)) {
		const reason = reasonIn(await response.text());
		throw new Failure(`The server at ${server.url} refused (${response.status}): ${reason}`);
	}
	return response;
}

/** The API's errors are { error, remedy }; whatever else stands there is the reason itself. */
function reasonIn(text: string): string {
	try {
		const { error, remedy } = JSON.parse(text) as { error?: unknown; remedy?: unknown };
		if (typeof error === 'string')
			return [error, remedy].filter((part) => typeof part === 'string').join(' ');
	} catch {
		// Not JSON.
	}
	return text.slice(0, 300).replaceAll(/\s+/g, ' ') || 'no reason given';
}
