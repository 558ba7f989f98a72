/**
 * Mutated payloads for every source: nothing crashes or hangs, totals reconcile, every refused record names its
 * field and reason. FUZZ_RUNS payloads a source (10,000 in the long run); FUZZ_SEED to see one again.
 */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { openWarehouse } from '../../warehouse/warehouse.server';
import { ingest } from '../ingest.server';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 60);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20260101);
const PAYLOADS_A_PASS = 500;
const FIXTURES = resolve(import.meta.dirname, '../../fixtures/sources');

/** Mulberry32. */
function randomFrom(seed: number) {
	let state = seed;
	const next = () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
	const below = (n: number) => Math.floor(next() * n);
	return {
		below,
		chance: (share: number) => next() < share,
		of: <T>(list: readonly T[]) => list[below(list.length)]!
	};
}
type Random = ReturnType<typeof randomFrom>;

const ODD: readonly unknown[] = [
	null,
	true,
	false,
	0,
	-1,
	1e308,
	1e15,
	99999999999999,
	253402300800,
	0.5,
	'',
	' ',
	'0',
	'null',
	'NaN',
	'-Infinity',
	'2026-13-45T99:00:00Z',
	'2026-01-01T10:00:00',
	'292278994-08-17T07:12:55Z',
	'9223372036854775807',
	'99999999999999999999999999',
	'a\u0000b',
	"'); DROP TABLE log.conversation; --",
	'<script>alert(1)</script><p',
	'&lt;&amp;&#0;',
	'\ud800',
	'{"a":',
	'[1,2',
	'$.id',
	[],
	{},
	[null],
	[[]],
	{ '': '' },
	{ type: null },
	[1, 'two', { three: 3 }],
	'x'.repeat(100_000)
];

function mutated(value: unknown, random: Random, share: number): unknown {
	if (random.chance(share)) return random.of(ODD);
	if (Array.isArray(value)) {
		const list = value.map((one) => mutated(one, random, share)).filter(() => !random.chance(share));
		if (random.chance(share)) list.push(...list);
		if (random.chance(share)) list.reverse();
		return list;
	}
	if (value && typeof value === 'object') {
		const kept = Object.entries(value).filter(() => !random.chance(share));
		if (random.chance(share))
			kept.push([random.of(['', 'id', 'messages', 'type', 'events', 'a.b"c']), random.of(ODD)]);
		return Object.fromEntries(kept.map(([key, inner]) => [key, mutated(inner, random, share)]));
	}
	return value;
}

/** A payload as a line; now and then the text itself is damaged. */
function line(payload: unknown, random: Random): string {
	if (random.chance(0.3)) return JSON.stringify(payload);
	const text = JSON.stringify(mutated(payload, random, random.of([0.002, 0.02, 0.1])));
	if (random.chance(0.1)) return text.slice(0, random.below(text.length));
	if (random.chance(0.05)) {
		const at = random.below(text.length);
		return (
			text.slice(0, at) + random.of(['"', '{', '\\', '\u0001', '}', ',', '\ufeff', 'é']) + text.slice(at + 1)
		);
	}
	return text;
}

/** The pieces of a source's fixtures: every page as it is, and what is in its lists. */
function pieces(source: string): string[] {
	return readdirSync(join(FIXTURES, source)).flatMap((name) => {
		const text = readFileSync(join(FIXTURES, source, name), 'utf8');
		const pages = name.endsWith('.ndjson') ? text.trim().split('\n') : [text];
		return pages.flatMap((text) => {
			const page = JSON.parse(text) as Record<string, unknown>;
			const lists = Object.values(page).filter(Array.isArray) as unknown[][];
			return [page, ...(Array.isArray(page) ? [] : lists.flat())].map((one) => JSON.stringify(one));
		});
	});
}

/** The ids in the fixtures by which pieces find each other: a copy has its own, so that one mutant spoils one copy. */
const IDS = /\b(50[1-4]|4[1-3]|conv-1|900[1-3]|chat-[12]|([abcd])\2{31})\b/g;

it.each(readdirSync(FIXTURES))(
	`%s survives ${RUNS} mutated payloads`,
	async (source) => {
		const random = randomFrom(SEED);
		const folder = mkdtempSync(join(tmpdir(), 'plimsoll-fuzz-'));
		const warehouse = await openWarehouse(join(folder, 'log.duckdb'));
		const known = pieces(source);
		let made = 0;
		let pass = 0;
		let quarantined = 0;
		let accepted = 0;
		while (made < RUNS) {
			const count = Math.min(PAYLOADS_A_PASS, RUNS - made);
			made += count;
			pass++;
			const copied = (text: string, copy: number) =>
				JSON.parse(text.replaceAll(IDS, (id) => `${id}${pass}${copy}`)) as unknown;
			const lines = Array.from({ length: count }, (_, at) =>
				line(copied(known[at % known.length]!, Math.floor(at / known.length)), random)
			);
			const document = line(copied(random.of(known), 0), random);
			const files = {
				[join(folder, `lines-${pass}.ndjson`)]: lines.join('\n'),
				[join(folder, `page-${pass}.json`)]: document,
				[join(folder, `lines-${pass}.json`)]: ['{"first": "line"}', ...lines.slice(0, 3)].join('\n')
			};
			for (const [file, text] of Object.entries(files)) writeFileSync(file, text);
			const report = await ingest(warehouse, {
				inputs: Object.keys(files),
				source,
				now: '2026-06-01T00:00:00Z'
			});
			expect(report.read).toBe(report.accepted + report.unchanged + report.quarantined);
			for (const file of report.files) {
				expect(file.read).toBe(file.accepted + file.unchanged + file.quarantined);
				if (file.error !== null) {
					expect(file.file).toMatch(/page-/);
					expect(file.error).toMatch(/cut short|is binary/);
				}
			}
			accepted += report.accepted;
			quarantined += report.quarantined;
		}
		const [kept] = await warehouse.all<{ rows: number; nameless: number }>(
			`SELECT count(*) AS rows, count(*) FILTER (coalesce(field, '') = '' OR coalesce(reason, '') = '') AS nameless FROM log.quarantine`
		);
		expect(kept).toEqual({ rows: quarantined, nameless: 0 });
		expect(accepted).toBeGreaterThan(0);
		expect(quarantined).toBeGreaterThan(0);
		warehouse.close();
	},
	3_600_000
);
