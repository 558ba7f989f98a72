/** What was taken in last, and whether the facts know of it. Touches the database. */
import type { Warehouse } from '../../warehouse/warehouse.server';
import newsSql from './news.sql?raw';

export interface News {
	/** End of the last import that brought anything new; null where none did. */
	cameAt: string | null;
	/** Something of it is not in the facts: `refreshFacts` failed, or was not reached. */
	uncounted: boolean;
}

export async function news(warehouse: Warehouse): Promise<News> {
	const [row] = await warehouse.all<News>(newsSql);
	return row ?? { cameAt: null, uncounted: false };
}
