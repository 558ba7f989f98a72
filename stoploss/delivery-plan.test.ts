/**
 * What is sent when. The laws play receivers that take, refuse, fall silent and crash us half-way, over any story of
 * alerts: nothing is lost, order is kept, and a message that may have arrived is repeated under the same key.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NotificationKind } from './alert';
import { deliveryKey } from './alert-identity';
import { parcelKey, planDelivery, waitMs, type Attempt, type DeliveryPlan } from './delivery-plan';
import type { Message } from './outbox';

const START = Date.parse('2026-03-02T08:00:00Z');
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();
const message = (
	alertKey: string,
	kind: NotificationKind,
	seq = 1,
	episode = 1,
	groupKey = 'ai_only|B|2026-03-02'
): Message => ({
	deliveryKey: deliveryKey(alertKey, { episode, kind, seq }),
	alertKey,
	episode,
	kind,
	seq,
	at: at(0),
	rule: `rule of ${alertKey}`,
	groupKey
});
const step = (
	one: Message,
	outcome: Attempt['outcome'],
	seconds: number,
	address = 'here',
	parcel = one.deliveryKey
): Attempt => ({ deliveryKey: one.deliveryKey, at: at(seconds), outcome, parcel, address });
const tried = (one: Message, outcome: Attempt['outcome'], seconds: number, address?: string) => [
	step(one, 'sending', seconds, address),
	step(one, outcome, seconds, address)
];
const plan = (
	messages: Message[],
	attempts: Attempt[] = [],
	seconds = 0,
	options: { address?: string; grouped?: boolean } = {}
): DeliveryPlan =>
	planDelivery({ now: at(seconds), address: 'here', grouped: true, messages, attempts, ...options });
const sent = ({ send }: DeliveryPlan) =>
	send.map(({ messages }) => messages.map(({ alertKey, kind }) => `${alertKey} ${kind}`));

describe('one receiver', () => {
	test('hears alerts of one tier and week in one parcel, and other weeks in another', () => {
		const three = [
			message('a', 'firing'),
			message('b', 'firing'),
			message('c', 'firing', 1, 1, 'ai_only|B|2026-03-09')
		];
		expect(sent(plan(three))).toEqual([['a firing', 'b firing'], ['c firing']]);
		expect(sent(plan(three, [], 0, { grouped: false }))).toEqual([['a firing'], ['b firing'], ['c firing']]);
	});

	test('gets the next message of an alert only when the one before is taken', () => {
		const story = [message('a', 'firing'), message('a', 'worsened')];
		expect(sent(plan(story))).toEqual([['a firing']]);
		expect(sent(plan(story, tried(story[0]!, 'failed', 0), 1000))).toEqual([['a firing']]);
		expect(sent(plan(story, tried(story[0]!, 'delivered', 0)))).toEqual([['a worsened']]);
	});

	test('hears nothing of what opened and closed before anything of it arrived', () => {
		const story = [message('a', 'firing'), message('a', 'resolved')];
		expect(plan(story)).toMatchObject({ send: [], waiting: 0 });
		expect(plan(story, tried(story[0]!, 'failed', 0), 10)).toMatchObject({ send: [], waiting: 0 });
	});

	test.each(['unclear', 'sending'] as const)(
		'hears the end of what it may have heard (%s), and the beginning first',
		(outcome) => {
			const story = [message('a', 'firing'), message('a', 'resolved')];
			const attempts = [
				step(story[0]!, 'sending', 0),
				...(outcome === 'unclear' ? [step(story[0]!, outcome, 0)] : [])
			];
			expect(sent(plan(story, attempts, 10))).toEqual([['a firing']]);
			expect(sent(plan(story, [...attempts, ...tried(story[0]!, 'delivered', 10)], 10))).toEqual([
				['a resolved']
			]);
		}
	);

	test('is waited for 1 s, 2 s, 4 s ... at most an hour, less up to half of it', () => {
		for (let tries = 1; tries <= 40; tries++) {
			const full = Math.min(3600, 2 ** (tries - 1)) * 1000;
			for (const key of ['a', 'b', 'c']) {
				expect(waitMs(key, tries)).toBeGreaterThanOrEqual(full / 2);
				expect(waitMs(key, tries)).toBeLessThanOrEqual(full);
			}
		}
		const one = message('a', 'firing');
		const { send, next } = plan([one], tried(one, 'failed', 0), 0);
		expect(send).toEqual([]);
		expect(Date.parse(next!)).toBe(START + waitMs(one.deliveryKey, 1));
	});

	test('is given up after a day of trying, and not for a day on which nobody tried', () => {
		const one = message('a', 'firing');
		const day = 24 * 3600;
		expect(sent(plan([one], tried(one, 'failed', 0), 2 * day))).toEqual([['a firing']]);
		const all = [...tried(one, 'failed', 0), ...tried(one, 'failed', 2 * day)];
		expect(plan([one], all, 2 * day + 1)).toMatchObject({ send: [], bury: [{ key: one.deliveryKey }] });
		expect(plan([one], [...all, step(one, 'dead', 2 * day + 1)], 3 * day)).toMatchObject({
			send: [],
			waiting: 0
		});
	});

	test('that said 410 gets nothing until its address changes', () => {
		const [one, other] = [message('a', 'firing'), message('b', 'firing')];
		const attempts = tried(one, 'gone', 0);
		expect(plan([one, other], attempts, 9999)).toMatchObject({ gone: true, send: [], waiting: 2 });
		expect(sent(plan([one, other], attempts, 9999, { address: 'elsewhere' }))).toEqual([
			['a firing'],
			['b firing']
		]);
	});

	test('gets a parcel that may have arrived as it was, whatever came since', () => {
		const [a, b, c] = [message('a', 'firing'), message('b', 'firing'), message('c', 'firing')];
		const [first] = plan([a, b]).send;
		const attempts = [a, b].flatMap((one) => [
			step(one, 'sending', 0, 'here', first!.key),
			step(one, 'unclear', 5, 'here', first!.key)
		]);
		const later = plan([a, b, c], attempts, 100);
		expect(later.send.map(({ key }) => key)).toEqual([first!.key, c.deliveryKey]);
	});
});

/** A receiver that keeps what it takes, and a process that may die at any point between. */
const BEHAVIOURS = [
	'takes',
	'refuses',
	'takes in silence',
	'is silent',
	'we die before',
	'we die after'
] as const;
type Behaviour = (typeof BEHAVIOURS)[number];

describe('whatever receivers do and whenever we die', () => {
	const kinds = fc.constantFrom<NotificationKind>('worsened', 'reminder', 'data_stale', 'mitigated');
	/** An alert's messages as the state machine makes them: it opens, says things, ends, and opens again. */
	const alertStory = fc.array(fc.record({ says: fc.array(kinds, { maxLength: 3 }), ends: fc.boolean() }), {
		minLength: 1,
		maxLength: 3
	});
	const story = fc.array(alertStory, { minLength: 1, maxLength: 4 }).map((alerts) =>
		alerts.map((episodes, index) => {
			const key = `k${index}`;
			const counts = new Map<string, number>();
			const say = (kind: NotificationKind) => {
				counts.set(kind, (counts.get(kind) ?? 0) + 1);
				return message(key, kind, counts.get(kind)!);
			};
			const messages: Message[] = [];
			for (const [place, { says, ends }] of episodes.entries()) {
				messages.push(say(place === 0 ? 'firing' : 'reopened'), ...says.map(say));
				if (!ends) break;
				messages.push(say('resolved'));
			}
			return messages;
		})
	);
	const world = fc.record({
		story,
		/** Which alert speaks next, and what the receiver does meanwhile. */
		turns: fc.array(fc.record({ speaks: fc.nat(3), does: fc.constantFrom<Behaviour>(...BEHAVIOURS) }), {
			maxLength: 40
		})
	});

	function play({
		story: alerts,
		turns
	}: {
		story: Message[][];
		turns: { speaks: number; does: Behaviour }[];
	}) {
		const left = alerts.map((messages) => [...messages]);
		const arisen: Message[] = [];
		const attempts: Attempt[] = [];
		const posts: { key: string; messages: Message[]; arrived: boolean }[] = [];
		let seconds = 0;
		const turn = (does: Behaviour) => {
			seconds += 4000;
			const { send } = plan(arisen, attempts, seconds);
			for (const { key, messages } of send) {
				const record = (outcome: Attempt['outcome']) =>
					attempts.push(...messages.map((one) => step(one, outcome, seconds, 'here', key)));
				record('sending');
				const arrived = does === 'takes' || does === 'takes in silence' || does === 'we die after';
				posts.push({ key, messages, arrived });
				if (does === 'we die before' || does === 'we die after') break;
				record(does === 'takes' ? 'delivered' : does === 'refuses' ? 'failed' : 'unclear');
			}
			return send.length;
		};
		for (const { speaks, does } of turns) {
			const next = left[speaks % left.length]!.shift();
			if (next) arisen.push(next);
			turn(does);
		}
		for (const rest of left) arisen.push(...rest.splice(0));
		for (let rounds = 0; turn('takes') > 0; rounds++) if (rounds > 100) throw new Error('It never ends.');
		return { arisen, attempts, posts };
	}
	const heardBy = (posts: { messages: Message[]; arrived: boolean }[], alertKey: string) =>
		posts
			.filter(({ arrived }) => arrived)
			.flatMap(({ messages }) => messages.filter((one) => one.alertKey === alertKey));
	const always = (law: (played: ReturnType<typeof play>) => void) =>
		fc.assert(
			fc.property(world, (given) => law(play(given))),
			{ numRuns: 400 }
		);
	const alertsOf = (messages: Message[]) => [...new Set(messages.map(({ alertKey }) => alertKey))];

	test('what fires is heard, and what was heard to fire is heard to end', () => {
		always(({ arisen, posts }) => {
			for (const alert of alertsOf(arisen)) {
				const all = arisen.filter(({ alertKey }) => alertKey === alert);
				const heard = heardBy(posts, alert);
				const last = all.at(-1)!;
				const lastHeard = heard.at(-1);
				if (last.kind === 'resolved')
					expect(lastHeard === undefined || lastHeard.kind === 'resolved').toBe(true);
				else {
					const opening = all.findLast(({ kind }) => kind === 'firing' || kind === 'reopened');
					expect(heard).toContain(opening);
				}
			}
		});
	});

	test('one alert is heard in its order', () => {
		always(({ arisen, posts }) => {
			for (const alert of alertsOf(arisen)) {
				const order = arisen.filter(({ alertKey }) => alertKey === alert);
				const first = [...new Set(heardBy(posts, alert))].map((one) => order.indexOf(one));
				expect(first).toEqual(first.toSorted((a, b) => a - b));
			}
		});
	});

	test('one key names one parcel, and what arrived is only ever repeated under the key it came with', () => {
		always(({ posts }) => {
			const contents = new Map<string, string>();
			const came = new Map<string, string>();
			for (const { key, messages, arrived } of posts) {
				expect(key).toBe(parcelKey(messages));
				const inside = messages.map(({ deliveryKey: one }) => one).join();
				expect(contents.get(key) ?? inside).toBe(inside);
				contents.set(key, inside);
				for (const { deliveryKey: one } of messages) {
					if (came.has(one)) expect(key).toBe(came.get(one));
					if (arrived) came.set(one, key);
				}
			}
		});
	});

	test('what is recorded as delivered is never sent again', () => {
		always(({ posts, attempts }) => {
			const delivered = new Set(
				attempts.filter(({ outcome }) => outcome === 'delivered').map(({ deliveryKey: one }) => one)
			);
			for (const one of delivered) {
				const outcomes = attempts.filter(({ deliveryKey: key }) => key === one).map(({ outcome }) => outcome);
				expect(outcomes.at(-1)).toBe('delivered');
				expect(
					posts.filter(({ messages }) => messages.some(({ deliveryKey: key }) => key === one)).length
				).toBe(outcomes.filter((outcome) => outcome === 'sending').length);
			}
		});
	});
});
