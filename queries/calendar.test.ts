import { describe, expect, it } from 'vitest';
import { weekOf, weekWindow, weeksBetween } from './calendar';

const stockholm = { timeZone: 'Europe/Stockholm', weekStart: 'monday' } as const;
const hours = (window: { since: string; until: string }) =>
	(Date.parse(window.until) - Date.parse(window.since)) / 36e5;

describe('weeks', () => {
	it('start at local midnight', () => {
		expect(weekWindow(stockholm, '2026-W10')).toEqual({
			since: '2026-03-01T23:00:00.000Z',
			until: '2026-03-08T23:00:00.000Z',
			week: '2026-W10'
		});
	});
	it('have 167 hours in spring and 169 in autumn', () => {
		expect(hours(weekWindow(stockholm, '2026-W13'))).toBe(167); // 29 March
		expect(hours(weekWindow(stockholm, '2026-W43'))).toBe(169); // 25 October
	});
	it('refuse a zone that nobody knows', () => {
		const mars = { timeZone: 'Mars/Olympus', weekStart: 'monday' } as const;
		expect(() => weekWindow(mars, '2026-W10')).toThrow('Unknown time zone Mars/Olympus. Use an IANA name');
		expect(() => weekOf(mars, '2026-03-03T00:00:00Z')).toThrow('Unknown time zone Mars/Olympus');
	});
	it('know week 53', () => {
		expect(weekOf(stockholm, '2027-01-03T22:59:59Z')).toBe('2026-W53');
		expect(weekOf(stockholm, '2027-01-03T23:00:00Z')).toBe('2027-W01');
		expect(() => weekWindow(stockholm, '2025-W53')).toThrow('2025 has no week 53');
		expect(weeksBetween(stockholm, '2026-12-21T12:00:00Z', '2027-01-05T12:00:00Z')).toEqual([
			'2026-W52',
			'2026-W53',
			'2027-W01'
		]);
	});
	it('may start on Sunday', () => {
		const newYork = { timeZone: 'America/New_York', weekStart: 'sunday' } as const;
		const window = weekWindow(newYork, '2026-W10');
		expect(window.since).toBe('2026-03-01T05:00:00.000Z');
		expect(window.until).toBe('2026-03-08T05:00:00.000Z');
		expect(weekOf(newYork, window.since)).toBe('2026-W10');
		expect(weekOf(newYork, '2026-03-01T04:59:59Z')).toBe('2026-W09');
		expect(hours(weekWindow(newYork, '2026-W11'))).toBe(167);
	});
});
