/**
 * Who may ask at all. Loopback only: the peer and the Host header must both be this machine (the second stops DNS
 * rebinding), unless PLIMSOLL_HOSTS names further hosts, comma-separated, for use behind a proxy that signs people in.
 */
import type { Handle, HandleServerError, ServerInit } from '@sveltejs/kit';
import { building } from '$app/environment';
import { startWatchman } from '$lib/server/watchman.server';
import { explain } from '$lib/server/explain';

const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];
const LOOPBACK_PEER = /^(?:127\.|::1$|::ffff:127\.)/;

export const init: ServerInit = async () => {
	if (!building) await startWatchman();
};

export const handle: Handle = async ({ event, resolve }) => {
	const allowed = (process.env['PLIMSOLL_HOSTS'] ?? '').split(',').filter(Boolean);
	const host = (event.request.headers.get('host') ?? event.url.host).replace(/:\d+$/, '');
	const hostFine = LOOPBACK_HOSTS.includes(host) || allowed.includes(host);
	if (!hostFine || (allowed.length === 0 && !LOOPBACK_PEER.test(event.getClientAddress()))) {
		return Response.json(
			{
				error: 'Plimsoll answers this machine only.',
				remedy: 'Name the host in PLIMSOLL_HOSTS to allow it.'
			},
			{ status: 403 }
		);
	}
	const response = await resolve(event);
	response.headers.set('x-content-type-options', 'nosniff');
	response.headers.set('referrer-policy', 'same-origin');
	return response;
};

export const handleError: HandleServerError = ({ error, status, message }) => {
	if (status === 404) return { message: 'There is no page at this address.' };
	if (status < 500) return { message };
	console.error(error);
	const { error: what, remedy } = explain(error);
	return { message: `${what} ${remedy}` };
};
