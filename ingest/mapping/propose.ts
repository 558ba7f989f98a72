/**
 * A mapping proposed for a file from the names of its columns and what stands in them. Pure.
 *
 * Whatever is a guess is said to be one, beside the line it stands in: a proposal is read by a person before anything
 * is stored. A field for which nothing speaks is left out, never filled.
 */
import { Document, isMap, isScalar } from 'yaml';
import type { Column, Inspection } from './inspect.server';

export interface Unsure {
	/** Field of the record, or a part of the mapping such as `time` or `group`. */
	field: string;
	why: string;
}

export interface Proposal {
	/** The mapping as YAML, with a comment where it is unsure. */
	text: string;
	unsure: Unsure[];
	/** Columns that the proposal does not use. */
	unused: string[];
}

type Tree = { [name: string]: unknown };

/** How a column may be called, the likeliest first; ours, the vendors', and a few other languages. */
const NAMES = {
	id: /^(conversation|ticket|chat|case|incident|dialog(ue)?|session|interaction|thread|issue)([ _.-]?(id|no|nr|number|key|ref))?$|^(id|number|uuid|ticketnummer|ticket nr|fall(nummer)?)$/i,
	group:
		/^(conversation|ticket|chat|case|incident|dialog(ue)?|session|interaction|thread|issue)[ _.-]?(id|no|nr|number|key|ref)?$|^number$/i,
	customer_id:
		/^(customer|user|requester|caller|contact|client|consumer|member|account|sender|visitor|kunde|kund|cliente?|usuario)([ _.-]?(id|no|nr|number|key|email|nummer))?$/i,
	started_at:
		/^(started|created|opened|start|begin|created_?date|open(ed)?_?(at|on|time|date)|er(ö|oe)ffnet|erstellt|skapad|creado|cr[ée]{2})([ _.-]?(at|on|time|date|am))?$/i,
	at: /^(timestamp|time|at|date|datetime|sent([ _.-]?at)?|message[ _.-]?(time|date|at)|event[ _.-]?(time|at)|created([ _.-]?at)?|ts|zeit|hora|tid)$/i,
	resolved_at: /^(resolved|solved|closed|gel(ö|oe)st|l(ö|o)st|resuelto)([ _.-]?(at|on|time|date|am))?$/i,
	ended_at: /^(ended|end|finished)([ _.-]?(at|on|time|date))?$/i,
	updated_at: /^(updated|modified|changed|last_?(updated|modified))([ _.-]?(at|on|time|date))?$/i,
	order:
		/^(turn|seq|sequence|step|position|index|order|sys_mod_count|message)([ _.-]?(no|nr|number|id|count|index))?$/i,
	role: /^(role|author|sender|speaker|from|who|author[ _.-]?type|sender[ _.-]?type|message[ _.-]?type|participant([ _.-]?role)?|rolle)$/i,
	text: /^(text|message|body|content|utterance|msg|comment|description|question|message[ _.-]?(text|body)|nachricht|texto?|mensaje|meddelande)$/i,
	subject: /^(subject|title|description|summary|short_description|betreff|asunto)$/i,
	channel: /^(channel|via|source|contact[ _.-]?type|medium|kanal|canal)$/i,
	language: /^(language|lang|locale|sprache|idioma|spr(å|a)k)$/i,
	market: /^(market|country|region|brand|land|pa[ií]s)$/i,
	intent: /^(intent|category|topic|reason|contact[ _.-]?reason|type|issue[ _.-]?type|kategorie|motivo)$/i,
	intent_confidence: /^((intent|ai|bot)?[ _.-]?(confidence|confidence[ _.-]?score))$/i,
	rating:
		/^(csat([ _.-]?score)?|rating|satisfaction([ _.-]?(score|rating))?|score|stars|note|bewertung|betyg)$/i,
	status: /^(status|state|incident_state|ticket[ _.-]?status)$/i
} as const;

/** Who wrote a message, by the words that logs use. */
const ROLES: Record<string, RegExp> = {
	customer:
		/^(customer|user|end[-_ ]?user|client|visitor|requester|contact|caller|lead|human|kunde|kund|incoming|in|0)$/i,
	bot: /^(bot|assistant|ai|agent_?bot|virtual[-_ ]?agent|chatbot|automation|fin|ai_agent)$/i,
	agent:
		/^(agent|admin|operator|staff|(customer )?(support|service)( ?(team|agent))?|representative|rep|human[-_ ]?agent|employee|mitarbeiter|outgoing|out)$/i,
	system: /^(system|event|activity|workflow|tool)$/i
};

const FORMATS = [
	'%Y-%m-%d %H:%M:%S',
	'%d/%m/%Y %H:%M:%S',
	'%d/%m/%Y %H:%M',
	'%m/%d/%Y %H:%M:%S',
	'%m/%d/%Y %H:%M',
	'%d.%m.%Y %H:%M:%S',
	'%d.%m.%Y %H:%M',
	'%m/%d/%Y %I:%M:%S %p',
	'%m/%d/%Y %I:%M %p',
	'%Y/%m/%d %H:%M:%S',
	'%Y/%m/%d %H:%M',
	'%d-%m-%Y %H:%M:%S',
	'%d-%m-%Y %H:%M',
	'%d %b %Y %H:%M:%S',
	'%d %b %Y %H:%M',
	'%b %d, %Y %I:%M %p',
	'%Y%m%d%H%M%S',
	'%d/%m/%Y',
	'%m/%d/%Y',
	'%d.%m.%Y'
];
const PIECES: Record<string, string> = {
	Y: '\\d{4}',
	m: '(0?[1-9]|1[0-2])',
	d: '(0?[1-9]|[12]\\d|3[01])',
	H: '([01]?\\d|2[0-3])',
	I: '(0?[1-9]|1[0-2])',
	M: '[0-5]\\d',
	S: '[0-5]\\d',
	p: '[AaPp][Mm]',
	b: '[A-Za-z]{3}'
};
const matcher = (format: string) =>
	new RegExp(
		`^${format.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&').replaceAll(/%(\w)/g, (_, piece: string) => PIECES[piece]!)}$`
	);

interface TimeGuess {
	time: Tree;
	unsure: string | null;
}

/** How the times of a column are written; null when they are no times. */
export function timeOf({ spread }: Pick<Column, 'spread'>): TimeGuess | null {
	if (spread.length === 0) return null;
	const all = (pattern: RegExp) => spread.every((value) => pattern.test(value));
	if (all(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i))
		return { time: {}, unsure: null };
	if (all(/^1[0-9]{9}(\.\d+)?$/)) return { time: { unit: 'seconds' }, unsure: null };
	if (all(/^1[0-9]{12}$/)) return { time: { unit: 'milliseconds' }, unsure: null };
	const zone = 'The file does not say in which time zone its times are; UTC is a guess.';
	if (all(/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?$/))
		return { time: { zone: 'UTC' }, unsure: zone };
	const fitting = FORMATS.filter((format) => all(matcher(format)));
	const [format] = fitting;
	if (!format) return null;
	const swapped = fitting.some(
		(other) => other !== format && other.startsWith('%m') !== format.startsWith('%m')
	);
	return {
		time: { formats: [format], zone: 'UTC' },
		unsure: swapped ? `Day and month can be read either way: ${format} is a guess. ${zone}` : zone
	};
}

/** The column that is called like a field, and whose content can be it. */
function columnFor(
	columns: readonly Column[],
	pattern: RegExp,
	fits: (column: Column) => boolean = () => true
): Column | undefined {
	const parts = (name: string) => name.replace(/^\$\./, '').split('.');
	return columns
		.filter((one) => !one.name.includes('[*]') && pattern.test(parts(one.name).at(-1)!) && fits(one))
		.sort((a, b) => parts(a.name).length - parts(b.name).length)[0];
}

export function propose(inspection: Inspection & { records?: string }): Proposal {
	const { columns, rows, format } = inspection;
	const unsure: Unsure[] = [];
	const used = new Set<string>();
	const doubt = (field: string, why: string) => void unsure.push({ field, why });
	const take = (column: Column) => {
		used.add(column.name);
		return column.name;
	};
	const isTime = (column: Column) => timeOf(column) !== null;
	const isNumber = (column: Column) => column.spread.every((value) => /^-?\d+([.,]\d+)?$/.test(value));

	const read: Tree = { format };
	if (inspection.delimiter) read['delimiter'] = inspection.delimiter;
	if (inspection.quote !== undefined) read['quote'] = inspection.quote;
	if (inspection.records) read['records'] = inspection.records;
	const unknown = ['?', '-', 'n/a', 'N/A', 'NULL', 'null', 'None', '\\N'].filter((word) =>
		columns.some(({ spread, distinct }) => distinct > 1 && spread.includes(word))
	);
	if (unknown.length > 0) {
		read['null_values'] = unknown;
		doubt('read', `${unknown.map((word) => `"${word}"`).join(', ')} is taken to mean "not known".`);
		for (const column of columns) column.spread = column.spread.filter((value) => !unknown.includes(value));
	}

	// An event log: a column that names the conversation, and repeats.
	const list = nestedMessages(columns);
	const repeats = (column: Column) => column.rows >= rows * 0.95 && column.distinct < column.rows * 0.9;
	const key = list ? undefined : columnFor(columns, NAMES.group, repeats);
	const record: Tree = {};
	const mapping: Tree = { version: 1, source: sourceName(inspection.file), read };
	const started = columnFor(columns, NAMES.started_at, isTime);
	const at =
		columnFor(columns, NAMES.at, (one) => isTime(one) && one !== (key ? undefined : started)) ??
		(key ? started : undefined);
	const clock = started ?? at;
	const time = clock && timeOf(clock);
	if (time && Object.keys(time.time).length > 0) mapping['time'] = time.time;
	if (time?.unsure) doubt('time', time.unsure);
	const timeField = (column: Column): unknown => {
		const own = timeOf(column);
		const same = JSON.stringify(own?.time) === JSON.stringify(time?.time);
		return same || !own ? take(column) : { column: take(column), time: own.time };
	};

	if (key) {
		// A time that every row of an episode shares orders nothing.
		const order = (at === started ? undefined : at) ?? columnFor(columns, NAMES.order, isNumber) ?? at;
		mapping['group'] = {
			by: take(key),
			...(order && { order: take(order), ...(order === at && { order_as: 'time' }) })
		};
		record['id'] = { group: 'key' };
		doubt(
			'group',
			`Rows with the same ${key.name} are taken for one conversation (${key.distinct} of them in ${rows} rows).`
		);
		if (!order) doubt('group', 'No column orders the rows; the order of the file is kept.');
	} else {
		const id =
			columnFor(columns, NAMES.id, (one) => one.distinct >= rows * 0.95) ??
			columns.find((one) => /(^|[._ -])id$/i.test(one.name) && one.distinct >= rows * 0.95);
		if (id) record['id'] = take(id);
		else doubt('id', 'No column looks like the id of a conversation. Say which one is it, under record.id.');
	}

	const lacks: string[] = [];
	const customer = columnFor(
		columns,
		NAMES.customer_id,
		(one) => one.name !== key?.name && !used.has(one.name)
	);
	if (customer) {
		record['customer_id'] = take(customer);
		if (customer.distinct > rows * 0.98 && rows > 50)
			doubt(
				'customer_id',
				`${customer.name} is different in nearly every row; if it is not the customer, contacts can't be linked.`
			);
	} else {
		lacks.push('customer_id');
		doubt(
			'customer_id',
			'No column names the customer: recontact and first contact resolution can not be measured.'
		);
	}
	if (started)
		record['started_at'] = key ? { column: timeField(started) as string, take: 'min' } : timeField(started);
	else if (key && at) record['started_at'] = { column: take(at), take: 'min' };
	else if (list?.at && at === undefined)
		record['started_at'] = { in: list.place, column: list.at, take: 'min' };
	else if (at) record['started_at'] = timeField(at);
	else {
		lacks.push('started_at');
		doubt('started_at', 'No column holds the time of the conversation: nothing can be counted by week.');
	}
	for (const field of ['resolved_at', 'ended_at', 'updated_at'] as const) {
		const column = columnFor(columns, NAMES[field], (one) => isTime(one) && !used.has(one.name));
		if (column) record[field] = timeField(column);
	}
	if (!record['resolved_at'])
		doubt(
			'resolved_at',
			'No column says when a conversation was resolved: durable resolution and recontact can not be measured.'
		);
	for (const field of ['channel', 'language', 'market', 'intent', 'intent_confidence'] as const) {
		const column = columnFor(
			columns,
			NAMES[field],
			(one) =>
				!used.has(one.name) &&
				(field === 'intent_confidence'
					? one.spread.every((value) => Number(value) >= 0 && Number(value) <= 1)
					: one.distinct <= Math.max(200, rows / 20) &&
						one.length < 60 &&
						(field !== 'intent' || one.distinct > 1 || rows === 1))
		);
		if (column) record[field] = take(column);
		if (column && field === 'intent' && !/intent/i.test(column.name))
			doubt('intent', `${column.name} is taken for what the customer wanted.`);
	}
	const rating = columnFor(columns, NAMES.rating, (one) => isNumber(one) && !used.has(one.name));
	if (rating) {
		const most = Math.max(...rating.spread.map(Number));
		const scale = most <= 5 ? 5 : most <= 7 ? 7 : 10;
		record['rating'] = { score: take(rating), scale: { constant: scale } };
		doubt('rating', `The greatest ${rating.name} is ${most}; a scale of 1 to ${scale} is a guess.`);
	}
	record['messages'] = messagesOf();
	if (lacks.length > 0) mapping['may_lack'] = lacks;
	mapping['record'] = record;
	const listed = list
		? [list.role, list.text, list.at].filter(Boolean).map((name) => `${list.prefix}${name}`)
		: [];
	return {
		text: written(mapping, unsure),
		unsure,
		unused: columns.map(({ name }) => name).filter((name) => !used.has(name) && !listed.includes(name))
	};

	function messagesOf(): unknown {
		if (list) {
			const role = columns.find(({ name }) => name === `${list.prefix}${list.role}`);
			return {
				from: list.place,
				role: roleCell(list.role, role),
				...(list.at && { at: list.at }),
				...(list.text && { text: list.text })
			};
		}
		const text =
			columnFor(columns, NAMES.text, (one) => !used.has(one.name)) ??
			columnFor(columns, NAMES.subject, (one) => !used.has(one.name));
		if (text) take(text);
		const words = text && { text: text.name };
		if (!key) {
			doubt(
				'messages',
				"The rows hold no conversation: each counts as one message of the customer, and nobody's reply is known."
			);
			return { from: 'row', role: { constant: 'customer' }, ...words };
		}
		const role = columnFor(columns, NAMES.role, (one) => !used.has(one.name) && one.distinct <= 20);
		if (role) return { from: 'rows', role: roleCell(take(role), role), ...(at && { at: at.name }), ...words };
		if (!text) {
			doubt(
				'messages',
				"The rows hold no messages: one of the customer stands for each conversation, and nobody's reply is known."
			);
			return { from: 'row', role: { constant: 'customer' } };
		}
		doubt(
			'messages',
			"No column says who wrote a message: all are taken for the customer's, and nobody's reply is known."
		);
		return { from: 'rows', role: { constant: 'customer' }, ...(at && { at: at.name }), ...words };
	}

	function roleCell(name: string, column: Column | undefined): unknown {
		const values: Record<string, string> = {};
		for (const word of column?.spread ?? []) {
			const role = Object.keys(ROLES).find((one) => ROLES[one]!.test(word));
			if (role === word) continue;
			values[word] = role ?? 'system';
			doubt(
				'messages',
				role
					? `"${word}" is taken for ${role === 'customer' ? 'the customer' : `a ${role}`}.`
					: `Nothing says who "${word}" is; it is put down as system, which counts as nobody.`
			);
		}
		return Object.keys(values).length > 0 ? { column: name, values } : name;
	}
}

interface Nested {
	place: { column: string } | { path: string };
	prefix: string;
	role: string;
	text?: string | undefined;
	at?: string | undefined;
}

/** A list within each row whose items have a writer: the messages. */
function nestedMessages(columns: readonly Column[]): Nested | null {
	for (const { name } of columns) {
		const found = /^(\$?\.?[^[]+)\[\*\]\.(\w+)$/.exec(name);
		if (!found || !NAMES.role.test(found[2]!)) continue;
		const prefix = name.slice(0, name.length - found[2]!.length);
		const siblings = columns.filter(
			(one) =>
				one.name.startsWith(prefix) &&
				!one.name.slice(prefix.length).includes('.') &&
				!one.name.slice(prefix.length).includes('[')
		);
		const sibling = (pattern: RegExp, fits: (column: Column) => boolean = () => true) =>
			siblings
				.find((one) => pattern.test(one.name.slice(prefix.length)) && fits(one))
				?.name.slice(prefix.length);
		const list = found[1]!;
		return {
			place: list.startsWith('$') ? { path: list } : { column: list },
			prefix,
			role: found[2]!,
			text: sibling(NAMES.text),
			at: sibling(NAMES.at, (one) => timeOf(one) !== null)
		};
	}
	return null;
}

/** A name for the source that the schema takes, from that of the file. */
const sourceName = (file: string) =>
	file
		.toLowerCase()
		.replace(/(\.(gz|zst|csv|tsv|txt|json|jsonl|ndjson|parquet))+$/, '')
		.replaceAll(/[^a-z0-9_-]+/g, '-')
		.replace(/^[^a-z]+/, '')
		.slice(0, 40)
		.replace(/-+$/, '') || 'our-log';

/** YAML with each doubt as a comment above the field that it is about. */
function written(mapping: Tree, unsure: readonly Unsure[]): string {
	const document = new Document(mapping);
	document.commentBefore =
		' Proposed by Plimsoll from the file itself. Read it before you use it; guesses are marked.';
	for (const field of new Set(unsure.map((one) => one.field))) {
		const said = unsure.filter((one) => one.field === field).map(({ why }) => ` UNSURE: ${why}`);
		const path = field in mapping ? [field] : ['record', field];
		const parent = path.length === 1 ? document.contents : document.get('record', true);
		const pair = isMap(parent)
			? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
			: undefined;
		if (pair && isScalar(pair.key)) pair.key.commentBefore = said.join('\n');
		else document.comment = [document.comment, ...said].filter(Boolean).join('\n');
	}
	return document.toString({ lineWidth: 110 });
}
