/**
 * The metrics a second time, in plain TypeScript and quadratic loops, written from the definitions and not from the
 * SQL: what the two must agree on is the meaning. Pure.
 */
export interface OracleEpisode {
	id: string;
	customer: string | null;
	family: string | null;
	initiatedBy: 'customer' | 'business' | 'survey';
	test: boolean;
	/** Milliseconds. */
	start: number;
	end: number;
	resolved: number | null;
	reopened: number | null;
	bot: number;
	agent: number;
	handedOff: boolean;
	askedForPerson: boolean;
	score: number | null;
	answered: number | null;
	complaint: number | null;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface Share {
	x: number;
	n: number;
	pending: number;
}

export function pathOf(e: OracleEpisode): string {
	if (e.bot === 0) return e.agent === 0 ? 'abandoned' : 'human_only';
	return e.handedOff || e.agent > 0 ? 'escalated' : 'ai_only';
}

const isContact = (e: OracleEpisode) => !e.test && e.initiatedBy === 'customer';
const sameFamily = (a: OracleEpisode, b: OracleEpisode) =>
	a.customer !== null && a.customer === b.customer && a.family === b.family;

/** Earliest return of the same customer with the same family after `from`. */
function nextReturn(all: readonly OracleEpisode[], e: OracleEpisode, from: number): number {
	let next = e.reopened !== null && e.reopened > from ? e.reopened : Infinity;
	for (const other of all) {
		if (other !== e && isContact(other) && sameFamily(e, other) && other.start > from)
			next = Math.min(next, other.start);
	}
	return next;
}

/** Shares over everything closed by `asOf`. */
export function oracle(all: readonly OracleEpisode[], asOf: number) {
	const contacts = all.filter((e) => isContact(e) && e.end <= asOf);
	const blank = (): Share => ({ x: 0, n: 0, pending: 0 });
	const csat = blank();
	const recontact72 = blank();
	const recontact2472 = blank();
	const containment = blank();
	const bad = blank();
	const fcr = blank();
	const count = (share: Share, mature: boolean, hit: boolean) => {
		if (!mature) share.pending++;
		else {
			share.n++;
			if (hit) share.x++;
		}
	};
	for (const e of contacts) {
		const mature7d = e.end + 7 * DAY <= asOf;
		const rated =
			e.score !== null && e.answered !== null && e.answered <= e.end + 7 * DAY && e.answered <= asOf;
		if (mature7d && rated) count(csat, true, e.score! >= 4);

		if (e.resolved !== null && e.resolved <= asOf && e.customer !== null) {
			const wait = nextReturn(all, e, e.resolved) - e.resolved;
			const mature = e.resolved + 72 * HOUR <= asOf;
			count(recontact72, mature, wait <= 72 * HOUR);
			count(recontact2472, mature, wait >= 24 * HOUR && wait <= 72 * HOUR);
		}

		const path = pathOf(e);
		if (path === 'ai_only' || path === 'escalated') count(containment, true, path === 'ai_only');
		if (path === 'ai_only') {
			const from = e.resolved ?? e.end;
			const back = nextReturn(all, e, from);
			const complained = e.complaint !== null && e.complaint >= e.start && e.complaint <= e.end + 7 * DAY;
			count(
				bad,
				mature7d,
				back - from <= 72 * HOUR || e.askedForPerson || (rated && e.score! <= 2) || complained
			);
		}
	}
	// Issues: walk each customer and family in time; more than 7 days after the last contact's end opens a new one.
	const walked = all
		.filter((e) => isContact(e) && e.customer !== null)
		.sort((a, b) => a.start - b.start || all.indexOf(a) - all.indexOf(b));
	const last = new Map<string, OracleEpisode>();
	for (const [at, e] of walked.entries()) {
		const key = `${e.customer}|${e.family}`;
		const before = last.get(key);
		last.set(key, e);
		if ((before && e.start <= before.end + 7 * DAY) || e.end > asOf) continue;
		const again = walked
			.slice(at + 1)
			.some((other) => sameFamily(e, other) && other.start <= e.end + 7 * DAY);
		const from = e.resolved ?? e.end;
		const reopened = e.reopened !== null && e.reopened > from && e.reopened <= e.end + 7 * DAY;
		count(fcr, e.end + 7 * DAY <= asOf, e.resolved !== null && !again && !reopened);
	}
	return {
		csat_top_box: csat,
		recontact_72h: recontact72,
		recontact_24_72h: recontact2472,
		containment,
		bad_containment: bad,
		first_contact_resolution: fcr
	};
}
