/** The alert: the twelve scripted lives, decision tables, and laws that no sequence of events may break. */
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	NO_ALERT,
	RESOLVE_REASONS,
	isOpen,
	replay,
	step,
	type Alert,
	type AlertEvent,
	type Notification,
	type Observation,
	type Step
} from './alert';
import { alertKey, canonicalIdentity, deliveryKey, type AlertIdentity } from './alert-identity';
import { dayNumber, dayOf } from './series';

const SETTINGS = { holdDays: 2, recoveryDays: 3, keepFiringDays: 0 };
const instant = (day: number) => `${dayOf(dayNumber('2026-01-05') + day)}T06:00:00Z`;
const observed = (day: number, observation: Observation, more = {}): AlertEvent => ({
	kind: 'observed',
	at: instant(day),
	observation,
	...more
});
const acknowledged = (day: number, due: number): AlertEvent => ({
	kind: 'acknowledged',
	at: instant(day),
	by: 'ops',
	owner: 'lead',
	due: instant(due)
});
const live = (events: readonly AlertEvent[], settings = SETTINGS) => {
	let alert: Alert = NO_ALERT;
	return events.map((event) => {
		const next = step(alert, event, settings);
		alert = next.alert;
		return next;
	});
};
const told = (steps: readonly Step[]) => steps.flatMap(({ notifications }) => notifications);
const kinds = (steps: readonly Step[]) => told(steps).map(({ kind }) => kind);

const file = new URL('../../shared/golden-stats.json', import.meta.url).pathname;
// eslint-disable-next-line @typescript-eslint/no-explicit-any
const golden: any = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;

describe.skipIf(!golden)('golden', () => {
	// eslint-disable-next-line @typescript-eslint/no-explicit-any
	const eventOf = (given: any): AlertEvent => {
		const at = instant(given.day);
		if (given.eval) return observed(given.day, given.eval, { recovered: given.recovered ?? false });
		if (given.do === 'ack') return acknowledged(given.day, given.day + 60);
		if (given.do === 'silence')
			return { kind: 'silenced', at, by: 'ops', until: instant(given.until), reason: 'planned work' };
		if (given.do === 'mitigate') return { kind: 'mitigated', at, by: 'lead', intents: ['refund_exception'] };
		return { kind: 'resolved', at, by: 'lead', reason: given.reason };
	};
	test.each(Object.entries<{ steps: object[]; expected: { day: number }[] }>(golden?.state_machine ?? {}))(
		'script %s',
		(_, { steps, expected }) => {
			const lived = live(steps.map(eventOf)).map(({ alert, notifications }, index) => ({
				day: expected[index]?.day,
				state: alert.state,
				data: alert.data,
				notify: notifications[0]?.kind ?? null,
				episode: alert.episode
			}));
			expect(lived).toEqual(expected);
		}
	);
	test('identity and delivery keys', () => {
		for (const { canonical, key } of golden.alert_identity) {
			const [, ruleId, metric, direction, ...pairs] = canonical.split('|');
			const dimensions = Object.fromEntries(pairs.reverse().map((pair: string) => pair.split('=')));
			const identity: AlertIdentity = { ruleId, metric, direction, dimensions };
			expect(canonicalIdentity(identity)).toBe(canonical);
			expect(alertKey(identity)).toBe(key);
		}
		for (const { canonical, key } of golden.delivery_key) {
			const [alert, episode, kind, seq] = canonical.split('|');
			expect(deliveryKey(alert, { episode: Number(episode), kind, seq: Number(seq) })).toBe(key);
		}
	});
});

const FIRED = [observed(0, 'breach'), observed(1, 'breach')];
const RECOVERED = { recovered: true };

describe('an alert', () => {
	test.each<[string, AlertEvent[], string, string[]]>([
		['that is only watched waits', [observed(0, 'watch')], 'pending', []],
		['fires when the hold is over', FIRED, 'firing', ['firing']],
		[
			'that nobody acknowledges reminds after a week',
			[...FIRED, observed(8, 'breach')],
			'firing',
			['firing', 'reminder']
		],
		[
			'that is acknowledged fires again when its due date passes',
			[...FIRED, acknowledged(2, 4), observed(4, 'breach'), observed(5, 'breach')],
			'firing',
			['firing', 'overdue']
		],
		[
			'that is acknowledged speaks when it worsens by another limit',
			[
				observed(0, 'breach'),
				observed(1, 'breach', { worsening: 0.03 }),
				acknowledged(2, 30),
				observed(3, 'breach', { worsening: 0.04, limit: 0.02 }),
				observed(4, 'breach', { worsening: 0.05, limit: 0.02 }),
				observed(5, 'breach', { worsening: 0.05, limit: 0.02 })
			],
			'acknowledged',
			['firing', 'worsened']
		],
		[
			'that is acknowledged speaks when another intent drives it',
			[
				observed(0, 'breach'),
				observed(1, 'breach', { driver: 'refund' }),
				acknowledged(2, 30),
				observed(3, 'breach', { driver: 'address' })
			],
			'acknowledged',
			['firing', 'worsened']
		],
		[
			'that a data-quality alert inhibits fires unheard, and is told when the data are sound',
			[
				observed(0, 'breach', { inhibitedBy: 'import-7' }),
				observed(1, 'breach', { inhibitedBy: 'import-7' }),
				observed(2, 'breach')
			],
			'firing',
			['firing']
		],
		[
			'that is mitigated stays so while its data dry up',
			[
				...FIRED,
				{ kind: 'mitigated', at: instant(2), by: 'lead', intents: ['refund'] },
				...[3, 4, 5, 40].map((day) => observed(day, 'stale'))
			],
			'mitigated',
			['firing', 'mitigated']
		],
		[
			'that fires again long after is a new episode',
			[
				...FIRED,
				{ kind: 'resolved', at: instant(2), by: 'lead', reason: 'recovered' },
				observed(20, 'breach'),
				observed(21, 'breach')
			],
			'firing',
			['firing', 'resolved', 'firing']
		]
	])('%s', (_, events, state, notifications) => {
		const steps = live(events);
		expect(steps.at(-1)?.alert.state).toBe(state);
		expect(kinds(steps)).toEqual(notifications);
	});

	test('stays open as long as the rule keeps it firing', () => {
		const days = [2, 3, 4, 5, 6].map((day) => observed(day, 'ok', RECOVERED));
		const states = live([...FIRED, ...days], { ...SETTINGS, keepFiringDays: 5 }).map(
			({ alert }) => alert.state
		);
		expect(states).toEqual(['pending', 'firing', 'firing', 'firing', 'firing', 'firing', 'resolved']);
	});

	test.each<[string, AlertEvent[], AlertEvent, RegExp]>([
		['an acknowledgement of nothing', [], acknowledged(0, 3), /inactive/],
		['an acknowledgement due in the past', FIRED, acknowledged(2, 1), /future/],
		[
			'a silence without a reason',
			FIRED,
			{ kind: 'silenced', at: instant(2), by: 'x', until: instant(9), reason: ' ' },
			/reason/
		],
		[
			'a silence that has ended',
			FIRED,
			{ kind: 'silenced', at: instant(2), by: 'x', until: instant(1), reason: 'a' },
			/future/
		],
		[
			'a resolve of nothing',
			[],
			{ kind: 'resolved', at: instant(0), by: 'x', reason: 'recovered' },
			/inactive/
		],
		['an interval seen before', FIRED, observed(1, 'ok', RECOVERED), /already/],
		['an older interval', FIRED, observed(0, 'ok', RECOVERED), /already/]
	])('refuses %s', (_, events, event, reason) => {
		const before = replay(events, SETTINGS);
		const after = step(before, event, SETTINGS);
		expect(after.refused).toMatch(reason);
		expect(after.alert).toEqual(before);
		expect(after.notifications).toEqual([]);
	});

	test('a person who closes it sets the mark that later windows start after', () => {
		const closed = replay(
			[...FIRED, { kind: 'resolved', at: instant(2), by: 'lead', reason: 'data_error' }],
			SETTINGS
		);
		expect(closed.resetAfter).toBe(instant(2).slice(0, 10));
	});
});

describe('no sequence of verdicts, acknowledgements, silences, restarts and catch-ups', () => {
	const wish = fc.oneof(
		{
			weight: 6,
			arbitrary: fc.record({
				kind: fc.constant('observed' as const),
				observation: fc.constantFrom<Observation>(
					'ok',
					'watch',
					'breach',
					'breach',
					'insufficient',
					'stale',
					'error'
				),
				recovered: fc.boolean(),
				inhibitedBy: fc.constantFrom(null, null, null, 'import-7'),
				/** Negative steps are an interval evaluated twice, larger ones an outage. */
				later: fc.constantFrom(-1, 0, 1, 1, 1, 1, 5)
			})
		},
		{
			weight: 1,
			arbitrary: fc.record({
				kind: fc.constant('acknowledged' as const),
				due: fc.integer({ min: -2, max: 9 })
			})
		},
		{
			weight: 1,
			arbitrary: fc.record({ kind: fc.constant('silenced' as const), until: fc.integer({ min: -2, max: 9 }) })
		},
		{
			weight: 1,
			arbitrary: fc.record({ kind: fc.constant('mitigated' as const) })
		},
		{ weight: 1, arbitrary: fc.record({ kind: fc.constant('unsilenced' as const) }) },
		{
			weight: 1,
			arbitrary: fc.record({ kind: fc.constant('elapsed' as const), later: fc.constantFrom(0, 1, 8) })
		},
		{
			weight: 1,
			arbitrary: fc.record({
				kind: fc.constant('resolved' as const),
				reason: fc.constantFrom(...RESOLVE_REASONS)
			})
		}
	);
	const life = fc.array(wish, { minLength: 1, maxLength: 60 }).map((wishes) => {
		let day = 0;
		return wishes.map((w): AlertEvent => {
			if (w.kind === 'observed') {
				day = Math.max(0, day + w.later);
				const { observation, inhibitedBy } = w;
				// Recovery is only ever found in data that are there.
				const evaluable = observation === 'ok' || observation === 'watch' || observation === 'breach';
				return observed(day, observation, { inhibitedBy, recovered: evaluable && w.recovered });
			}
			if (w.kind === 'elapsed') return { kind: 'elapsed', at: instant((day += w.later)) };
			const at = instant(day);
			if (w.kind === 'acknowledged') return acknowledged(day, day + w.due);
			if (w.kind === 'silenced')
				return { kind: 'silenced', at, by: 'ops', until: instant(day + w.until), reason: 'work' };
			if (w.kind === 'mitigated') return { kind: 'mitigated', at, by: 'lead', intents: [] };
			return w.kind === 'resolved'
				? { kind: 'resolved', at, by: 'lead', reason: w.reason }
				: { kind: 'unsilenced', at, by: 'ops' };
		});
	});
	const always = (law: (events: AlertEvent[], steps: Step[]) => void) =>
		fc.assert(
			fc.property(life, (events) => law(events, live(events))),
			{ numRuns: 400 }
		);

	test('resolves without evidence', () => {
		always((events, steps) => {
			let streak = 0;
			steps.forEach(({ transition, refused }, index) => {
				const event = events[index]!;
				if (event.kind === 'observed' && refused === null) {
					const evaluable = ['ok', 'watch', 'breach'].includes(event.observation);
					if (evaluable) streak = event.recovered ? streak + 1 : 0;
				}
				if (transition?.to !== 'resolved') return;
				expect(event.kind === 'resolved' || streak >= SETTINGS.recoveryDays).toBe(true);
			});
		});
	});

	test('loses a firing', () => {
		always((events, steps) => {
			steps.forEach(({ alert, transition, refused }, index) => {
				const before = steps[index - 1]?.alert ?? NO_ALERT;
				// It leaves the open states only through a resolve.
				if (isOpen(before.state) && !isOpen(alert.state)) expect(transition?.to).toBe('resolved');
				// Two breaches in a row on evaluable days always fire.
				if (alert.breaches >= SETTINGS.holdDays) expect(isOpen(alert.state)).toBe(true);
				// On a day that nothing mutes, a firing alert has been told.
				const event = events[index]!;
				const muted = alert.silencedUntil !== null && Date.parse(alert.silencedUntil) >= Date.parse(event.at);
				const errored = event.kind === 'observed' && event.observation === 'error';
				const looked = (event.kind === 'observed' && refused === null) || event.kind === 'elapsed';
				if (looked && alert.state === 'firing' && !muted && !errored)
					expect(alert.told || alert.inhibitedBy !== null).toBe(true);
			});
		});
	});

	test('sends one message twice, or "resolved" to who was never told', () => {
		always((_, steps) => {
			const messages = told(steps);
			const keys = messages.map((message: Notification) => deliveryKey('k', message));
			expect(new Set(keys).size).toBe(keys.length);
			let open = false;
			for (const { kind } of messages) {
				if (kind === 'firing' || kind === 'reopened' || kind === 'overdue') open = true;
				if (kind === 'resolved') {
					expect(open).toBe(true);
					open = false;
				}
			}
		});
	});

	test('depends on restarts, or on intervals evaluated twice', () => {
		always((events, steps) => {
			const kept = events.filter((_, index) => steps[index]?.refused === null);
			const resumed = kept.reduce<Alert>(
				(alert, event) => step(JSON.parse(JSON.stringify(alert)) as Alert, event, SETTINGS).alert,
				NO_ALERT
			);
			expect(resumed).toEqual(steps.at(-1)?.alert);
		});
	});
});
