/**
 * Which messages a receiver still has to get, in order. Pure.
 * Whoever was told, or may have been told, that it fires is told that it is over; what opened and closed unheard is
 * nothing to tell.
 */
import type { NotificationKind } from './alert';

export interface Message {
	deliveryKey: string;
	alertKey: string;
	episode: number;
	kind: NotificationKind;
	seq: number;
	at: string;
	rule: string;
	/** Messages of one group are told together. */
	groupKey: string;
}

/**
 * How a message stands with one receiver. `failed` surely never arrived, `unclear` may have. Of what was given up,
 * `dead` surely never arrived and `lost` may have.
 */
export type Standing = 'fresh' | 'failed' | 'unclear' | 'delivered' | 'dead' | 'lost';
const SETTLED: readonly Standing[] = ['delivered', 'dead', 'lost'];

/** `messages` of all alerts in the order they arose. */
export function dueMessages(
	messages: readonly Message[],
	standingOf: (deliveryKey: string) => Standing
): Message[] {
	const episodes = new Map<string, Message[]>();
	for (const message of messages) {
		const key = `${message.alertKey}|${message.episode}`;
		const list = episodes.get(key);
		if (list) list.push(message);
		else episodes.set(key, [message]);
	}
	const dropped = new Set<string>();
	for (const episode of episodes.values()) {
		let unheard: Message[] = [];
		let heard = false;
		for (const message of episode) {
			const standing = standingOf(message.deliveryKey);
			if (standing === 'dead') continue;
			if (message.kind !== 'resolved') {
				if (standing === 'fresh' || standing === 'failed') unheard.push(message);
				else {
					// In strict order, what is older and unheard was left out on purpose.
					for (const one of unheard) dropped.add(one.deliveryKey);
					heard = true;
					unheard = [];
				}
				continue;
			}
			// Between an opening nobody heard and its end there is nothing to tell; to others the end alone is told.
			const said = standing !== 'fresh' && standing !== 'failed';
			const superseded = heard || said ? unheard : [...unheard, message];
			for (const one of superseded) dropped.add(one.deliveryKey);
			unheard = [];
			heard = false;
		}
		const newest = unheard.at(-1);
		for (const one of unheard) if (one.kind === 'reminder' && one !== newest) dropped.add(one.deliveryKey);
	}
	return messages.filter(({ deliveryKey: key }) => !SETTLED.includes(standingOf(key)) && !dropped.has(key));
}
