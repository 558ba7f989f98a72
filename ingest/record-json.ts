/** SQL that writes typed canonical records as JSON, from the same table of fields as the parser. Pure. */
import { SIDE_FIELDS, STORED_FIELDS, type Field, type Fields } from './record-fields';

export const EXPORT_FORMATS = ['ndjson', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** RFC 3339 in UTC; microseconds only where there are any. */
const time = (value: string) =>
	`'"' || strftime(timezone('UTC', ${value}), '%Y-%m-%dT%H:%M:%S') || CASE WHEN epoch_us(${value}) % 1000000 = 0 THEN '' ELSE strftime(timezone('UTC', ${value}), '.%f') END || 'Z"'`;

function json(value: string, field: Field): string {
	switch (field.kind) {
		case 'object':
			return `CASE WHEN ${value} IS NOT NULL THEN ${object(value, field.fields)} END`;
		case 'list':
			return `'[' || array_to_string(list_transform(${value}, lambda e: ${object('e', field.fields)}), ',') || ']'`;
		case 'time':
			return time(value);
		case 'integer':
		case 'boolean':
		case 'json':
			return `${value}::VARCHAR`;
		default:
			// to_json(NULL) is the text null.
			return `CASE WHEN ${value} IS NOT NULL THEN to_json(${value})::VARCHAR END`;
	}
}

/** What is missing is left out; an empty list or object is not missing. */
const object = (value: string, fields: Fields) =>
	`'{' || concat_ws(',', ${Object.entries(fields)
		.map(([name, field]) => `'"${name}":' || ${json(`${value}."${name}"`, field)}`)
		.join(', ')}) || '}'`;

/** One conversation of the relation `row`, which has the columns of a segment. */
export const conversationJson = (row: string) => object(row, STORED_FIELDS);

/** One small record of `log.side_record`, by the names of its columns there. */
export const sideJson = (row: string) => {
	const column = (name: string) =>
		({ ai: 'ai_cost', currency: 'cost_currency', at: 'complained_at' })[name] ?? name;
	const arms = Object.entries(SIDE_FIELDS).map(([record, fields]) => {
		const members = Object.entries<Field>(fields).flatMap(([name, field]) => {
			if (name === 'schema_version' || name === 'conversation_source' || name === 'record') return [];
			const value =
				name === 'updated_at'
					? `${row}.version_at`
					: name === 'refund_id' || name === 'id'
						? `nullif(${row}.part_id, '')`
						: `${row}."${column(name)}"`;
			return [`'"${name}":' || ${json(value, field)}`];
		});
		return `WHEN '${record}' THEN '{' || concat_ws(',', '"record":"${record}"', ${members.join(', ')}) || '}'`;
	});
	return `CASE ${row}.record ${arms.join(' ')} END`;
};
