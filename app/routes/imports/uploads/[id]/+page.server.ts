/**
 * One file that was brought: what it is, what would go in, how far it is. `?as=NAME` says what it is read as, with an
 * empty name by a mapping of its own.
 * What takes a reading of the file the page asks the API for.
 */
import { error } from '@sveltejs/kit';
import { SOURCES } from '#ingest/sources';
import { savedMappings } from '#ingest/mapping/mappings.server';
import { isBusy } from '$lib/upload';
import { calendar, warehouse } from '$lib/server/plimsoll.server';
import { uploadOf, UploadRefused } from '$lib/server/uploads.server';
import type { PageServerLoad } from './$types';

/** A source that is asked for by nobody is one's own table. */
const OWN = '';

export const load: PageServerLoad = async ({ params, url, depends }) => {
	depends('app:uploads');
	const db = await warehouse();
	const upload = (() => {
		try {
			return uploadOf(db, params.id);
		} catch (cause) {
			if (cause instanceof UploadRefused) error(cause.status, `${cause.message} ${cause.remedy}`);
			throw cause;
		}
	})();
	const as =
		url.searchParams.get('as') ?? (upload.recognised && upload.mapping === null ? upload.source! : OWN);
	return {
		upload,
		as,
		sources: SOURCES.map(({ name, title }) => ({ name, title })),
		saved: (await savedMappings(db)).map(({ source, version }) => ({ source, version })),
		/** Somebody may still say what it is. */
		open: !isBusy(upload) && upload.stage !== 'done',
		timeZone: calendar().timeZone
	};
};
