/**
 * `-` as an input: standard input spooled to a temporary file, because DuckDB reads files. Touches disk.
 * The first bytes say whether it is gzip, Zstandard or Parquet; anything else is taken for NDJSON.
 */
import { createWriteStream, mkdtempSync, renameSync, rmSync, openSync, readSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const MAGIC: readonly [string, string][] = [
	['1f8b', 'ndjson.gz'],
	['28b52ffd', 'ndjson.zst'],
	['50415231', 'parquet']
];

/** Path of the spooled file; it is removed when the process ends. */
export async function spoolStandardInput(input: NodeJS.ReadableStream = process.stdin): Promise<string> {
	const folder = mkdtempSync(join(tmpdir(), 'plimsoll-'));
	process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
	const raw = join(folder, 'raw');
	await pipeline(input, createWriteStream(raw, { mode: 0o600 }));
	const start = Buffer.alloc(4);
	const descriptor = openSync(raw, 'r');
	const length = readSync(descriptor, start, 0, 4, 0);
	closeSync(descriptor);
	const hex = start.subarray(0, length).toString('hex');
	const kind = MAGIC.find(([magic]) => hex.startsWith(magic))?.[1] ?? 'ndjson';
	const named = join(folder, `stdin.${kind}`);
	renameSync(raw, named);
	return named;
}
