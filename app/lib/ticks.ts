/** Round values of an axis that hold `low` to `high` between them: steps of 1, 2 or 5 times a power of ten. Pure. */
export function niceTicks(low: number, high: number, about = 4): number[] {
	const rough = (high - low || Math.abs(high) || 1) / about;
	const power = 10 ** Math.floor(Math.log10(rough));
	const step = ([1, 2, 5].find((one) => one * power >= rough * 0.999) ?? 10) * power;
	const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
	// From whole numbers, so that 0.3 is not 0.30000000000000004.
	return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}
