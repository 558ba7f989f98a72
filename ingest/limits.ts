/** Limits of what is read, and the words that stand in a record's place. Pure. */

/** A longer line is quarantined: DuckDB's reader holds two such lines a thread in memory. */
export const LONGEST_LINE_BYTES = 16 * 2 ** 20;

/** Stands in the spool for a line that was too long to be read; valid JSON and no record. */
export const LINE_TOO_LONG = '"plimsoll: line too long"';

/** Goes before a source's own reason, 'field: reason', in the place of a record that it refuses. No JSON starts so. */
export const REFUSAL = 'refused ';

/** Goes between a refusal and the id of the record that is refused, where a source knows it. */
export const ABOUT = '\u001f';
