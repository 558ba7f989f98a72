/** What every page must say, because what it shows may rest on it. Touches the database; never throws. */
import { heartbeat } from '#stoploss/alert-door.server';
import { receiverStates } from '#stoploss/delivery.server';
import { formatTime } from '$lib/format';
import { calendar, policy, policyProblem, warehouse } from './plimsoll.server';
import { webhookStates } from './webhooks.server';

export interface Banner {
	title: string;
	text: string;
}

export async function banners(now: string): Promise<Banner[]> {
	const said: Banner[] = [];
	const problem = policyProblem();
	if (problem)
		said.push({
			title: 'The policy file has a problem; the last good policy stays in force.',
			text: problem
		});
	try {
		const db = await warehouse();
		const beat = await heartbeat(db, now);
		if (beat?.late)
			said.push({
				title: 'Nothing is being judged.',
				text: `No evaluation has finished since ${formatTime(beat.finishedAt, calendar().timeZone, true)}: no news is no good news. Take in the newest log, or run: plimsoll check`
			});
		for (const { name, problem: why, dead } of await receiverStates(db, policy(), now)) {
			if (why) said.push({ title: 'A receiver of alerts hears nothing.', text: why });
			if (dead > 0)
				said.push({
					title: `Receiver ${name} did not get ${dead === 1 ? 'a message' : `${dead} messages`}.`,
					text: 'Given up after 24 hours of trying. The pages of the alerts say which; tell its people by other means.'
				});
		}
		for (const { problem: why } of await webhookStates())
			if (why) said.push({ title: 'A webhook takes nothing in.', text: why });
	} catch {
		// A page that can't reach the database or has no policy says so itself.
	}
	return said;
}
