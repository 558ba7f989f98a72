/**
 * Opens the database directly, or goes through the server that holds it and says so on stderr. Touches disk.
 */
import { refreshFacts } from '#queries/queries.server';
import { intentPolicyOf, type Policy } from '#stoploss/policy';
import { openWarehouse, WarehouseError, type Warehouse } from '#warehouse/warehouse.server';
import { Failure } from './failure';
import { findServer, type RunningServer } from './running-server';

interface Ways<Result> {
	directly(): Promise<Result>;
	through(server: RunningServer): Promise<Result>;
}

export async function withDatabase<Result>(database: string, ways: Ways<Result>): Promise<Result> {
	try {
		return await ways.directly();
	} catch (error) {
		if (!(error instanceof WarehouseError) || error.code !== 'in_use') throw error;
		const server = findServer(database);
		if (!server) {
			const holder = error.pid ? ` (PID ${error.pid})` : '';
			throw new Failure(
				`${database} is in use by another process${holder}, which is no Plimsoll server. Stop it and try again.`
			);
		}
		console.error(`plimsoll: ${database} is held by the server at ${server.url}; going through it.`);
		return ways.through(server);
	}
}

interface WarehouseWays<Result> {
	directly(warehouse: Warehouse): Promise<Result>;
	through: Ways<Result>['through'];
}

/** An existing database, closed afterwards. */
export function withExisting<Result>(database: string, ways: WarehouseWays<Result>): Promise<Result> {
	return withDatabase<Result>(database, {
		async directly() {
			const warehouse = await openWarehouse(database, { mustExist: true });
			try {
				return await ways.directly(warehouse);
			} finally {
				await warehouse.close();
			}
		},
		through: ways.through
	});
}

/**
 * An existing database with facts that are those of this policy and this version: a migration or another policy has
 * them built anew before anything is said. Closed afterwards.
 */
export function withFacts<Result>(
	database: string,
	policy: Policy,
	ways: WarehouseWays<Result>
): Promise<Result> {
	return withExisting<Result>(database, {
		async directly(warehouse) {
			await refreshFacts(warehouse, intentPolicyOf(policy));
			return ways.directly(warehouse);
		},
		through: ways.through
	});
}
