/**
 * What goes on between requests of a running server: a changed policy is taken over, silences and due dates end, the
 * watchdog looks whether anything is judged at all, what came by webhook is taken in, texts that were kept long enough go, and messages go to their
 * receivers. Touches database, transcripts and network.
 * One a process. A failure is written to the log and tried again; it never stops the server.
 */
import { deliver } from '#stoploss/delivery.server';
import { retain } from '#ingest/forget.server';
import { elapseAlerts, watchEvaluations } from '#stoploss/alert-door.server';
import { catchUp } from './catch-up.server';
import { takeInWaiting } from './webhooks.server';
import { adoptPolicy, policy, startPolicy, warehouse } from './plimsoll.server';

/** How often the policy file is looked at, and how often everything is, whatever woke it before. */
const POLICY_MS = 1000;
const ROUND_MS = 30_000;
/** How often the inbox of webhooks is looked into; rounds are further apart. */
const WEBHOOKS_MS = 500;
const RETENTION_MS = 3_600_000;

const shared = globalThis as typeof globalThis & { __plimsollWatchman?: { due: number } };

export async function startWatchman(): Promise<void> {
	if (shared.__plimsollWatchman) return;
	const watchman = (shared.__plimsollWatchman = { due: 0 });
	await startPolicy().catch((error: Error) => console.error(error.message));
	every(POLICY_MS, adoptPolicy);
	every(WEBHOOKS_MS, async () => {
		if (await takeInWaiting()) nudgeWatchman();
	});
	every(ROUND_MS, async () => {
		if (await catchUp(await warehouse(), policy())) nudgeWatchman();
	});
	every(RETENTION_MS, async () => {
		const { retention_days: days } = policy().privacy;
		if (days !== undefined) await retain(await warehouse(), { days, now: new Date().toISOString() });
	});
	// Of its own: a receiver that is slow to answer must not hold up a policy.
	every(POLICY_MS, async () => {
		if (Date.now() < watchman.due) return;
		watchman.due = Date.now() + ROUND_MS;
		const next = await goRound();
		if (next) watchman.due = Math.min(watchman.due, Date.parse(next));
	});
}

/** Again and again, never twice at once. */
function every(ms: number, work: () => Promise<void>): void {
	const turn = () =>
		void work()
			.catch(report)
			.finally(() => setTimeout(turn, ms).unref());
	turn();
}

/** Something was said or judged: look now. Nothing to do in a process without a watchman. */
export function nudgeWatchman(): void {
	if (shared.__plimsollWatchman) shared.__plimsollWatchman.due = 0;
}

async function goRound(): Promise<string | null> {
	const db = await warehouse();
	const now = new Date().toISOString();
	await elapseAlerts(db, policy(), now);
	await watchEvaluations(db, now);
	return deliver(db, { policy: policy(), linkOf });
}

/** The page of an alert, as people reach it. */
function linkOf(alertKey: string): string {
	const base = process.env['PLIMSOLL_PUBLIC_URL'] || process.env['ORIGIN'] || '';
	return `${base.replace(/\/$/, '')}/alerts/${alertKey}`;
}

let reported = '';
function report(error: unknown): void {
	const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
	if (text !== reported) console.error((reported = text));
}
