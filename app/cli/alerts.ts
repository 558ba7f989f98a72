/** `plimsoll alerts` and `plimsoll alert ...`: the same doors as the page. Touches the database, or asks the server. */
import { WISHES, type Wish, type WishName } from '#stoploss/wishes';
import { askAlert, listAlerts, readAlert, type AlertSummary } from '../lib/server/alerts.server';
import { loadPolicy } from '../lib/server/policy-file.server';
import { withExisting } from './database';
import { EXIT, Failure } from './failure';
import { askServer, tellServer } from './running-server';

interface Options {
	db: string;
	policy?: string;
	json?: boolean;
}

const now = () => new Date().toISOString();

export async function runAlerts(options: Options): Promise<number> {
	const alerts = await withExisting<AlertSummary[]>(options.db, {
		directly: (warehouse) => listAlerts(warehouse, loadPolicy(options.policy), now()),
		through: async (server) => (await askServer(server, '/api/alerts', {})).json() as Promise<AlertSummary[]>
	});
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
	const alert = await withExisting<AlertSummary>(db, {
		directly: async (warehouse) => {
			const policy = loadPolicy(file);
			const refused = await askAlert(warehouse, policy, key, { name, ...parsed.data } as Wish, now());
			if (refused !== null) throw new Failure(refused);
			return (await readAlert(warehouse, policy, key, now()))!.alert;
		},
		through: async (server) =>
			(
				await tellServer(server, `/api/alerts/${encodeURIComponent(key)}/${name}`, parsed.data)
			).json() as Promise<AlertSummary>
	});
	console.log(json ? JSON.stringify(alert, null, 2) : show(alert));
	return EXIT.clear;
}
