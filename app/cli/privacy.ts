/**
 * `plimsoll forget` and `plimsoll retain`: texts and identities out of what is stored, here or through the server that
 * holds the database. Touches disk and the database.
 */
import { forget, receipts, retain, type Receipt, type Retained } from '#ingest/forget.server';
import { loadPolicy, privacyOf } from '../lib/server/policy-file.server';
import { withExisting } from './database';
import { EXIT, Failure } from './failure';
import { askServer, tellServer } from './running-server';

interface Common {
	db: string;
	policy?: string;
	json?: boolean;
}

export async function runForget(
	customer: string | undefined,
	options: Common & { by?: string; receipts?: boolean }
): Promise<number> {
	if (options.receipts) {
		const all = await withExisting<Receipt[]>(options.db, {
			directly: receipts,
			through: async (server) => (await askServer(server, '/api/forgotten', {})).json() as Promise<Receipt[]>
		});
		if (options.json) console.log(JSON.stringify(all, null, 2));
		else if (all.length === 0) console.log('Nobody was forgotten.');
		else for (const one of all) console.log(told(one));
		return EXIT.clear;
	}
	if (customer === undefined || options.by === undefined)
		throw new Failure('Name the customer as the logs do, and who asks: plimsoll forget CUSTOMER --by NAME');
	const { key } = privacyOf(loadPolicy(options.policy));
	const asked = { customer, by: options.by };
	const made = await withExisting<Receipt>(options.db, {
		directly: (warehouse) => forget(warehouse, { ...asked, now: new Date().toISOString(), key }),
		through: async (server) => (await tellServer(server, '/api/forgotten', asked)).json() as Promise<Receipt>
	});
	console.log(options.json ? JSON.stringify(made, null, 2) : told(made));
	return EXIT.clear;
}

const told = ({ receipt, askedBy, forgottenAt, conversations, quarantined, comments }: Receipt) =>
	`${receipt}  ${forgottenAt}, asked for by ${askedBy}: the text of ${conversations} stored conversations, ${quarantined} refused lines, ${comments} notes of reviewers`;

export async function runRetain(options: Common & { days?: number; dryRun?: boolean }): Promise<number> {
	const days = options.days ?? loadPolicy(options.policy).privacy.retention_days;
	if (days === undefined)
		throw new Failure(
			'The policy sets no privacy.retention_days, so texts are kept. Set it, or give --days.'
		);
	const dryRun = options.dryRun ?? false;
	const made = await withExisting<Retained>(options.db, {
		directly: (warehouse) => retain(warehouse, { days, now: new Date().toISOString(), dryRun }),
		through: async (server) =>
			(await tellServer(server, '/api/retention', { days, dry_run: dryRun })).json() as Promise<Retained>
	});
	const { conversations, before } = made;
	console.log(
		options.json
			? JSON.stringify(made, null, 2)
			: `${dryRun ? 'Would delete' : 'Deleted'} the text of ${conversations.toLocaleString('en')} stored conversations that closed before ${before}; what was counted stays.`
	);
	return EXIT.clear;
}
