/**
 * What is taken out of texts before they are stored, as SQL over one text. Pure. E-mail addresses, IBANs (ISO 13616,
 * mod 97), payment cards (Luhn), telephone numbers and addresses of networks become [email], [iban], [card], [phone]
 * and [network]; patterns of one's own (RE2) become their name. Patterns of one's own are read from the variable
 * `redact_patterns` and `redact_tokens`, and never written into the SQL. Takes a text without anything that looks so as it is.
 */
import type { RedactedKind } from '../warehouse/vocabulary';

export interface Redaction {
	kinds: readonly RedactedKind[];
	patterns: readonly { name: string; pattern: string }[];
}

export const NOTHING_REDACTED: Redaction = { kinds: [], patterns: [] };

/** Seven digits in one run, an @, or the marks of an address: all that follows is tried only there. */
const SUSPICIOUS = String.raw`@|\d(?:[ ./()-]{0,2}\d){6}|::|(?:[0-9A-Fa-f]{1,4}[:-]){4}|\d\.\d+\.\d`;

const EMAIL = String.raw`[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`;
const IBAN = String.raw`\b[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?\b`;
const CARD = String.raw`\b(?:[2-6]\d{3}[ -]?(?:\d{4}[ -]?){2}\d{4}|3[47]\d{2}[ -]?\d{6}[ -]?\d{5}|[2-6]\d{12,18})\b`;
const PHONE = [
	// With the code of a country: 8 to 15 digits (E.164).
	String.raw`(?:\+|\b00)[1-9](?:[ ./()-]{0,3}\d){7,14}\b`,
	// National, as most of Europe writes it: from a 0, 9 to 11 digits.
	// Not with dots or slashes, as dates are, save the French pairs.
	String.raw`(?:\(0\d{1,4}\)|\b0[1-9]\d{0,3})(?:[ -]{0,3}\d){5,8}\b`,
	String.raw`\b0[1-9](?:\.\d{2}){4}\b`,
	// North American: 3, 3 and 4 digits, kept apart.
	String.raw`(?:\([2-9]\d{2}\) ?|\b[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}\b`
].join('|');
const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const NETWORK = [
	String.raw`\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b`,
	String.raw`\b(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}\b`,
	String.raw`\b(?:[0-9A-Fa-f]{1,4}:){1,6}(?::[0-9A-Fa-f]{1,4}){1,6}\b`,
	String.raw`\b(?:${OCTET}\.){3}${OCTET}\b`
].join('|');

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
/** A value with a name, so that what is written twice is worked out once. */
const bind = (value: string, name: string, body: string) =>
	`list_transform([${value}], lambda ${name}: ${body})[1]`;

const replaced = (text: string, pattern: string, token: string) =>
	`regexp_replace(${text}, ${quoted(pattern)}, '[${token}]', 'g')`;

/** Replaces those of the matches for which `check` holds. */
const checked = (text: string, pattern: string, token: string, check: (match: string) => string) =>
	bind(
		text,
		`t_${token}`,
		`list_reduce(list_filter(list_distinct(regexp_extract_all(t_${token}, ${quoted(pattern)})), lambda x: ${check('x')}), lambda done, x: replace(done, x, '[${token}]'), t_${token})`
	);

/** Every second digit from the right counts double, less nine where it is above nine; the sum ends in 0. */
const luhn = (match: string) =>
	bind(
		`reverse(regexp_replace(${match}, '[^0-9]', '', 'g'))`,
		'd',
		`list_sum(list_transform(range(1, len(d) + 1), lambda i: CASE WHEN i % 2 = 1 THEN substr(d, i, 1)::INTEGER ELSE (2 * substr(d, i, 1)::INTEGER) - CASE WHEN substr(d, i, 1)::INTEGER > 4 THEN 9 ELSE 0 END END)) % 10 = 0`
	);

/** Country and check digits go to the end, letters are 10 to 35; the number leaves 1 when divided by 97. */
const mod97 = (match: string) =>
	bind(
		`upper(regexp_replace(${match}, '[ -]', '', 'g'))`,
		'd',
		`len(d) BETWEEN 15 AND 34 AND list_reduce(list_transform(string_split(substr(d, 5) || left(d, 4), ''), lambda c: CASE WHEN c BETWEEN '0' AND '9' THEN ascii(c) - 48 ELSE ascii(c) - 55 END), lambda rest, v: (CASE WHEN v > 9 THEN 100 ELSE 10 END * rest + v) % 97, 0) = 1`
	);

const STEPS: Record<RedactedKind, (text: string) => string> = {
	email: (text) => replaced(text, EMAIL, 'email'),
	iban: (text) => checked(text, IBAN, 'iban', mod97),
	card: (text) => checked(text, CARD, 'card', luhn),
	network: (text) => replaced(text, NETWORK, 'network'),
	phone: (text) => replaced(text, PHONE, 'phone')
};
/** What is sure goes before what is only likely. */
const ORDER: readonly RedactedKind[] = ['email', 'iban', 'card', 'phone', 'network'];

/** SQL of `text` without what is to be redacted; `text` itself where nothing is. */
export function redactedSql(text: string, { kinds, patterns }: Redaction): string {
	const wanted = ORDER.filter((kind) => kinds.includes(kind));
	const built = wanted.reduce((done, kind) => STEPS[kind](done), text);
	const safe =
		wanted.length === 0
			? text
			: `CASE WHEN regexp_matches(${text}, ${quoted(SUSPICIOUS)}) THEN ${built} ELSE ${text} END`;
	return patterns.reduce(
		(done, _, at) =>
			`regexp_replace(${done}, getvariable('redact_patterns')[${at + 1}], getvariable('redact_tokens')[${at + 1}], 'g')`,
		safe
	);
}
