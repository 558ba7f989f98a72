/**
 * Ingest: delivered files -> canonical records -> accepted, unchanged or quarantined with a reason. Touches disk
 * and the warehouse.
 *
 * A batch (one file, or many small ones) is one streaming pass of DuckDB into a Parquet segment and one transaction
 * that makes it count; a crash between the two leaves a segment that nothing names, which the next opening removes.
 * A file that can't be read as a whole is reported with its error and stores nothing; its neighbours go on.
 * Refuses unknown sources.
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { spoolFolder, type Session, type Warehouse } from '../warehouse/warehouse.server';
import { commit, NOTHING } from './commit.server';
import { expand } from './expand.server';
import { cutLongLines, LineTooLongError, openFile, sizeOf, type ReadableFile } from './open-file.server';
import { applied, type Applied, type Privacy } from './privacy.server';
import { writeSegment } from './segment.server';
import { chosen } from './choose-source.server';
import { refuseCutShort } from './cut-short.server';
import { isLines } from './sources/documents';
import { sourceIn } from './mapping/mappings.server';
import type { Source } from './sources/index';

export interface Counts {
	read: number;
	accepted: number;
	unchanged: number;
	quarantined: number;
}

export interface FileReport extends Counts {
	file: string;
	source: string | null;
	bytes: number;
	error: string | null;
}

export interface QuarantinedRow {
	file: string;
	line: number | null;
	field: string;
	reason: string;
}

export interface IngestReport extends Counts {
	/** As asked for; null when each file found its own. */
	source: string | null;
	files: FileReport[];
	/** The first rows that were refused; all of them are in `log.quarantine`. */
	quarantine: QuarantinedRow[];
}

export interface IngestRequest {
	/** Files, folders and glob patterns. */
	inputs: readonly string[];
	/** A source, also by its name; undefined lets each file's name decide. */
	source: string | Source | undefined;
	/** RFC 3339; no record may be more than 24 hours past it. */
	now: string;
	onProgress?: (progress: IngestProgress) => void;
	/** What is done to texts and customer ids on the way; nothing where it isn't given, and ids as the database has them. */
	privacy?: Privacy;
	/** true: the customer ids in the files are as this database keeps them already. */
	idsAsStored?: boolean;
	/** Refused rows that the report names; 20 where it isn't given. */
	shown?: number;
	/** Stores more in the transaction that makes a batch count, with the report of that batch. */
	within?: (session: Session, report: IngestReport) => Promise<void>;
}

export interface IngestProgress {
	file: string;
	/** Bytes of all files as delivered: read so far (also within a file), and in all. */
	bytesDone: number;
	bytesTotal: number;
	filesDone: number;
	filesTotal: number;
}

/** A file that is about to be read. */
interface Delivery {
	file: string;
	source: Source | null;
	/** Why no source was chosen. */
	doubt: string | null;
	bytes: number;
}

const SHOWN = 20;
/** Planning a pass costs more than reading a small file, so small ones share it. */
const SMALL_BYTES = 4 * 2 ** 20;
const BATCH_BYTES = 64 * 2 ** 20;
const BATCH_FILES = 1000;

export async function ingest(warehouse: Warehouse, request: IngestRequest): Promise<IngestReport> {
	const asked =
		typeof request.source === 'string' ? await sourceIn(warehouse, request.source) : (request.source ?? null);
	const files = await expand(request.inputs, asked);
	const deliveries = await Promise.all(
		files.map(async (file) => ({ file, ...(await chosen(file, asked)), bytes: sizeOf(file) }))
	);
	const bytesTotal = deliveries.reduce((sum, one) => sum + one.bytes, 0);
	const { shown = SHOWN, within } = request;
	const settled = await applied(warehouse, request.privacy);
	const privacy = request.idsAsStored ? { ...settled, hashed: false } : settled;
	const empty = (): IngestReport => ({ source: asked?.name ?? null, files: [], ...NOTHING, quarantine: [] });
	const report = empty();
	const add = (to: IngestReport, taken: readonly Taken[]) => {
		for (const { counts, quarantine } of taken) {
			to.files.push(counts);
			for (const name of ['read', 'accepted', 'unchanged', 'quarantined'] as const) to[name] += counts[name];
			to.quarantine.push(...quarantine.slice(0, shown - to.quarantine.length));
		}
		return to;
	};
	let bytesBefore = 0;
	for (const batch of batchesOf(deliveries)) {
		const bytes = batch.reduce((sum, one) => sum + one.bytes, 0);
		const show = (share: number, filesDone: number) =>
			request.onProgress?.({
				file: batch[0]?.file ?? '',
				bytesDone: bytesBefore + Math.round(bytes * share),
				bytesTotal,
				filesDone,
				filesTotal: files.length
			});
		show(0, report.files.length);
		const taken = await takeIn(warehouse, batch, {
			now: request.now,
			privacy,
			shown,
			onShare: (share) => show(share, report.files.length),
			within: within && ((session, those) => within(session, add(empty(), those)))
		});
		add(report, taken);
		show(1, report.files.length);
		bytesBefore += bytes;
	}
	return report;
}

/** Files whose records span them go together; so do small neighbours of a source that reads many files in one pass. */
function batchesOf(deliveries: readonly Delivery[]): Delivery[][] {
	const batches: Delivery[][] = [];
	let source: Source | null = null;
	let bytes = 0;
	for (const one of deliveries) {
		const small = one.source?.batches(one.file) && one.bytes <= SMALL_BYTES ? one.source : null;
		const last = batches.at(-1);
		const fellows = one.source?.together && batches.find(([first]) => first?.source === one.source);
		if (fellows) {
			fellows.push(one);
		} else if (
			last &&
			small &&
			small === source &&
			isLines(last[0]!.file) === isLines(one.file) &&
			last.length < BATCH_FILES &&
			bytes + one.bytes <= BATCH_BYTES
		) {
			last.push(one);
			bytes += one.bytes;
		} else {
			batches.push([one]);
			source = small;
			bytes = one.bytes;
		}
	}
	return batches;
}

interface Taken {
	counts: FileReport;
	quarantine: QuarantinedRow[];
}

interface Taking {
	now: string;
	privacy: Applied;
	shown: number;
	onShare: (share: number) => void;
	within: ((session: Session, taken: readonly Taken[]) => Promise<void>) | undefined;
}

async function takeIn(warehouse: Warehouse, batch: readonly Delivery[], taking: Taking): Promise<Taken[]> {
	const { now, privacy, shown, onShare, within } = taking;
	const spool = spoolFolder(warehouse, 'ingest');
	const segment = `${randomUUID()}.parquet`;
	const taken = batch.map(({ file, source, bytes }) => ({
		counts: { file, source: source?.name ?? null, bytes, ...NOTHING, error: null } as FileReport,
		quarantine: [] as QuarantinedRow[]
	}));
	const readable: { at: number; file: ReadableFile }[] = [];
	try {
		for (const [at, { file, source, doubt }] of batch.entries()) {
			try {
				const opened = await openFile(file, join(spool, String(at)));
				if (!source) throw new Error(doubt ?? undefined);
				if (source.documents && !opened.empty) await refuseCutShort(warehouse, opened.path);
				readable.push({ at, file: opened });
			} catch (cause) {
				taken[at]!.counts.error = (cause as Error).message;
			}
		}
		const source = batch[0]?.source;
		if (!source || readable.length === 0) return taken;
		const startedAt = new Date().toISOString();
		const paths = { segment: join(warehouse.transcripts, segment), spool };
		const full = readable.filter(({ file }) => !file.empty).map(({ file }) => file.path);
		const write = (files: readonly string[]) =>
			writeSegment(warehouse, { source, files, paths, now, privacy, onShare });
		const quarantined =
			full.length === 0
				? 0
				: await write(full).catch(async (cause: unknown) => {
						if (!(cause instanceof LineTooLongError)) throw cause;
						return write(await Promise.all(full.map((path) => cutLongLines(path, spool))));
					});
		await commit(warehouse, {
			source,
			files: readable.map(({ at, file }) => ({
				file: batch[at]!.file,
				bytes: file.bytes,
				number: file.empty ? 0 : full.indexOf(file.path) + 1
			})),
			startedAt,
			segment,
			paths,
			quarantined,
			shown,
			within: async (session, stored) => {
				for (const [index, { at }] of readable.entries()) {
					Object.assign(taken[at]!.counts, stored[index]!.counts);
					taken[at]!.quarantine = stored[index]!.quarantine;
				}
				await within?.(session, taken);
			}
		});
		return taken;
	} catch (cause) {
		for (const name of [segment, `${segment}.tmp`])
			rmSync(join(warehouse.transcripts, name), { force: true });
		if (batch.length > 1 && !batch[0]?.source?.together) {
			// One of them spoils the pass for all: each on its own, so that its neighbours go in.
			const alone: Taken[] = [];
			for (const one of batch)
				alone.push(...(await takeIn(warehouse, [one], { ...taking, onShare: () => undefined })));
			return alone;
		}
		for (const { counts } of taken) {
			Object.assign(counts, NOTHING);
			counts.error ??= (cause as Error).message;
		}
		return taken;
	} finally {
		rmSync(spool, { recursive: true, force: true });
	}
}
