/** An upload as pages, API and server speak of it: a file that somebody brought and its way in. Pure. */
export const UPLOAD_STAGES = [
	'held',
	'waiting',
	'reading',
	'counting',
	'done',
	'failed',
	'interrupted'
] as const;
export type UploadStage = (typeof UPLOAD_STAGES)[number];

export interface UploadReport {
	read: number;
	accepted: number;
	unchanged: number;
	quarantined: number;
}

export interface Upload {
	id: string;
	/** Name as it was given. */
	file: string;
	bytes: number;
	/** RFC 3339. */
	uploadedAt: string;
	stage: UploadStage;
	/** The source that takes files of this name and look; null with the doubt that stands against each. */
	source: string | null;
	doubt: string | null;
	/** The content itself showed the format. */
	recognised: boolean;
	/** Mapping that was last tried on it, as YAML. */
	mapping: string | null;
	/** Source it is taken in as. */
	as: string | null;
	/** While it is read: bytes so far, and seconds left at the rate so far; null while that is not known. */
	bytesDone: number;
	bytesPerSecond: number | null;
	secondsLeft: number | null;
	/** What came of it, once it is done. */
	report: UploadReport | null;
	/** Why it failed. */
	error: string | null;
}

/** Something goes on by itself, and the page should look again. */
export const isBusy = ({ stage }: Upload): boolean => ['waiting', 'reading', 'counting'].includes(stage);

export const STAGE_WORDS: Record<UploadStage, string> = {
	held: 'Waits for your decision',
	waiting: 'Waits for another import to end',
	reading: 'Is being read',
	counting: 'Is stored; metrics and alerts are being worked out',
	done: 'Was taken in',
	failed: 'Was not taken in',
	interrupted: 'Was interrupted; nothing is lost or doubled when you begin again'
};

const bytes = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

/** A size as people say it, in powers of ten. */
export function formatBytes(size: number): string {
	const [unit, divisor] =
		size < 1000
			? ['bytes', 1]
			: size < 1e6
				? ['kB', 1e3]
				: size < 1e9
					? ['MB', 1e6]
					: (['GB', 1e9] as [string, number]);
	return `${bytes.format(size / (divisor as number))} ${unit}`;
}
