/**
 * The log lived again for the replay page; and what is written beside a demo's database about its truth. Touches the
 * database and, for the truth, one file beside it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dashboardWeeks, weekWindow } from '#queries/queries.server';
import type { Policy } from '#stoploss/policy';
import { replayLog, type Replay } from '#stoploss/replay';
import type { Warehouse } from '#warehouse/warehouse.server';
import { drive, type Progress } from './lab.server';
import { calendarOf } from './policy-file.server';
import { ruleData } from './rule-data.server';

export async function replay(
	warehouse: Warehouse,
	policy: Policy,
	asOf: string,
	naive: number,
	onProgress?: Progress
): Promise<Replay> {
	const calendar = calendarOf(policy);
	const all = await dashboardWeeks(warehouse, calendar);
	// A week that isn't over can't be looked back on.
	const dashboard = all.filter(
		({ week }) => Date.parse(weekWindow(calendar, week).until) <= Date.parse(asOf) + 3_600_000
	);
	const day = new Intl.DateTimeFormat('en-CA', { timeZone: calendar.timeZone });
	const ends = dashboard.map(({ week }) => {
		const at = weekWindow(calendar, week).until;
		return { at, day: day.format(new Date(at)) };
	});
	const data = await ruleData(warehouse, policy, asOf);
	return drive(replayLog({ policy, ...data, dashboard, ends, naive }), onProgress);
}

export interface StoryTruth {
	onsetWeek: string;
	resetWeek: string;
	headlineFellWeek: string | null;
	erodingIntents: string[];
}

/** A log that was generated has its truth beside it; null for any other. */
export function storyTruth(warehouse: Warehouse): StoryTruth | null {
	const file = join(dirname(warehouse.file), 'truth.json');
	if (!existsSync(file)) return null;
	try {
		const { onsetWeek, resetWeek, headlineFellWeek, erodingIntents } = JSON.parse(
			readFileSync(file, 'utf8')
		) as StoryTruth;
		return typeof onsetWeek === 'string' && Array.isArray(erodingIntents)
			? { onsetWeek, resetWeek, headlineFellWeek, erodingIntents }
			: null;
	} catch {
		return null;
	}
}
