/**
 * Measurements as an Arrow IPC stream, one row each, in typed columns. Pure. The columns are those of the CSV, with
 * times as timestamps in UTC, counts as 64-bit integers, sums as doubles, and the parts of the evidence as a list of name and count.
 */
import {
	Field,
	Float64,
	Int64,
	List,
	RecordBatchStreamWriter,
	Schema,
	Struct,
	Table,
	TimestampMicrosecond,
	Utf8,
	vectorFromArray,
	type DataType
} from 'apache-arrow';
import type { Measurement } from '#queries/measurement';
import { DIMENSIONS } from '#warehouse/vocabulary';
import { measurementRow, type MeasurementRow } from './measurement-row';

const text = () => new Utf8();
const number = () => new Float64();
const count = () => new Int64();
const instant = () => new TimestampMicrosecond('UTC');
const parts = () =>
	new List(
		new Field('item', new Struct([new Field('name', text(), false), new Field('count', number(), true)]))
	);

const TYPES: Record<keyof MeasurementRow, () => DataType> = {
	metric: text,
	week: text,
	since: instant,
	until: instant,
	...(Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, text])) as Record<
		(typeof DIMENSIONS)[number],
		typeof text
	>),
	value: number,
	unit: text,
	low: number,
	high: number,
	level: number,
	method: text,
	kind: text,
	numerator: number,
	denominator: number,
	per: count,
	censored: count,
	p50: number,
	p90: number,
	currency: text,
	n: count,
	covered: number,
	unweighted: number,
	pending: count,
	status: text,
	reason: text,
	definition: text
};

export function toArrow(measurements: readonly Measurement[]): Uint8Array {
	const rows = measurements.map(measurementRow);
	const columns = (Object.keys(TYPES) as (keyof MeasurementRow)[]).map((name) => {
		const type = TYPES[name]();
		const values = rows.map((row) => convert(row[name], type));
		return { name: name as string, type, values };
	});
	columns.push({
		name: 'parts',
		type: parts(),
		values: measurements.map(({ evidence }) =>
			Object.entries(evidence.parts ?? {}).map(([name, count]) => ({ name, count }))
		)
	});
	const schema = new Schema(columns.map(({ name, type }) => new Field(name, type, true)));
	const vectors = columns.map(({ name, type, values }) => [name, vectorFromArray(values, type)] as const);
	const writer = new RecordBatchStreamWriter({ autoDestroy: false });
	writer.reset(undefined, schema);
	if (rows.length > 0)
		for (const batch of new Table(schema, Object.fromEntries(vectors)).batches) writer.write(batch);
	writer.finish();
	return writer.toUint8Array(true);
}

function convert(value: string | number | null, type: DataType): unknown {
	if (value === null) return null;
	// The builder takes milliseconds as a number.
	if (type instanceof TimestampMicrosecond) return Date.parse(String(value));
	return type instanceof Int64 ? BigInt(value) : value;
}
