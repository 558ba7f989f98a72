/** Binds parameters by name. Pure. `undefined` and `Date` don't bind in DuckDB, so the type leaves them out. */
import { LIST, VARCHAR, listValue, type DuckDBType, type DuckDBValue } from '@duckdb/node-api';

export type Parameter = string | number | bigint | boolean | null | readonly string[];
export type Parameters = Record<string, Parameter>;

export function bind(
	parameters: Parameters | undefined
): [] | [Record<string, DuckDBValue>, Record<string, DuckDBType>] {
	if (!parameters) return [];
	const values: Record<string, DuckDBValue> = {};
	const types: Record<string, DuckDBType> = {};
	for (const [name, value] of Object.entries(parameters)) {
		if (Array.isArray(value)) {
			values[name] = listValue(value);
			types[name] = LIST(VARCHAR);
		} else {
			values[name] = value as DuckDBValue;
			if (typeof value === 'string') types[name] = VARCHAR;
		}
	}
	return [values, types];
}
