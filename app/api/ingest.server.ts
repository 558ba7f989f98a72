/**
 * Registers the routes by which logs come in. Touches the database and a spool folder. Answers once everything is
 * stored; refuses more work than can wait, and the same key while its request is being worked on.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { IngestReport } from '#ingest/ingest.server';
import { sourceIn } from '#ingest/mapping/mappings.server';
import { PrivacyError } from '#ingest/privacy.server';
import { answeredBefore, KeyUsedError, rememberAnswer } from '#ingest/requests.server';
import { UnknownSourceError } from '#ingest/sources';
import { refusedLines } from '#queries/queries.server';
import { spoolFolder } from '#warehouse/warehouse.server';
import { policy, warehouse } from '$lib/server/plimsoll.server';
import { catchUp } from '$lib/server/catch-up.server';
import { takeIn } from '$lib/server/take-in.server';
import { ingestRoute, ingestSourceRoute, refusedLinesRoute } from './ingest-routes';
import { spool, uploadLimit } from './spool.server';

const NO_BODY = {
	error: 'The body is empty.',
	remedy: 'Send the file as the request body, with a header such as content-type: application/x-ndjson.'
};
/** Refused lines that an answer names. */
const SHOWN = 1000;
const WAIT_SECONDS = '5';

/** Requests of a kind that are worked on at once. */
export const mayWait = () => Number(process.env['PLIMSOLL_MAX_WAITING']) || 16;
let working = 0;
const keys = new Set<string>();

async function digestOf(path: string, source: string | undefined): Promise<string> {
	const hash = createHash('sha256').update(`${source ?? ''}\n`);
	await pipeline(createReadStream(path), hash);
	return hash.digest('hex');
}

/** The spool folder is nobody's business. */
function told(report: IngestReport): IngestReport {
	return {
		...report,
		files: report.files.map((one) => ({ ...one, file: basename(one.file) })),
		quarantine: report.quarantine.map((one) => ({ ...one, file: basename(one.file) }))
	};
}

async function answered(
	c: Context,
	body: ReadableStream<Uint8Array>,
	asked: { source: string | undefined; file: string; key: string | undefined }
) {
	const { source, file, key } = asked;
	// A bad policy refuses before anything is stored.
	const rules = policy();
	const db = await warehouse();
	if (source !== undefined) {
		const known = await sourceIn(db, source).catch((cause: unknown) => cause);
		if (known instanceof UnknownSourceError)
			return c.json({ error: known.message, remedy: 'Name one of them, or save a mapping first.' }, 400);
	}
	const spooled = await spool(body, file, uploadLimit(), spoolFolder(db, 'sent-in'));
	try {
		if (spooled.bytes === 0) return c.json(NO_BODY, 400);
		const named = key === undefined ? null : { key, hash: await digestOf(spooled.path, source) };
		const before = named && (await answeredBefore<IngestReport>(db, named));
		if (before) {
			// The answer of an import that failed on the way to the facts.
			await catchUp(db, rules);
			return c.json(before, 200, { 'idempotency-replayed': 'true' });
		}
		const now = new Date().toISOString();
		const done = await takeIn(db, rules, {
			inputs: [spooled.path],
			source,
			now,
			shown: SHOWN,
			...(named && {
				within: (session, report) => rememberAnswer(session, named, told(report), now)
			})
		});
		return c.json(told(done), done.files.some(({ error }) => error !== null) ? 422 : 200);
	} catch (error) {
		if (error instanceof KeyUsedError)
			return c.json({ error: error.message, remedy: 'Use a new key for new content.' }, 422);
		if (error instanceof PrivacyError)
			return c.json({ error: error.message, remedy: 'See docs/privacy.md.' }, 409);
		throw error;
	} finally {
		await spooled.remove();
	}
}

async function inTurn(
	c: Context,
	asked: { source: string | undefined; file: string; key: string | undefined }
): Promise<never> {
	const { key } = asked;
	const { body } = c.req.raw;
	if (!body) return c.json(NO_BODY, 400) as never;
	if (working >= mayWait()) {
		const answer = {
			error: `${working} requests are being taken in already.`,
			remedy: `Send it again in ${WAIT_SECONDS} seconds.`
		};
		return c.json(answer, 503, { 'retry-after': WAIT_SECONDS }) as never;
	}
	if (key !== undefined && keys.has(key)) {
		const answer = {
			error: `A request with the key "${key}" is still being worked on.`,
			remedy: 'Ask again in a moment; the answer will be that of the first.'
		};
		return c.json(answer, 409, { 'retry-after': '1' }) as never;
	}
	working++;
	if (key !== undefined) keys.add(key);
	try {
		return (await answered(c, body, asked)) as never;
	} finally {
		working--;
		if (key !== undefined) keys.delete(key);
	}
}

export function registerIngest(api: OpenAPIHono): void {
	api.openapi(ingestRoute, (c) => {
		const { 'idempotency-key': key } = c.req.valid('header');
		return inTurn(c, { ...c.req.valid('query'), source: c.req.valid('query').source, key });
	});

	api.openapi(ingestSourceRoute, (c) => {
		const { 'idempotency-key': key } = c.req.valid('header');
		return inTurn(c, { ...c.req.valid('param'), ...c.req.valid('query'), key });
	});

	api.openapi(refusedLinesRoute, async (c) => {
		const { ingest: id } = c.req.valid('param');
		const { format } = c.req.valid('query');
		const lines = await refusedLines(await warehouse(), id);
		if (lines.length === 0)
			return c.json(
				{
					error: `Nothing of import ${id} was put aside.`,
					remedy: 'The page Imports lists those that were.'
				},
				404
			);
		const text =
			format === 'json'
				? lines.map((one) => JSON.stringify(one))
				: lines.flatMap(({ raw }) => (raw === null ? [] : [raw.replace(/\r?\n$/, '')]));
		return c.body(text.join('\n') + '\n', 200, {
			'content-type': 'application/x-ndjson; charset=utf-8',
			'content-disposition': `attachment; filename="refused-${id}.ndjson"`
		}) as never;
	});
}
