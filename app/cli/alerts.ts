/** `plimsoll alerts` and `plimsoll alert ...`: the same doors as the page. Touches the database, or asks the server. */
import { WISHES, type Wish, type WishName } from '#stoploss/wishes';
import { openWarehouse, type Warehouse } from '#warehouse/warehouse.server';
import { askAlert, listAlerts, readAlert, type AlertSummary } from '../lib/server/alerts.server';
import { loadPolicy } from '../lib/server/policy-file.server';
import { withDatabase } from './database';
import { EXIT, Failure } from './failure';
import { askServer, tellServer, type RunningServer } from './running-server';

interface Options {
	db: string;
	policy?: string;
	json?: boolean;
}

const now = () => new Date().toISOString();

function withAlerts<Result>(
	database: string,
	directly: (warehouse: Warehouse) => Promise<Result>,
	through: (server: RunningServer) => Promise<Result>
): Promise<Result> {
	return withDatabase<Result>(database, {
		async directly() {
			const warehouse = await openWarehouse(database, { mustExist: true });
			try {
				return await directly(warehouse);
			} finally {
				await warehouse.close();
			}
		},
		through
	});
}

export async function runAlerts(options: Options): Promise<number> {
	const alerts = await withAlerts<AlertSummary[]>(
		options.db,
		(warehouse) => listAlerts(warehouse, loadPolicy(options.policy), now()),
		async (server) => (await askServer(server, '/api/alerts', {})).json() as Promise<AlertSummary[]>
	);
	if (options.json) console.log(JSON.stringify(alerts, null, 2));
	else if (alerts.length === 0) console.log('No alert has fired.');
	else for (const alert of alerts) console.log(show(alert));
	return EXIT.clear;
}

function show({
	key,
	state,
	data,
	title,
	firedAt,
	overdue,
	silencedUntil,
	acknowledgedBy,
	due
}: AlertSummary) {
	const notes = [
		firedAt && `fired ${firedAt.slice(0, 10)}`,
		acknowledgedBy && `${acknowledgedBy} until ${due}${overdue ? ', OVERDUE' : ''}`,
		silencedUntil && `silenced until ${silencedUntil}`,
		data !== 'ok' && `data ${data}`
	].filter(Boolean);
	return `${key.slice(0, 8)}  ${state.padEnd(12)}  ${title}  (${notes.join('; ')})`;
}

export async function runWish(
	name: WishName,
	key: string,
	{ db, policy: file, json, ...given }: Options & Record<string, unknown>
): Promise<number> {
	const parsed = WISHES[name].safeParse(given);
	if (!parsed.success)
		throw new Failure(
			parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join(' ')
		);
	const alert = await withAlerts<AlertSummary>(
		db,
		async (warehouse) => {
			const policy = loadPolicy(file);
			const refused = await askAlert(warehouse, policy, key, { name, ...parsed.data } as Wish, now());
			if (refused !== null) throw new Failure(refused);
			return (await readAlert(warehouse, policy, key, now()))!.alert;
		},
		async (server) =>
			(
				await tellServer(server, `/api/alerts/${encodeURIComponent(key)}/${name}`, parsed.data)
			).json() as Promise<AlertSummary>
	);
	console.log(json ? JSON.stringify(alert, null, 2) : show(alert));
	return EXIT.clear;
}
