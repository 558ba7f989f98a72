/**
 * Exact interval of a Poisson count. Pure. Garwood (1936), Biometrika 28:437: the limits are quantiles of a gamma
 * distribution (half a chi-square with 2x and 2x + 2 degrees of freedom). The regularised incomplete gamma function
 * is a series below a + 1 and Lentz's continued fraction above (Press et al., Numerical Recipes, 6.2); its inverse
 * is bisection, which can't diverge. Divide both limits by the exposure for a rate.
 */
export function exactPoisson(events: number, level = 0.95): { low: number; high: number } {
	const tail = (1 - level) / 2;
	return {
		low: events === 0 ? 0 : gammaQuantile(tail, events),
		high: gammaQuantile(1 - tail, events + 1)
	};
}

/** Smallest x with P(shape, x) = p, unit scale. */
export function gammaQuantile(p: number, shape: number): number {
	let low = 0;
	let high = shape + 10 * Math.sqrt(shape) + 20;
	while (regularisedGamma(shape, high) < p) high *= 2;
	for (let step = 0; step < 200 && high - low > 1e-14 * high; step++) {
		const middle = (low + high) / 2;
		if (regularisedGamma(shape, middle) < p) low = middle;
		else high = middle;
	}
	return (low + high) / 2;
}

/** Lower regularised incomplete gamma function P(a, x). */
export function regularisedGamma(a: number, x: number): number {
	if (x <= 0) return 0;
	const front = Math.exp(a * Math.log(x) - x - logGamma(a));
	if (x < a + 1) {
		let term = 1 / a;
		let sum = term;
		for (let n = 1; n < 100_000 && Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
			term *= x / (a + n);
			sum += term;
		}
		return sum * front;
	}
	const tiny = 1e-300;
	let b = x + 1 - a;
	let c = 1 / tiny;
	let d = 1 / b;
	let fraction = d;
	for (let n = 1; n < 100_000; n++) {
		const an = -n * (n - a);
		b += 2;
		d = an * d + b;
		if (Math.abs(d) < tiny) d = tiny;
		c = b + an / c;
		if (Math.abs(c) < tiny) c = tiny;
		d = 1 / d;
		const change = d * c;
		fraction *= change;
		if (Math.abs(change - 1) < 1e-16) break;
	}
	return 1 - front * fraction;
}

/** Lanczos approximation, g = 7, n = 9 (Godfrey's coefficients); relative error below 1e-14 for x > 0.5. */
function logGamma(x: number): number {
	const coefficients = [
		0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
		12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7
	];
	const z = x - 1;
	let sum = coefficients[0]!;
	for (let i = 1; i < coefficients.length; i++) sum += coefficients[i]! / (z + i);
	const t = z + 7.5;
	return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}
