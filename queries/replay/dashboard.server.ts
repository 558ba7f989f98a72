/** What a common dashboard would have shown, week by week, as known at the end of each. Touches the database. */
import type { Warehouse } from '../../warehouse/warehouse.server';
import { weekWindow } from '../calendar';
import { weeksPresent } from '../listings/listings.server';
import type { Calendar } from '../measurement';
import dashboard from './dashboard.sql?raw';

export interface DashboardWeek {
	week: string;
	contacts: number;
	aiOnly: number;
	/** Ratings of AI-only contacts that had come by the end of the week, and those of 4 or 5. */
	rated: number;
	top: number;
	/** The same by the end of the next week, which is what the week is then compared with. */
	ratedLater: number;
	topLater: number;
}

/** Weeks that hold a contact, in order. */
export async function dashboardWeeks(warehouse: Warehouse, calendar: Calendar): Promise<DashboardWeek[]> {
	const weeks = await weeksPresent(warehouse, calendar);
	const windows = weeks.map((week) => weekWindow(calendar, week));
	return warehouse.all<DashboardWeek>(dashboard, {
		labels: weeks,
		since: windows.map(({ since }) => since),
		until: windows.map(({ until }) => until)
	});
}
