/**
 * The server that may hold a database, known by `<db>.server.json` ({ pid, url }) beside it. Touches disk and
 * the loopback interface. Refuses a file left by a process that is gone, and any address that is not loopback.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
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

/** Asks the server; its own words on failure become the failure. */
export async function askServer(
	server: RunningServer,
	path: string,
	query: Record<string, string | undefined>,
	body?: Uint8Array<ArrayBuffer>
): Promise<Response> {
	const url = new URL(path, server.url);
	for (const [name, value] of Object.entries(query))
		if (value !== undefined) url.searchParams.set(name, value);
	const init = body && { method: 'POST', body, headers: { 'content-type': 'application/x-ndjson' } };
	const response = await fetch(url, init || {}).catch((error: Error) => {
		throw new Failure(`The server at ${server.url} (PID ${server.pid}) does not answer: ${error.message}`);
	});
	if (!response.ok) {
		const text = await response.text();
		throw new Failure(`The server at ${server.url} refused (${response.status}): ${reasonIn(text)}`);
	}
	return response;
}

function reasonIn(text: string): string {
	try {
		const { error, message } = JSON.parse(text) as { error?: unknown; message?: unknown };
		const inner =
			typeof error === 'object' && error !== null ? (error as { message?: unknown }).message : error;
		const reason = message ?? inner;
		if (typeof reason === 'string') return reason;
	} catch {
		// Not JSON: the text itself is the reason.
	}
	return text.slice(0, 300).replaceAll(/\s+/g, ' ') || 'no reason given';
}
