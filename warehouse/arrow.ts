/**
 * A query's result as an Arrow IPC stream, typed by its declared columns and built chunk by chunk. Pure but for
 * reading the result. Column names stay as stored. Refuses a type that has no Arrow counterpart here.
 */
import {
	Bool,
	DateDay,
	Field,
	Float32,
	Float64,
	Int16,
	Int32,
	Int64,
	Int8,
	List,
	Null,
	RecordBatchStreamWriter,
	Schema,
	Struct,
	Table,
	TimestampMicrosecond,
	Uint16,
	Uint32,
	Uint64,
	Uint8,
	Utf8,
	vectorFromArray,
	type DataType
} from 'apache-arrow';
import {
	DuckDBTypeId,
	type DuckDBDateValue,
	type DuckDBDecimalValue,
	type DuckDBListType,
	type DuckDBListValue,
	type DuckDBResult,
	type DuckDBStructType,
	type DuckDBStructValue,
	type DuckDBTimestampTZValue,
	type DuckDBType,
	type DuckDBValue
} from '@duckdb/node-api';

interface Mapping {
	type: DataType;
	/** Turns a value into what the Arrow builder of the type takes. */
	value: (value: never) => unknown;
}

const same = (value: unknown) => value;
const bigint = (value: bigint | number) => BigInt(value);
/** The builder takes milliseconds as a number; the fraction carries the microseconds. */
const milliseconds = (value: DuckDBTimestampTZValue) => Number(value.micros) / 1000;

const MAPPINGS: Partial<Record<DuckDBTypeId, (type: DuckDBType) => Mapping>> = {
	[DuckDBTypeId.BOOLEAN]: () => ({ type: new Bool(), value: same }),
	[DuckDBTypeId.TINYINT]: () => ({ type: new Int8(), value: same }),
	[DuckDBTypeId.SMALLINT]: () => ({ type: new Int16(), value: same }),
	[DuckDBTypeId.INTEGER]: () => ({ type: new Int32(), value: same }),
	[DuckDBTypeId.BIGINT]: () => ({ type: new Int64(), value: bigint }),
	[DuckDBTypeId.HUGEINT]: () => ({ type: new Int64(), value: wholeIn64Bits }),
	[DuckDBTypeId.UTINYINT]: () => ({ type: new Uint8(), value: same }),
	[DuckDBTypeId.USMALLINT]: () => ({ type: new Uint16(), value: same }),
	[DuckDBTypeId.UINTEGER]: () => ({ type: new Uint32(), value: same }),
	[DuckDBTypeId.UBIGINT]: () => ({ type: new Uint64(), value: bigint }),
	[DuckDBTypeId.FLOAT]: () => ({ type: new Float32(), value: same }),
	[DuckDBTypeId.DOUBLE]: () => ({ type: new Float64(), value: same }),
	[DuckDBTypeId.DECIMAL]: () => ({
		type: new Float64(),
		value: (value: DuckDBDecimalValue) => value.toDouble()
	}),
	[DuckDBTypeId.VARCHAR]: () => ({ type: new Utf8(), value: same }),
	[DuckDBTypeId.ENUM]: () => ({ type: new Utf8(), value: same }),
	[DuckDBTypeId.TIMESTAMP]: () => ({ type: new TimestampMicrosecond(), value: milliseconds }),
	[DuckDBTypeId.TIMESTAMP_TZ]: () => ({ type: new TimestampMicrosecond('UTC'), value: milliseconds }),
	[DuckDBTypeId.DATE]: () => ({
		type: new DateDay(),
		value: (value: DuckDBDateValue) => new Date(value.days * 86_400_000)
	}),
	[DuckDBTypeId.SQLNULL]: () => ({ type: new Null(), value: same }),
	[DuckDBTypeId.LIST]: (type) => {
		const item = mappingOf((type as DuckDBListType).valueType);
		return {
			type: new List(new Field('item', item.type, true)),
			value: (value: DuckDBListValue) => value.items.map((one) => convert(item, one))
		};
	},
	[DuckDBTypeId.STRUCT]: (type) => {
		const { entryNames, entryTypes } = type as DuckDBStructType;
		const fields = entryNames.map((name, at) => [name, mappingOf(entryTypes[at]!)] as const);
		return {
			type: new Struct(fields.map(([name, mapping]) => new Field(name, mapping.type, true))),
			value: (value: DuckDBStructValue) =>
				Object.fromEntries(
					fields.map(([name, mapping]) => [name, convert(mapping, value.entries[name] ?? null)])
				)
		};
	}
};

function wholeIn64Bits(value: bigint): bigint {
	if (BigInt.asIntN(64, value) !== value) throw new Error(`${value} does not fit 64 bits`);
	return value;
}

function convert(mapping: Mapping, value: DuckDBValue): unknown {
	return value === null ? null : (mapping.value as (value: DuckDBValue) => unknown)(value);
}

function mappingOf(type: DuckDBType): Mapping {
	const build = MAPPINGS[type.typeId];
	if (!build) throw new Error(`No Arrow type for ${type}; cast the column in its query`);
	return build(type);
}

export async function toArrowIpc(result: DuckDBResult): Promise<Uint8Array> {
	const names = result.deduplicatedColumnNames();
	const mappings = result.columnTypes().map(mappingOf);
	const schema = new Schema(names.map((name, at) => new Field(name, mappings[at]!.type, true)));
	const writer = new RecordBatchStreamWriter({ autoDestroy: false });
	writer.reset(undefined, schema);
	for (
		let chunk = await result.fetchChunk();
		chunk && chunk.rowCount > 0;
		chunk = await result.fetchChunk()
	) {
		const columns = chunk.getColumns().map((values, at) => {
			const mapping = mappings[at]!;
			return vectorFromArray(
				values.map((value) => convert(mapping, value)),
				mapping.type
			);
		});
		const table = new Table(schema, Object.fromEntries(names.map((name, at) => [name, columns[at]!])));
		for (const batch of table.batches) writer.write(batch);
	}
	writer.finish();
	return writer.toUint8Array(true);
}
