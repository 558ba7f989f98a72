/**
 * An Arrow IPC stream or file (Feather v2) as lines of JSON, batch by batch. Touches disk. A time in a zone becomes
 * RFC 3339 in UTC; one without a zone stays without, and is refused by the parser as any such time is. Refuses
 * damaged files, and compressed ones, which apache-arrow can't read.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { DataType, RecordBatchReader, type TimeUnit, type Vector } from 'apache-arrow';
import { UnreadableFileError } from './open-file.server';

/** What Arrow's enumeration calls second, millisecond, microsecond, nanosecond. */
const PER_SECOND = [1n, 1_000n, 1_000_000n, 1_000_000_000n];

export const isArrow = (head: Buffer) =>
	head.subarray(0, 6).toString('latin1') === 'ARROW1' ||
	(head.length >= 8 && head.readUInt32LE(0) === 0xffffffff && head.readInt32LE(4) > 0);

export async function arrowLines(path: string, target: string): Promise<void> {
	await pipeline(lines(path), createWriteStream(target)).catch((cause: Error) => {
		if (/compress/i.test(cause.message))
			throw new UnreadableFileError('The Arrow file is compressed; write it without compression.');
		throw new UnreadableFileError(
			`The Arrow file is damaged or cut short (${cause.message}); nothing of it was stored.`
		);
	});
}

async function* lines(path: string): AsyncGenerator<string> {
	const reader = await RecordBatchReader.from(createReadStream(path));
	await reader.open();
	for await (const batch of reader) {
		const columns = batch.schema.fields.map(({ name }, at) => ({ name, vector: batch.getChildAt(at)! }));
		for (let row = 0; row < batch.numRows; row++) yield `${JSON.stringify(record(columns, row))}\n`;
	}
}

type Columns = readonly { name: string; vector: Vector }[];

/** What is null is left out. */
function record(columns: Columns, row: number): Record<string, unknown> {
	const given = columns.map(({ name, vector }) => [name, cell(vector, row)] as const);
	return Object.fromEntries(given.filter(([, value]) => value !== null));
}

function cell(vector: Vector, row: number): unknown {
	if (!vector.isValid(row)) return null;
	const { type } = vector;
	if (DataType.isStruct(type)) {
		const columns = type.children.map(({ name }, at) => ({ name, vector: vector.getChildAt(at)! }));
		return record(columns, row);
	}
	if (DataType.isList(type) || DataType.isFixedSizeList(type)) {
		const inner = vector.get(row) as Vector;
		return Array.from({ length: inner.length }, (_, at) => cell(inner, at));
	}
	if (DataType.isTimestamp(type)) return instant(raw(vector, row), type.unit, Boolean(type.timezone));
	if (DataType.isDate(type)) return new Date(Number(vector.get(row))).toISOString().slice(0, 10);
	const value = vector.get(row) as unknown;
	return typeof value === 'bigint' ? exact(value) : value;
}

/** JSON's numbers are safe to 2^53; beyond it the text is exact. */
const exact = (value: bigint) =>
	value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);

/** The stored count of units, which the typed getter rounds to milliseconds. */
function raw(vector: Vector, row: number): bigint {
	let at = row;
	for (const data of vector.data) {
		if (at < data.length) return (data.values as BigInt64Array)[at]!;
		at -= data.length;
	}
	throw new RangeError(`There is no row ${row}.`);
}

function instant(count: bigint, unit: TimeUnit, zoned: boolean): string {
	const per = PER_SECOND[unit]!;
	const seconds = count >= 0n ? count / per : (count - per + 1n) / per;
	const micros = ((count - seconds * per) * 1_000_000n) / per;
	const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
	return `${whole}${micros === 0n ? '' : `.${String(micros).padStart(6, '0')}`}${zoned ? 'Z' : ''}`;
}
