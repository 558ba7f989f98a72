/** What a source is: one foreign format turned into canonical JSON text by one SQL relation. Pure. */
import type { Lackable } from '../record-sql';

export interface Source {
	name: string;
	title: string;
	description: string;
	/** Whether a file of this name (without `.gz` or `.zst`) can be of this format. */
	accepts(fileName: string): boolean;
	/** Fields that the format can't give. */
	mayLack: readonly Lackable[];
	/** Whether many files of this name's kind can be read in one pass. */
	batches(fileName: string): boolean;
	/**
	 * Relation with columns `json` (valid JSON, or null where it is not) and `file_no` (position in the list `$files`,
	 * from 1), one row a record; may run in parallel and unordered. A source that never batches reads `$files[1]`.
	 */
	select(fileName: string): string;
	/** The same records, with `raw` as delivered and `line`: the line of the file, or the position of the record where lines mean nothing. */
	numbered(fileName: string): string;
}
