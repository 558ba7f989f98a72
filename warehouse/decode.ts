/**
 * The border between stored names and values and TypeScript's. Pure.
 *
 * Columns and struct fields become camelCase; values follow the declared column type through one total table.
 * Refuses a type that has no rule, and an integer that a number can't hold exactly.
 */
import {
	DuckDBTypeId,
	type DuckDBListType,
	type DuckDBListValue,
	type DuckDBMapType,
	type DuckDBMapValue,
	type DuckDBResultReader,
	type DuckDBStructType,
	type DuckDBStructValue,
	type DuckDBType,
	type DuckDBValue
} from '@duckdb/node-api';

type Decoder = (value: never) => unknown;

const text = (value: string) => value;
const same = (value: unknown) => value;
const written = (value: { toString(): string }) => value.toString();

function integer(value: bigint | number): number {
	const number = Number(value);
	if (!Number.isSafeInteger(number)) throw new Error(`${value} does not fit a number exactly`);
	return number;
}

/** A fraction is read through its digits; a whole part past 2^53 is refused. */
function decimal(value: { toString(): string }): number {
	const number = Number(value.toString());
	if (Math.abs(number) > Number.MAX_SAFE_INTEGER) throw new Error(`${value} does not fit a number exactly`);
	return number;
}

/** RFC 3339 in UTC; the fraction keeps up to six digits and loses its trailing zeros. */
export function formatMicros(micros: bigint): string {
	const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
	const seconds = Number((micros - fraction) / 1_000_000n);
	const date = new Date(seconds * 1000);
	if (Number.isNaN(date.getTime())) throw new Error(`Timestamp out of range: ${micros} microseconds`);
	const digits = fraction === 0n ? '' : `.${fraction.toString().padStart(6, '0').replace(/0+$/, '')}`;
	return `${date.toISOString().slice(0, -5)}${digits}Z`;
}

const micros = (value: { micros: bigint }) => formatMicros(value.micros);

/** Builds the decoder of a type; `null` marks a type that the product does not use. */
const DECODERS: Record<DuckDBTypeId, ((type: DuckDBType) => Decoder) | null> = {
	[DuckDBTypeId.BOOLEAN]: () => same,
	[DuckDBTypeId.TINYINT]: () => same,
	[DuckDBTypeId.SMALLINT]: () => same,
	[DuckDBTypeId.INTEGER]: () => same,
	[DuckDBTypeId.UTINYINT]: () => same,
	[DuckDBTypeId.USMALLINT]: () => same,
	[DuckDBTypeId.UINTEGER]: () => same,
	[DuckDBTypeId.BIGINT]: () => integer,
	[DuckDBTypeId.HUGEINT]: () => integer,
	[DuckDBTypeId.UHUGEINT]: () => integer,
	[DuckDBTypeId.UBIGINT]: () => written,
	[DuckDBTypeId.DECIMAL]: () => decimal,
	[DuckDBTypeId.FLOAT]: () => same,
	[DuckDBTypeId.DOUBLE]: () => same,
	[DuckDBTypeId.VARCHAR]: () => text,
	[DuckDBTypeId.ENUM]: () => text,
	[DuckDBTypeId.UUID]: () => written,
	[DuckDBTypeId.TIMESTAMP]: () => micros,
	[DuckDBTypeId.TIMESTAMP_TZ]: () => micros,
	[DuckDBTypeId.DATE]: () => written,
	[DuckDBTypeId.SQLNULL]: () => same,
	[DuckDBTypeId.LIST]: (type) => {
		const item = decoderOf((type as DuckDBListType).valueType);
		return (value: DuckDBListValue) => value.items.map(item);
	},
	[DuckDBTypeId.STRUCT]: (type) => {
		const { entryNames, entryTypes } = type as DuckDBStructType;
		const fields = entryNames.map((name, at) => [name, camelCase(name), decoderOf(entryTypes[at]!)] as const);
		return (value: DuckDBStructValue) =>
			Object.fromEntries(fields.map(([name, key, decode]) => [key, decode(value.entries[name] ?? null)]));
	},
	[DuckDBTypeId.MAP]: (type) => {
		const item = decoderOf((type as DuckDBMapType).valueType);
		return (value: DuckDBMapValue) =>
			Object.fromEntries(value.entries.map((entry) => [String(entry.key), item(entry.value)]));
	},
	[DuckDBTypeId.INVALID]: null,
	[DuckDBTypeId.TIME]: null,
	[DuckDBTypeId.INTERVAL]: null,
	[DuckDBTypeId.BLOB]: null,
	[DuckDBTypeId.TIMESTAMP_S]: null,
	[DuckDBTypeId.TIMESTAMP_MS]: null,
	[DuckDBTypeId.TIMESTAMP_NS]: null,
	[DuckDBTypeId.ARRAY]: null,
	[DuckDBTypeId.UNION]: null,
	[DuckDBTypeId.BIT]: null,
	[DuckDBTypeId.TIME_TZ]: null,
	[DuckDBTypeId.ANY]: null,
	[DuckDBTypeId.BIGNUM]: null,
	[DuckDBTypeId.STRING_LITERAL]: null,
	[DuckDBTypeId.INTEGER_LITERAL]: null,
	[DuckDBTypeId.TIME_NS]: null,
	[DuckDBTypeId.GEOMETRY]: null,
	[DuckDBTypeId.VARIANT]: null
};

export function decoderOf(type: DuckDBType): (value: DuckDBValue) => unknown {
	const build = DECODERS[type.typeId];
	if (!build) throw new Error(`No decoder for ${type}; cast the column in its query`);
	const decode = build(type) as (value: DuckDBValue) => unknown;
	return (value) => (value === null ? null : decode(value));
}

export function camelCase(name: string): string {
	return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export function decodeRows(reader: DuckDBResultReader): Record<string, unknown>[] {
	const names = reader.deduplicatedColumnNames().map(camelCase);
	const decoders = reader.columnTypes().map(decoderOf);
	return reader
		.getRows()
		.map((row) => Object.fromEntries(names.map((name, at) => [name, decoders[at]!(row[at]!)])));
}
