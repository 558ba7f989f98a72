/** Which messages a receiver still has to get, in order. Pure. */
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

const OPENING: readonly NotificationKind[] = ['firing', 'reopened', 'overdue'];

/**
 * `messages` of all alerts in the order they arose, `settled` those that this receiver has or will never get.
 * An alert that opened and closed before anything of it was delivered is nothing to tell; neither is a reminder that
 * something newer has overtaken. Whoever was told that it fires is told that it is over.
 */
export function dueMessages(messages: readonly Message[], settled: ReadonlySet<string>): Message[] {
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
			if (settled.has(message.deliveryKey)) {
				if (OPENING.includes(message.kind)) heard = true;
				if (message.kind === 'resolved') heard = false;
				unheard = [];
				continue;
			}
			unheard.push(message);
			if (message.kind !== 'resolved') continue;
			// Between an opening nobody heard and its end there is nothing to tell; to others the end alone is told.
			const told = heard ? [message] : [];
			for (const one of unheard) if (!told.includes(one)) dropped.add(one.deliveryKey);
			unheard = [];
			heard = false;
		}
		const newest = unheard.at(-1);
		for (const one of unheard) if (one.kind === 'reminder' && one !== newest) dropped.add(one.deliveryKey);
	}
	return messages.filter(({ deliveryKey }) => !settled.has(deliveryKey) && !dropped.has(deliveryKey));
}
