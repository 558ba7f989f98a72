/**
 * A parcel as a receiver reads it: body and headers, by format. Pure: the time is given, the signature is the one
 * that docs/receivers.md tells receivers to check. The body of a parcel never changes; only its timestamp does.
 */
import { createHmac } from 'node:crypto';
import type { NotificationKind } from './alert';
import type { VerdictEvidence } from './evidence';
import type { Recommendation } from './evaluate';
import type { Parcel } from './delivery-plan';
import type { Message } from './outbox';
import type { ReceiverFormat } from './receivers';

/** What is known of a message beside its ledger row. */
export interface Context {
	title: string;
	sentence: string;
	owner: string | null;
	runbook: string | null;
	link: string;
	/** Of the verdict that the message speaks of, as it was believed then; null where nothing was judged. */
	verdict: {
		asOf: string;
		finding: string;
		reason: string;
		evidence: VerdictEvidence | null;
		recommendation: Recommendation | null;
	} | null;
}

export interface Envelope {
	receiver: string;
	format: ReceiverFormat;
	secret: string;
	parcel: Parcel;
	contextOf: (message: Message) => Context;
	/** Instant of this attempt. */
	now: string;
}

export const KIND_WORDS: Record<NotificationKind, string> = {
	firing: 'Firing',
	reopened: 'Firing again',
	reminder: 'Still firing',
	worsened: 'Worse',
	overdue: 'Acknowledgement overdue',
	mitigated: 'Rolled back',
	resolved: 'Resolved',
	data_stale: 'Its data stopped coming',
	evaluation_failed: 'Could not be judged'
};

export function envelopeOf(envelope: Envelope): { body: string; headers: Record<string, string> } {
	const body = JSON.stringify(BODIES[envelope.format](envelope));
	const timestamp = String(Math.floor(Date.parse(envelope.now) / 1000));
	const headers: Record<string, string> = {
		'content-type': 'application/json',
		'user-agent': 'plimsoll',
		'idempotency-key': envelope.parcel.key
	};
	if (envelope.format !== 'pagerduty-events-v2' && envelope.secret !== '') {
		headers['plimsoll-timestamp'] = timestamp;
		headers['plimsoll-signature'] = `sha256=${signatureOf(envelope.secret, timestamp, body)}`;
	}
	return { body, headers };
}

/** HMAC-SHA256 over `timestamp.body`, in hex. */
export function signatureOf(secret: string, timestamp: string, body: string): string {
	return createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
}

const BODIES: Record<ReceiverFormat, (envelope: Envelope) => object> = {
	plimsoll: plimsollBody,
	slack: slackBody,
	'pagerduty-events-v2': pagerDutyBody
};

function plimsollBody({ receiver, parcel, contextOf }: Envelope): object {
	return {
		version: 1,
		receiver,
		idempotency_key: parcel.key,
		messages: parcel.messages.map((message) => {
			const { title, sentence, owner, runbook, link, verdict } = contextOf(message);
			const { evidence, recommendation } = verdict ?? {};
			return {
				delivery_key: message.deliveryKey,
				alert_key: message.alertKey,
				episode: message.episode,
				kind: message.kind,
				seq: message.seq,
				at: message.at,
				rule: message.rule,
				title,
				sentence,
				owner,
				runbook,
				link,
				as_of: verdict?.asOf ?? null,
				finding: verdict?.finding ?? null,
				reason: verdict?.reason ?? null,
				evidence: evidence
					? {
							since: evidence.window.since,
							until: evidence.window.until,
							n: evidence.n,
							observed: evidence.observed,
							expected: evidence.expected,
							worsening: evidence.worsening,
							interval: evidence.interval
						}
					: null,
				recommended: (recommendation?.intents ?? []).map(({ intent, from, to }) => ({ intent, from, to }))
			};
		})
	};
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

function factsOf({ verdict }: Context): string {
	const evidence = verdict?.evidence;
	if (!evidence) return verdict?.reason ?? '';
	const { window, n, observed, expected, interval } = evidence;
	return `${percent(observed)} from ${window.since} to ${window.until}, expected ${percent(expected)}: worse by ${(evidence.worsening * 100).toFixed(1)} points (95 % interval ${(interval.low * 100).toFixed(1)} to ${(interval.high * 100).toFixed(1)}; n ${n}).`;
}

/** Slack reads &, < and > as markup. */
const slackSafe = (text: string) =>
	text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function slackBody({ parcel, contextOf }: Envelope): object {
	const lines = parcel.messages.map((message) => {
		const context = contextOf(message);
		const facts = message.kind === 'resolved' ? '' : factsOf(context);
		return [
			`*${KIND_WORDS[message.kind]}: ${slackSafe(context.title)}*`,
			slackSafe(facts),
			`<${context.link}|Evidence>`
		]
			.filter(Boolean)
			.join('\n');
	});
	return { text: lines.join('\n\n') };
}

const PAGER_ACTIONS: Record<NotificationKind, 'trigger' | 'acknowledge' | 'resolve'> = {
	firing: 'trigger',
	reopened: 'trigger',
	reminder: 'trigger',
	worsened: 'trigger',
	overdue: 'trigger',
	data_stale: 'trigger',
	evaluation_failed: 'trigger',
	mitigated: 'acknowledge',
	resolved: 'resolve'
};

/** Travels alone: a pager knows one incident an event. */
function pagerDutyBody({ parcel, secret, contextOf }: Envelope): object {
	const message = parcel.messages[0]!;
	const context = contextOf(message);
	const action = PAGER_ACTIONS[message.kind];
	const event = { routing_key: secret, event_action: action, dedup_key: message.alertKey };
	if (action !== 'trigger') return event;
	return {
		...event,
		payload: {
			summary: `${KIND_WORDS[message.kind]}: ${context.title}`.slice(0, 1024),
			source: 'plimsoll',
			severity: 'error',
			timestamp: message.at,
			component: message.rule,
			custom_details: {
				facts: factsOf(context),
				sentence: context.sentence,
				delivery_key: message.deliveryKey
			}
		},
		links: [{ href: context.link, text: 'Evidence' }]
	};
}
