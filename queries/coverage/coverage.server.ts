/** How much of what the metrics need a source's records say, and so which metrics it allows. Touches the database. */
import type { Warehouse } from '../../warehouse/warehouse.server';
import {
	FIELDS,
	metricCoverage,
	type FieldCounts,
	type FieldKind,
	type FieldName,
	type MetricCoverage
} from './needs';
import sql from './coverage.sql?raw';

export interface FieldCoverage {
	field: FieldName;
	title: string;
	kind: FieldKind;
	/** Contacts that have it. */
	contacts: number;
}

export interface SourceCoverage {
	source: string;
	contacts: number;
	/** Contacts whose intent was found by a rule of the policy. */
	intentDerived: number;
	fields: FieldCoverage[];
	metrics: MetricCoverage[];
}

/** Of every source; with an import, of the contacts whose newest version it brought. */
export async function coverage(
	warehouse: Warehouse,
	ingestId: number | null = null
): Promise<SourceCoverage[]> {
	const rows = await warehouse.all<Record<string, number> & { source: string; contacts: number }>(sql, {
		ingest_id: ingestId,
		since: null,
		zone: 'UTC',
		shift: 0
	});
	const camel = (name: string) => name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
	return rows.map(({ source, ...row }) => {
		const names = Object.keys(FIELDS) as FieldName[];
		const counts = {
			contacts: row.contacts,
			...Object.fromEntries(names.map((name) => [name, row[camel(name)] ?? 0]))
		} as FieldCounts;
		const intentDerived = row['intentDerived'] ?? 0;
		return {
			source,
			contacts: row.contacts,
			intentDerived,
			fields: names.map((field) => ({
				field,
				title: FIELDS[field].title,
				kind: FIELDS[field].kind,
				contacts: counts[field]
			})),
			// A derived intent serves as well as one that the record says.
			metrics: metricCoverage({ ...counts, intent: counts.intent + intentDerived })
		};
	});
}
