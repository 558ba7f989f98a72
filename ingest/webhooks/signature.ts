/**
 * Whether a webhook comes from who holds its secret, by the scheme of its sender. Pure; compares in constant time and
 * looks at the bytes as they came. Where the scheme signs a time, it must lie within the tolerance, so that what was
 * overheard can't be sent again later.
 * Sources: https://developers.chatwoot.com/api-reference/webhook-verification,
 * https://developer.zendesk.com/documentation/webhooks/verifying,
 * https://developers.intercom.com/docs/webhooks (signed notifications),
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookScheme } from '../../warehouse/vocabulary';

export interface SignedRequest {
	/** By its name in any case; null where it is missing. */
	header(name: string): string | null;
	body: Uint8Array;
}

export interface Verification {
	/** The one in force, and one that is being replaced. */
	secrets: readonly string[];
	/** Milliseconds of the epoch. */
	now: number;
	/** Seconds that a signed time may be away from now, to either side. */
	toleranceS: number;
}

/** `id` is the sender's name of the delivery where it is signed, else null; `reason` is for people. */
export type Verified = { genuine: true; id: string | null } | { genuine: false; reason: string };

interface Scheme {
	signature: string;
	/** Header of the signed time, and how it is read: seconds of the epoch. */
	timestamp?: { header: string; seconds(text: string): number };
	/** Header of the signed name of the delivery. */
	id?: string;
	algorithm: 'sha1' | 'sha256';
	key(secret: string): Buffer;
	/** What is signed before the body. */
	prefix(given: { id: string; timestamp: string }): string;
	/** Digests that the header gives; any of them may match. */
	digests(header: string): Buffer[];
}

const unix = (text: string) => (/^\d{1,12}$/.test(text) ? Number(text) : NaN);
const iso = (text: string) => (/^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) / 1000 : NaN);
const plain = (secret: string) => Buffer.from(secret);
const hexAfter = (mark: string, bytes: number) => (header: string) =>
	header.startsWith(mark) && new RegExp(`^[0-9a-f]{${bytes * 2}}$`, 'i').test(header.slice(mark.length))
		? [Buffer.from(header.slice(mark.length), 'hex')]
		: [];

const STANDARD_SECRET = 'whsec_';

const SCHEMES: Record<WebhookScheme, Scheme> = {
	standard: {
		signature: 'webhook-signature',
		timestamp: { header: 'webhook-timestamp', seconds: unix },
		id: 'webhook-id',
		algorithm: 'sha256',
		key: (secret) => Buffer.from(secret.slice(STANDARD_SECRET.length), 'base64'),
		prefix: ({ id, timestamp }) => `${id}.${timestamp}.`,
		digests: (header) =>
			header
				.split(' ')
				.filter((one) => one.startsWith('v1,'))
				.map((one) => Buffer.from(one.slice(3), 'base64'))
	},
	chatwoot: {
		signature: 'x-chatwoot-signature',
		timestamp: { header: 'x-chatwoot-timestamp', seconds: unix },
		algorithm: 'sha256',
		key: plain,
		prefix: ({ timestamp }) => `${timestamp}.`,
		digests: hexAfter('sha256=', 32)
	},
	intercom: {
		signature: 'x-hub-signature',
		algorithm: 'sha1',
		key: plain,
		prefix: () => '',
		digests: hexAfter('sha1=', 20)
	},
	zendesk: {
		signature: 'x-zendesk-webhook-signature',
		timestamp: { header: 'x-zendesk-webhook-signature-timestamp', seconds: iso },
		algorithm: 'sha256',
		key: plain,
		prefix: ({ timestamp }) => timestamp,
		digests: (header) => [Buffer.from(header, 'base64')]
	}
};

/** Headers of the scheme, for those who set one up. */
export function headersOf(scheme: WebhookScheme): string[] {
	const { signature, timestamp, id } = SCHEMES[scheme];
	return [signature, timestamp?.header, id].filter((one) => one !== undefined);
}

export function verify(scheme: WebhookScheme, request: SignedRequest, given: Verification): Verified {
	const { signature, timestamp, id: idHeader, algorithm, key, prefix, digests } = SCHEMES[scheme];
	const refused = (reason: string): Verified => ({ genuine: false, reason });
	for (const name of headersOf(scheme)) {
		if (!request.header(name)) return refused(`The header ${name} is missing.`);
	}
	const id = idHeader === undefined ? null : request.header(idHeader);
	const time = (timestamp && request.header(timestamp.header)) ?? '';
	const named = { id: id ?? '', timestamp: time };
	const offered = digests(request.header(signature) ?? '');
	let matches = false;
	for (const secret of given.secrets) {
		const wanted = createHmac(algorithm, key(secret)).update(prefix(named)).update(request.body).digest();
		for (const one of offered)
			if (one.length === wanted.length && timingSafeEqual(one, wanted)) matches = true;
	}
	if (!matches) return refused('The signature is not that of this webhook and its secret.');
	if (timestamp) {
		// Said only to who holds the secret.
		const away = Math.abs(given.now / 1000 - timestamp.seconds(time));
		if (!(away <= given.toleranceS))
			return refused(
				`Its signed time ${time} is more than ${given.toleranceS} seconds from now: too old, or one of the two clocks is wrong.`
			);
	}
	return { genuine: true, id };
}
