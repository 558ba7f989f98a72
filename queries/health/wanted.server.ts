/** Conversations that came by webhook in parts only, so that an export of them is wanted. Touches the database. */
import type { Warehouse } from '../../warehouse/warehouse.server';
import wantedSql from './wanted.sql?raw';

export interface Wanted {
	source: string;
	/** As the product numbers it. */
	id: string;
	field: string;
	reason: string;
	/** When the last part of it came. */
	at: string;
}

/** The newest first, at most so many. */
export const wantedExports = (warehouse: Warehouse, limit: number) =>
	warehouse.all<Wanted>(wantedSql, { limit });
