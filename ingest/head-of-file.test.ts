/** The head of a long file ends after a whole record, whatever stands in its quotes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headOfFile } from './head-of-file.server';

describe('the head of a file', () => {
	let folder: string;
	beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'plimsoll-head-'))));
	afterAll(() => rmSync(folder, { recursive: true, force: true }));
	const head = async (name: string, content: string, bytes: number) => {
		const file = join(folder, name);
		writeFileSync(file, content);
		const { path, whole } = await headOfFile(file, join(folder, 'cut'), bytes);
		return { text: readFileSync(path, 'utf8'), whole };
	};

	it('is the file itself when it is short', async () => {
		expect(await head('a.csv', 'a,b\n1,2\n', 100)).toEqual({ text: 'a,b\n1,2\n', whole: true });
	});
	it('ends after the last whole line', async () => {
		expect(await head('a.ndjson', '{"a":1}\n{"a":2}\n{"a":3}\n', 18)).toEqual({
			text: '{"a":1}\n{"a":2}\n',
			whole: false
		});
	});
	it('does not end at a line break within quotes, and doubled quotes do not mislead it', async () => {
		const rows = 'a,b\n1,"x ""y"" z"\n2,"first\nsecond"\n3,c\n';
		expect(await head('b.csv', rows, 28)).toEqual({ text: 'a,b\n1,"x ""y"" z"\n', whole: false });
	});
	it('is all of it where its first record does not end, and where records are no lines', async () => {
		expect((await head('c.csv', 'a,"' + 'x\n'.repeat(50), 20)).whole).toBe(true);
		expect((await head('d.json', '[' + '1,\n'.repeat(50) + '1]', 20)).whole).toBe(true);
	});
});
