/**
 * Splits the change of an overall rate into "within" (an intent got worse or better) and "mix" (more or less of an
 * intent that is above or below average). Pure. Kitagawa (1955), JASA 50:1168, symmetric form, mix centred on the
 * mean of the two overall rates: the total is exact, without residual. An intent seen in one period only has its
 * rate copied to the other, so that all its effect is mix.
 */
export interface KitagawaRow {
	intent: string;
	n1: number;
	x1: number;
	n2: number;
	x2: number;
}

export interface KitagawaPart {
	intent: string;
	within: number;
	mix: number;
	contribution: number;
}

export interface Kitagawa {
	rate1: number;
	rate2: number;
	total: number;
	within: number;
	mix: number;
	parts: KitagawaPart[];
}

/** null when a period has no rows: there is no rate to compare. */
export function kitagawa(rows: readonly KitagawaRow[]): Kitagawa | null {
	const sum = (of: (row: KitagawaRow) => number) => rows.reduce((total, row) => total + of(row), 0);
	const total1 = sum((row) => row.n1);
	const total2 = sum((row) => row.n2);
	if (total1 === 0 || total2 === 0) return null;
	const rate1 = sum((row) => row.x1) / total1;
	const rate2 = sum((row) => row.x2) / total2;
	const parts = rows
		.filter((row) => row.n1 > 0 || row.n2 > 0)
		.map((row) => {
			const p1 = row.n1 > 0 ? row.x1 / row.n1 : row.x2 / row.n2;
			const p2 = row.n2 > 0 ? row.x2 / row.n2 : p1;
			const m1 = row.n1 / total1;
			const m2 = row.n2 / total2;
			const within = ((m1 + m2) / 2) * (p2 - p1);
			const mix = (m2 - m1) * ((p1 + p2) / 2 - (rate1 + rate2) / 2);
			return { intent: row.intent, within, mix, contribution: within + mix };
		});
	return {
		rate1,
		rate2,
		total: rate2 - rate1,
		within: parts.reduce((total, part) => total + part.within, 0),
		mix: parts.reduce((total, part) => total + part.mix, 0),
		parts
	};
}
