/** docs/metrics.md is the catalogue, and every metric shows its SQL. Write it anew with `npx vitest run queries/metrics -u`. */
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { METRICS } from '../../warehouse/vocabulary';
import { documented, metricsMarkdown } from './document';

it('docs/metrics.md is current', async () => {
	const file = join(import.meta.dirname, '../../docs/metrics.md');
	const text = await format(metricsMarkdown(), { ...(await resolveConfig(file)), parser: 'markdown' });
	await expect(text).toMatchFileSnapshot(file);
});

it('defines every metric once, with SQL', () => {
	expect(
		documented()
			.map(({ name }) => name)
			.sort()
	).toEqual([...METRICS].sort());
	for (const { name, sql } of documented()) expect(sql.text, name).toMatch(/CASE|SELECT/);
});
