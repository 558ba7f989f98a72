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
	/** Relation with a column `json`, one row a record, reading `$file`; may run in parallel and unordered. */
	select(fileName: string): string;
	/** The same records with `line`: the line of the file, or the position of the record where lines mean nothing. */
	numbered(fileName: string): string;
}
