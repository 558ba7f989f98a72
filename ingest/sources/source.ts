/** What a source is: one foreign format turned into canonical JSON text by one SQL relation. Pure. */
import type { Parameter } from '../../warehouse/parameters';
import type { Session } from '../../warehouse/warehouse.server';
import type { Lackable } from '../record-sql';

export interface Source {
	name: string;
	title: string;
	description: string;
	/** Whether a file of this name (without `.gz` or `.zst`) can be of this format. */
	accepts(fileName: string): boolean;
	/** Whether the start of a file (64 kB of text) looks like this format; a source without it is only read when it is named. */
	recognises?(head: string): boolean;
	/** true: a file that is not valid JSON as a whole, nor starts with a line that is, is refused as cut short. */
	documents?: boolean;
	/** Fields that the format can't give. */
	mayLack: readonly Lackable[];
	/** Whether many files of this name's kind can be read in one pass. */
	batches(fileName: string): boolean;
	/**
	 * Relation with columns `json` (valid JSON, or null where it is not) and `file_no` (position in the list `$files`,
	 * from 1), one row a record; may run in parallel and unordered. A source that never batches reads `$files[1]`.
	 */
	select(fileName: string): string;
	/** Values that the SQL of both relations binds by name, beside `$files`. */
	values?: Readonly<Record<string, Parameter>>;
	/** true: one record can come from the rows of many files, so all files of an ingest are read in one pass. */
	together?: boolean;
	/** Refuses, with a remedy, files that this source can't read; runs before anything is written. */
	check?(session: Session, files: readonly string[]): Promise<void>;
	/** The same records, with `raw` as delivered and `line`: the line of the file, or the position of the record where lines mean nothing. */
	numbered(fileName: string): string;
}
