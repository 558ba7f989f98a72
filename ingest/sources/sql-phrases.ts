/**
 * Phrases that the SQL files of the sources share, written there as `{{name:expression}}`. Pure; the expressions come
 * from our own SQL files, never from a file of a user.
 */

const ISO = `'%Y-%m-%dT%H:%M:%S.%fZ'`;

/** Text of a time with its zone, as UTC, so that texts sort as times do; what is no such time stays as it is. */
const zoned = (value: string) =>
	`CASE WHEN regexp_matches(${value}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}.*([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)$') AND try_cast(${value} AS TIMESTAMPTZ) IS NOT NULL THEN strftime(timezone('UTC', try_cast(${value} AS TIMESTAMPTZ)), ${ISO}) ELSE ${value} END`;

/**
 * RFC 3339 text of a time: Unix seconds or milliseconds, or text that says its zone (`UTC` included). 0 and '' are
 * how some APIs write "never". What is none of these stays as it is, and the parser refuses it by the field's name.
 */
const time = (value: string) => `CASE
	WHEN (${value}) IN ('', '0', '0.0') THEN NULL
	WHEN regexp_full_match(${value}, '[0-9]{1,15}([.][0-9]+)?') THEN CASE
		WHEN try_cast(${value} AS DOUBLE) < 1e11 THEN strftime(make_timestamp(round(try_cast(${value} AS DOUBLE) * 1e6)::BIGINT), ${ISO})
		WHEN try_cast(${value} AS DOUBLE) < 1e14 THEN strftime(make_timestamp(round(try_cast(${value} AS DOUBLE) * 1e3)::BIGINT), ${ISO})
		ELSE ${value} END
	ELSE ${zoned(`replace(${value}, ' UTC', 'Z')`)} END`;

/** The same for Unix nanoseconds, as OpenTelemetry writes them. */
const nanos = (value: string) => `CASE
	WHEN (${value}) IN ('', '0') THEN NULL
	WHEN regexp_full_match(${value}, '[0-9]{1,19}') AND try_cast(${value} AS BIGINT) IS NOT NULL THEN strftime(make_timestamp(try_cast(${value} AS BIGINT) // 1000), ${ISO})
	ELSE ${value} END`;

/** A time that its product writes in UTC without saying so. */
const utc = (value: string) =>
	zoned(
		`(CASE WHEN regexp_matches(${value}, '([Zz]|[+-][0-9]{2}:?[0-9]{2})$') THEN ${value} ELSE nullif(${value}, '') || 'Z' END)`
	);

/** An attribute of a span or an event by its name. */
const attribute = (value: string) => {
	const [list, name] = value.split(' ');
	return `list_filter(${list}, lambda a: a.k = '${name}')[1].v`;
};

/** What a person reads of HTML: breaks as lines, no tags, the common entities. Null when nothing is left. */
const html = (value: string) => {
	const blocks = `regexp_replace(${value}, '(?i)<(script|style)[^>]*>.*?</(script|style)>|<!--.*?-->', '', 'gs')`;
	const lines = `regexp_replace(${blocks}, '(?i)<br\\s*/?>|</(p|div|li|tr|h[1-6]|blockquote)>', chr(10), 'g')`;
	const bare = `regexp_replace(${lines}, '</?[a-zA-Z!][^>]*>', '', 'g')`;
	const entities: readonly [string, string][] = [
		['&nbsp;', ' '],
		['&lt;', '<'],
		['&gt;', '>'],
		['&quot;', '"'],
		['&#39;', "''"],
		['&apos;', "''"],
		['&amp;', '&']
	];
	const read = entities.reduce((text, [entity, sign]) => `replace(${text}, '${entity}', '${sign}')`, bare);
	return `nullif(trim(${read}, E' \\t\\r\\n'), '')`;
};

const PHRASES: Readonly<Record<string, (value: string) => string>> = { time, nanos, utc, attribute, html };

/** The SQL with its phrases written out, and `{{entries}}` and the like from `relations`. Refuses a phrase it doesn't know. */
export function phrased(sql: string, relations: Readonly<Record<string, string>> = {}): string {
	const known = Object.keys(PHRASES).join('|');
	const written = sql.replaceAll(new RegExp(`\\{\\{(${known}):([^{}]+)\\}\\}`, 'g'), (_, name, value) =>
		PHRASES[name as string]!((value as string).trim())
	);
	return written.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
		const relation = relations[name];
		if (relation === undefined) throw new Error(`No phrase is called ${name}.`);
		return relation;
	});
}
