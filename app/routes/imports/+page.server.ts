/** What was taken in, newest first, with what was put aside and why. */
import { ingestLog } from '#queries/queries.server';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import type { PageServerLoad } from './$types';
import { plain } from '../conversations/conversation-view';

interface Quarantined {
	line?: number | null;
	recordId?: string | null;
	field?: string | null;
	reason: string;
}

export interface Import {
	ingestId: number;
	source: string;
	file: string;
	finishedAt: string;
	read: number;
	accepted: number;
	unchanged: number;
	quarantined: number;
	quarantine?: Quarantined[] | null;
}

export const load: PageServerLoad = async () => ({
	imports: plain(await ingestLog(await warehouse())) as Import[],
	timeZone: calendar().timeZone
});
