/**
 * A mapping: how the rows of somebody's table become canonical records, as data. Pure.
 *
 * `read` says what the file is, `group` how the rows of an event log come together in one record, `record` where each
 * field comes from. Every problem names its line and a remedy. Refuses a mapping with any problem.
 * The JSON Schema in `docs/` is generated from here.
 */
import { z } from 'zod';
import { readYaml, type Objection, type Read } from '../../warehouse/yaml';
import { CONVERSATION_FIELDS, SIDE_FIELDS, type Field, type Fields } from '../record-fields';
import { HANDOFF_PARTS } from '../../warehouse/vocabulary';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const constant = scalar.transform(String);
const column = z
	.string()
	.min(1)
	.describe('Column of the table, or key of the JSON object; a JSON path when it begins with "$".');
const path = z
	.string()
	.regex(/^\$/, 'A JSON path begins with $')
	.describe('JSON path inside the column, for a column that holds JSON.');
const place = {
	column: column.optional(),
	path: path.optional(),
	file: z
		.literal(true)
		.optional()
		.describe('The name of the file without its ending, for files of one record.')
};

const conditionSchema = z
	.strictObject({
		...place,
		is: z.union([constant, z.array(constant)]).optional(),
		is_not: z.union([constant, z.array(constant)]).optional(),
		begins: z.union([constant, z.array(constant)]).optional(),
		present: z.boolean().optional(),
		above: z.number().optional()
	})
	.describe('All that is said must hold. A value that is missing is not above, and is not one of a list.');
export type Condition = z.infer<typeof conditionSchema>;
const conditions = z.union([conditionSchema, z.array(conditionSchema)]);

const timeSchema = z.strictObject({
	formats: z
		.array(z.string().min(2))
		.optional()
		.describe('As strptime writes them, such as "%d/%m/%Y %H:%M"; tried in order.'),
	zone: z.string().optional().describe('Zone of times that carry no offset, such as Europe/Stockholm.'),
	unit: z.enum(['seconds', 'milliseconds']).optional().describe('The time is a count since 1970.')
});
export type TimeReading = z.infer<typeof timeSchema>;

const take = z
	.enum(['latest', 'last', 'first', 'min', 'max'])
	.describe(
		'Of the rows of one episode: the latest that has a value (default), the very last row, the first that has a value, the smallest, the greatest.'
	);

const whole = z.strictObject({
	...place,
	in: z
		.strictObject(place)
		.optional()
		.describe(
			'A JSON list of the record; column, path and when then speak of its items, and take picks one.'
		),
	constant: constant.optional(),
	group: z
		.enum(['key', 'episode'])
		.optional()
		.describe('What the rows were grouped by, or that with the time of its first row.'),
	if: conditions.optional().describe('Then `then`, otherwise `else` (missing when not given).'),
	then: constant.optional(),
	else: constant.optional(),
	first_of: z
		.array(z.union([z.string(), z.strictObject(place)]))
		.min(1)
		.optional(),
	when: conditions.optional().describe('The value counts only where this holds.'),
	values: z
		.record(z.string(), constant.nullable())
		.optional()
		.describe('What each value of the table means here; null drops it.'),
	otherwise: constant
		.nullable()
		.optional()
		.describe('What a value outside `values` means; not given keeps it as it is.'),
	prefix: z.string().optional(),
	html: z.boolean().optional().describe('true: the text is HTML and its tags go.'),
	multiply: z.number().optional().describe('Such as 100, for money that is written in units.'),
	decimal_comma: z.boolean().optional(),
	time: timeSchema.optional(),
	take: take.optional()
});
const cellSchema = z.union([z.string(), whole]);
export type Cell = z.infer<typeof cellSchema>;
export type WholeCell = z.infer<typeof whole>;

const wordsSchema = z
	.partialRecord(z.enum(HANDOFF_PARTS), conditions)
	.describe('Each part of the handoff, with the condition that says that it is there.');

export interface ListMapping {
	from?: 'rows' | 'row' | { column?: string | undefined; path?: string | undefined } | undefined;
	when?: Condition | Condition[] | undefined;
	[field: string]: unknown;
}

function fieldSchema(field: Field): z.ZodType {
	if (field.kind === 'words') return wordsSchema;
	if (field.kind === 'object') return z.strictObject(optionalCells(field.fields));
	if (field.kind === 'list') {
		const one = z.strictObject({
			from: z
				.union([z.enum(['rows', 'row']), z.strictObject(place)])
				.optional()
				.describe(
					'rows: one item a row of the episode; row: one item of the record; or a place that holds a JSON list.'
				),
			when: conditions.optional().describe('Only items for which this holds.'),
			...optionalCells(field.fields)
		});
		return z.union([one, z.array(one).min(1)]);
	}
	return cellSchema;
}

function optionalCells(fields: Fields): Record<string, z.ZodType> {
	return Object.fromEntries(
		Object.entries(fields)
			.filter(([name]) => name !== 'record' && name !== 'schema_version')
			.map(([name, field]) => [name, fieldSchema(field).optional()])
	);
}

export const KINDS = {
	conversation: CONVERSATION_FIELDS,
	rating: SIDE_FIELDS.rating,
	refund_audit: SIDE_FIELDS.refund_audit,
	complaint: SIDE_FIELDS.complaint,
	cost: SIDE_FIELDS.cost
} as const satisfies Record<string, Fields>;
export type Kind = keyof typeof KINDS;

const common = {
	version: z.literal(1),
	source: z
		.string()
		.regex(
			/^[a-z][a-z0-9_-]{0,39}$/,
			'Small letters, digits, - and _, beginning with a letter, such as our-crm'
		)
		.describe('Name under which the records are kept; ids are unique within it.'),
	title: z.string().min(1).optional(),
	description: z.string().min(1).optional(),
	read: z.strictObject({
		format: z.enum(['csv', 'tsv', 'ndjson', 'json', 'parquet']),
		files: z
			.string()
			.optional()
			.describe('End of the names of files that this mapping reads, such as "tickets.csv".'),
		looks_like: z
			.array(z.string().min(2))
			.min(1)
			.optional()
			.describe(
				'Texts that all stand at the start of such a file; lets a file of another name be recognised.'
			),
		delimiter: z.string().length(1).optional(),
		quote: z.string().max(1).optional().describe('Empty for a table without quotes.'),
		null_values: z
			.array(z.string())
			.default([''])
			.describe('Texts that mean "not known"; an empty cell always does.'),
		records: path.optional().describe('JSON path to the records within a document, such as "$.tickets[*]".'),
		carry: z
			.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), path)
			.optional()
			.describe('Values of the document that each of its records gets as a column of its own.')
	}),
	time: timeSchema.optional().describe('How times are written, unless a field says otherwise.'),
	group: z
		.strictObject({
			by: z.union([column, z.array(column).min(1)]),
			order: column.optional().describe('Column that orders the rows; missing keeps the order of the file.'),
			order_as: z.enum(['time', 'number', 'text']).default('number'),
			gap_hours: z
				.number()
				.positive()
				.optional()
				.describe('A silence longer than this opens a new episode; needs `order` with order_as: time.')
		})
		.optional(),
	may_lack: z
		.array(z.enum(['customer_id', 'started_at']))
		.default([])
		.describe('Fields that some records do not have; what needs them is then not measured for those records.')
};

export const mappingSchema = z
	.discriminatedUnion('kind', [
		z.strictObject({
			...common,
			kind: z.literal('conversation').default('conversation'),
			record: z.strictObject(optionalCells(KINDS.conversation))
		}),
		...(['rating', 'refund_audit', 'complaint', 'cost'] as const).map((kind) =>
			z.strictObject({
				...common,
				kind: z.literal(kind),
				record: z.strictObject(optionalCells(KINDS[kind]))
			})
		)
	])
	.meta({
		id: 'mapping',
		title: 'Plimsoll mapping',
		description: 'How a table becomes Plimsoll records.'
	});
export type Mapping = z.infer<typeof mappingSchema>;

/** Every rule of validity beyond the shape, one function each. */
const RULES: readonly ((mapping: Mapping) => Objection[])[] = [
	missingFields,
	unknownZones,
	timesWithoutZone,
	groupWithoutNeed,
	cellsThatSayTwoThings,
	pathsToMany,
	wordsOutOfVocabulary
];

export const readMapping = (text: string): Read<Mapping> => readYaml(text, mappingSchema, RULES);

function missingFields({ kind, record, may_lack }: Mapping): Objection[] {
	return Object.entries(KINDS[kind] as Fields)
		.filter(
			([name, field]) =>
				field.required &&
				name !== 'record' &&
				!(name in record && (record as Record<string, unknown>)[name] !== undefined) &&
				!(may_lack as readonly string[]).includes(name)
		)
		.map(([name]) => ({
			path: ['record'],
			message: `record.${name} is not mapped`,
			remedy:
				name === 'customer_id' || name === 'started_at'
					? `Say which column holds it, or add ${name} to may_lack.`
					: `Say where ${name} comes from, such as ${name}: ${name === 'messages' ? '{ from: row, role: { constant: customer } }' : 'COLUMN'}.`
		}));
}

/** Every cell of the record with its place in the file, its field and the name it has in the record. */
export function cellsOf(
	mapping: Mapping
): { path: PropertyKey[]; name: string; field: Field; cell: WholeCell }[] {
	const walk = (
		value: unknown,
		fields: Fields,
		path: PropertyKey[],
		label: string
	): ReturnType<typeof cellsOf> =>
		Object.entries((value ?? {}) as Record<string, unknown>).flatMap(([name, given]) => {
			const field = fields[name];
			if (!field || given === undefined || field.kind === 'words') return [];
			const here = [...path, name];
			if (field.kind === 'object') return walk(given, field.fields, here, `${label}${name}.`);
			if (field.kind === 'list') {
				if (!Array.isArray(given)) return walk(given, field.fields, here, `${label}${name}[].`);
				return given.flatMap((one, at) => walk(one, field.fields, [...here, at], `${label}${name}[].`));
			}
			return [{ path: here, name: `${label}${name}`, field, cell: wholeOf(given as Cell) }];
		});
	return walk(mapping.record, KINDS[mapping.kind], ['record'], '');
}

/** A cell written short, a mere column, in full. */
export const wholeOf = (cell: Cell): WholeCell => (typeof cell === 'string' ? { column: cell } : cell);

function isZone(zone: string): boolean {
	try {
		new Intl.DateTimeFormat('en', { timeZone: zone });
		return !/^[+-]/.test(zone);
	} catch {
		return false;
	}
}

function unknownZones(mapping: Mapping): Objection[] {
	const given = [
		{ path: ['time', 'zone'] as PropertyKey[], zone: mapping.time?.zone },
		...cellsOf(mapping).map(({ path, cell }) => ({ path: [...path, 'time', 'zone'], zone: cell.time?.zone }))
	];
	return given.flatMap(({ path, zone }) =>
		zone === undefined || isZone(zone)
			? []
			: [
					{
						path,
						message: `There is no time zone ${zone}`,
						remedy: 'Write a zone such as Europe/Stockholm, America/New_York or UTC.'
					}
				]
	);
}

function timesWithoutZone(mapping: Mapping): Objection[] {
	const told = [
		{ path: ['time'] as PropertyKey[], time: mapping.time },
		...cellsOf(mapping).map(({ path, cell }) => ({ path: [...path, 'time'], time: cell.time }))
	];
	return told.flatMap(({ path, time }) =>
		time?.formats === undefined || (time.zone ?? mapping.time?.zone) !== undefined
			? []
			: [
					{
						path,
						message: 'The formats of times are given, but not their zone',
						remedy: 'Add zone, such as zone: Europe/Stockholm; ask whoever made the export if you are unsure.'
					}
				]
	);
}

function groupWithoutNeed({ group, kind, record }: Mapping): Objection[] {
	const found: Objection[] = [];
	if (group?.gap_hours !== undefined && (group.order === undefined || group.order_as !== 'time')) {
		found.push({
			path: ['group', 'gap_hours'],
			message: 'gap_hours needs the time of each row',
			remedy: 'Add order: COLUMN and order_as: time.'
		});
	}
	if (group || kind !== 'conversation') return found;
	const cells = cellsOf({ kind, record } as Mapping);
	for (const { path, cell } of cells) {
		if (cell.group !== undefined || (cell.take !== undefined && cell.in === undefined))
			found.push({
				path,
				message: `${path.at(-1)?.toString()} speaks of the rows of an episode, but nothing is grouped`,
				remedy: 'Add group: { by: COLUMN }, or remove take and group here.'
			});
	}
	return found;
}

function cellsThatSayTwoThings(mapping: Mapping): Objection[] {
	return cellsOf(mapping).flatMap(({ path, cell }) => {
		const ways = [
			cell.column !== undefined || cell.path !== undefined || cell.file !== undefined,
			cell.constant !== undefined,
			cell.group !== undefined,
			cell.if !== undefined,
			cell.first_of !== undefined
		].filter(Boolean).length;
		return ways === 1
			? []
			: [
					{
						path,
						message: `${path.at(-1)?.toString()} has ${ways === 0 ? 'no place that its value comes from' : 'more than one place that its value comes from'}`,
						remedy: 'Give exactly one of column (or path), file, constant, group, if, first_of.'
					}
				];
	});
}

/** A field has one value; only a list may come from many places. */
function pathsToMany(mapping: Mapping): Objection[] {
	return cellsOf(mapping).flatMap(({ path, cell }) =>
		[cell.path, cell.column?.startsWith('$') ? cell.column : undefined]
			.filter((place) => place?.includes('*'))
			.map((place) => ({
				path,
				message: `${place} leads to many values, and ${path.at(-1)?.toString()} has one`,
				remedy: 'Name one of them, such as $.tags[0].'
			}))
	);
}

/** What a mapping itself says must be a word that the field knows. */
function wordsOutOfVocabulary(mapping: Mapping): Objection[] {
	return cellsOf(mapping).flatMap(({ path, name, field, cell }) => {
		if (field.kind !== 'word' || !field.words) return [];
		const said = [cell.constant, cell.then, cell.else, cell.otherwise, ...Object.values(cell.values ?? {})];
		return said
			.filter((word): word is string => typeof word === 'string' && !field.words!.includes(word))
			.map((word) => ({
				path,
				message: `${name} can't be "${word}"`,
				remedy: `Use one of ${field.words!.join(', ')}.`
			}));
	});
}
