/** Differences of shares, as points; formatting only. Pure. */
const signed = new Intl.NumberFormat('en-GB', {
	minimumFractionDigits: 2,
	maximumFractionDigits: 2,
	signDisplay: 'exceptZero'
});
const plain = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** `-0.021` as "−2.10"; a part that rounds to nothing is "0.00". */
export function formatPoints(share: number): string {
	return signed.format(share * 100).replace('-', '−');
}

/** Without its sign, for sentences that say the direction. */
export function formatSize(share: number): string {
	return `${plain.format(Math.abs(share) * 100)} points`;
}

export function formatPointsInterval(interval: { low: number; high: number } | null): string {
	return interval ? `${formatPoints(interval.low)} to ${formatPoints(interval.high)}` : '';
}
