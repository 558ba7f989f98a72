/** Signatures of webhooks: published vectors, and that nothing but the very bytes under the very secret passes. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WEBHOOK_SCHEMES, type WebhookScheme } from '../../warehouse/vocabulary';
import { verify, type Verification } from './signature';

const NOW = Date.UTC(2026, 2, 2, 9);
const seconds = NOW / 1000;
const SECRET = `whsec_${Buffer.from('a secret of thirty-two characters').toString('base64')}`;

/** Written from the descriptions of the products, apart from what is tested. */
function signed(scheme: WebhookScheme, body: Buffer, secret: string, at = seconds): Record<string, string> {
	const mac = (algorithm: string, key: string | Buffer, ...parts: (string | Buffer)[]) =>
		createHmac(algorithm, key).update(Buffer.concat(parts.map((part) => Buffer.from(part))));
	switch (scheme) {
		case 'standard': {
			const key = Buffer.from(secret.slice(6), 'base64');
			return {
				'webhook-id': 'msg_1',
				'webhook-timestamp': String(at),
				'webhook-signature': `v1a,AAAA v1,${mac('sha256', key, 'msg_1.', String(at), '.', body).digest('base64')}`
			};
		}
		case 'chatwoot':
			return {
				'x-chatwoot-timestamp': String(at),
				'x-chatwoot-signature': `sha256=${mac('sha256', secret, String(at), '.', body).digest('hex')}`
			};
		case 'intercom':
			return { 'x-hub-signature': `sha1=${mac('sha1', secret, body).digest('hex')}` };
		case 'zendesk': {
			const time = new Date(at * 1000).toISOString();
			return {
				'x-zendesk-webhook-signature-timestamp': time,
				'x-zendesk-webhook-signature': mac('sha256', secret, time, body).digest('base64')
			};
		}
	}
}

const check = (
	scheme: WebhookScheme,
	headers: Record<string, string>,
	body: Buffer,
	given: Partial<Verification> = {}
) =>
	verify(
		scheme,
		{ header: (name) => headers[name] ?? null, body },
		{ secrets: [SECRET], now: NOW, toleranceS: 300, ...given }
	);

it('takes the vector that Standard Webhooks publishes', () => {
	const headers = {
		'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
		'webhook-timestamp': '1614265330',
		'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
	};
	const given = { secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], now: 1_614_265_330_000 };
	const body = Buffer.from('{"test": 2432232314}');
	expect(check('standard', headers, body, given)).toEqual({
		genuine: true,
		id: 'msg_p5jXN8AQM9LWM0D4loKWxJek'
	});
	expect(check('standard', { ...headers, 'webhook-id': 'msg_other' }, body, given).genuine).toBe(false);
});

it('takes the HMAC-SHA-1 of RFC 2202, case 2', () => {
	const body = Buffer.from('what do ya want for nothing?');
	expect(
		check('intercom', { 'x-hub-signature': 'sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79' }, body, {
			secrets: ['Jefe']
		}).genuine
	).toBe(true);
});

describe.each(WEBHOOK_SCHEMES)('%s', (scheme) => {
	const body = Buffer.from('{"a":"é\\n"}');

	it('takes bytes of any kind as they were signed, under the secret in force or the one before', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, before) => {
				const text = Buffer.from(bytes);
				const secrets = before ? ['whsec_bmV3IHNlY3JldA==', SECRET] : [SECRET];
				expect(check(scheme, signed(scheme, text, SECRET), text, { secrets }).genuine).toBe(true);
			})
		);
	});

	it('refuses other bytes, another secret, a signature of another shape, and one that is missing', () => {
		const headers = signed(scheme, body, SECRET);
		fc.assert(
			fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
				const other = Buffer.from(body);
				other[at] = other[at]! ^ change;
				expect(check(scheme, headers, other).genuine).toBe(false);
			})
		);
		expect(check(scheme, headers, body, { secrets: ['whsec_bmV3IHNlY3JldA=='] }).genuine).toBe(false);
		expect(check(scheme, headers, body, { secrets: [] }).genuine).toBe(false);
		for (const name of Object.keys(headers)) {
			const { [name]: _, ...rest } = headers;
			expect(check(scheme, rest, body)).toEqual({
				genuine: false,
				reason: `The header ${name} is missing.`
			});
			fc.assert(
				fc.property(fc.string(), (text) => {
					if (name === 'webhook-signature') return;
					const changed = { ...headers, [name]: text };
					expect(text === headers[name] || !check(scheme, changed, body).genuine).toBe(true);
				})
			);
		}
	});

	it('refuses what was signed too long ago or ahead, where a time is signed', () => {
		const at = (shift: number) => check(scheme, signed(scheme, body, SECRET, seconds + shift), body);
		expect(at(-300).genuine).toBe(true);
		expect(at(300).genuine).toBe(true);
		for (const shift of [-301, 301]) {
			const found = at(shift);
			expect(found.genuine).toBe(scheme === 'intercom');
			if (!found.genuine) expect(found.reason).toMatch(/more than 300 seconds from now/);
		}
	});
});
