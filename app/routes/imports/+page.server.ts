/** What was taken in, newest first, with what was put aside and why. */
import { basename } from 'node:path';
import { ingestLog, quarantine } from '#queries/queries.server';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import { uploads } from '$lib/server/uploads.server';
import type { PageServerLoad } from './$types';

/** Reasons shown; the totals beside them count every record. */
const REASONS_SHOWN = 500;

export const load: PageServerLoad = async ({ depends }) => {
	depends('app:uploads');
	const db = await warehouse();
	const [log, aside] = await Promise.all([
		ingestLog(db, { limit: 200 }),
		quarantine(db, { limit: REASONS_SHOWN })
	]);
	return {
		uploads: uploads(db),
		imports: log.map((one) => ({
			...one,
			// Folders of the machine, such as the spool, stay out of the page.
			file: basename(one.file),
			quarantine: aside.filter(({ ingestId }) => ingestId === one.ingestId)
		})),
		timeZone: calendar().timeZone
	};
};
