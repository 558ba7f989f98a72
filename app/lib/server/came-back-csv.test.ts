import { expect, it } from 'vitest';
import type { CameBackRow } from '#queries/queries.server';
import { cameBackCsv } from './came-back-csv';

it('defuses what a spreadsheet would run, and keeps numbers and empties', () => {
	const row: CameBackRow = {
		source: 'canonical',
		id: '=HYPERLINK("http://x","y")',
		customerId: '+46 70',
		intent: '@sum, "quoted"',
		channel: null,
		market: '-1',
		language: 'sv',
		closedAt: '2026-03-03T10:00:00Z',
		resolvedAt: null,
		countedAt: '2026-03-04T10:00:00Z',
		cameBackAt: '2026-03-04T16:00:00Z',
		hoursAfter: 30,
		sameConversation: false,
		nextSource: 'canonical',
		nextId: '\tb',
		nextChannel: 'voice',
		nextPath: 'ai_only'
	};
	const [header, line] = cameBackCsv([row]).split('\n');
	expect(header!.split(',')).toHaveLength(17);
	expect(line).toBe(
		`canonical,"'=HYPERLINK(""http://x"",""y"")",'+46 70,"'@sum, ""quoted""",,'-1,sv,2026-03-03T10:00:00Z,,2026-03-04T10:00:00Z,2026-03-04T16:00:00Z,30,no,canonical,'\tb,voice,ai_only`
	);
});
