/** The routes of alerts as data: what each takes and answers. Pure. */
import { createRoute, z } from '@hono/zod-openapi';
import { WISHES, type WishName } from '#stoploss/wishes';
import { ALERT_STATES, DELIVERY_OUTCOMES } from '#warehouse/vocabulary';
import { verdict } from './schemas';
import { FAILED, FOREIGN, json, refused } from './routes';

const NONE = refused('There is no such alert.');

const maybe = () => z.string().nullable();
const alert = z
	.object({
		key: z.string().describe('Stays the same for the life of the rule, whatever its thresholds.'),
		rule: z.string(),
		about: z
			.enum(['metric', 'blindness', 'watchdog', 'orphan'])
			.describe('What it says: worse than allowed, no data, nothing is judged, or its rule is gone.'),
		title: z.string(),
		sentence: z.string(),
		tier: maybe(),
		owner: maybe(),
		runbook: maybe(),
		state: z.enum(ALERT_STATES),
		data: z.enum(['ok', 'insufficient', 'stale', 'error']),
		episode: z.int().nonnegative(),
		firedAt: maybe(),
		resolvedAt: maybe(),
		lastObserved: maybe(),
		worsening: z.number().nullable().describe('As it was at firing.'),
		driver: maybe(),
		acknowledgedBy: maybe().describe('Who looks after it.'),
		due: maybe(),
		overdue: z.boolean(),
		silencedUntil: maybe(),
		mutedBy: maybe().describe('Key of the alert that speaks instead of this one.'),
		told: z.boolean()
	})
	.openapi('Alert');

const detail = z
	.object({
		alert,
		transitions: z.array(
			z.object({
				alertKey: z.string(),
				rule: z.string(),
				episode: z.int(),
				seq: z.int(),
				at: z.string(),
				fromState: z.enum(ALERT_STATES),
				toState: z.enum(ALERT_STATES),
				reason: z.string()
			})
		),
		wishes: z.array(
			z.object({ at: z.string(), kind: z.string(), by: maybe(), words: z.record(z.string(), z.string()) })
		),
		messages: z.array(
			z.object({
				deliveryKey: z.string(),
				alertKey: z.string(),
				episode: z.int(),
				kind: z.string(),
				seq: z.int(),
				at: z.string(),
				rule: z.string(),
				groupKey: z.string(),
				deliveries: z.array(
					z.object({
						receiver: z.string(),
						outcome: z.enum(DELIVERY_OUTCOMES),
						at: z.string(),
						tries: z.int(),
						detail: maybe()
					})
				)
			})
		),
		fired: verdict.nullable().describe('As it was believed when it fired.'),
		restated: verdict.nullable().describe('The same day, judged again on what came late.'),
		latest: verdict.nullable()
	})
	.openapi('AlertDetail');

const key = z
	.string()
	.min(4)
	.max(64)
	.openapi({ param: { name: 'key', in: 'path' }, description: 'Key of an alert, or its beginning.' });

export const alertsRoute = createRoute({
	operationId: 'alerts',
	method: 'get',
	path: '/alerts',
	summary: 'Every alert that fired, or may soon, with its state today.',
	responses: { 200: json(z.array(alert), 'The alerts.'), 500: FAILED }
});

export const alertRoute = createRoute({
	operationId: 'alert',
	method: 'get',
	path: '/alerts/{key}',
	summary: 'One alert: its life, the evidence of its firing, and what was told to whom.',
	request: { params: z.object({ key }) },
	responses: {
		200: json(detail, 'The alert.'),
		400: refused('The key is too short.'),
		404: NONE,
		500: FAILED
	}
});

const SUMMARIES: Record<WishName, string> = {
	acknowledge: 'Takes an alert on until a due date; it then speaks again unless it is over.',
	silence: 'Keeps an alert from speaking until a time; its state goes on.',
	unsilence: 'Ends a silence.',
	resolve: 'Closes an alert by hand; later windows start after what was known by then.'
};

export const wishRoute = <Name extends WishName>(name: Name) =>
	createRoute({
		operationId: `${name}Alert`,
		method: 'post',
		path: `/alerts/{key}/${name}` as const,
		summary: SUMMARIES[name],
		request: {
			params: z.object({ key }),
			body: { required: true, content: { 'application/json': { schema: WISHES[name] } } }
		},
		responses: {
			200: json(alert, 'The alert as it stands now.'),
			400: refused('Something is missing or wrong.'),
			403: FOREIGN,
			404: NONE,
			409: refused('The state of the alert does not allow it.'),
			500: FAILED
		}
	});
