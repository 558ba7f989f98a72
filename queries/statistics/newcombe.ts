/**
 * Interval of a difference of two proportions, p1 - p2. Pure. Newcombe (1998), Statistics in Medicine 17:873,
 * method 10: two Wilson intervals, squared and added. For display; alert rules use their own statistic.
 */
import { wilson, Z_95 } from './wilson';

export interface DifferenceInterval {
	difference: number | null;
	low: number;
	high: number;
}

export function newcombe(x1: number, n1: number, x2: number, n2: number, z = Z_95): DifferenceInterval {
	const a = wilson(x1, n1, z);
	const b = wilson(x2, n2, z);
	if (a.p === null || b.p === null) return { difference: null, low: -1, high: 1 };
	const difference = a.p - b.p;
	return {
		difference,
		low: difference - Math.hypot(a.p - a.low, b.high - b.p),
		high: difference + Math.hypot(a.high - a.p, b.p - b.low)
	};
}
