import { describe, expect, it } from 'vitest';
import { headlineOf } from './headline';

describe('the headline of a comparison', () => {
	const none = { better: 0, worse: 0, moved: 0, chance: 0, untold: 0 };
	it('counts what is clear first, and hides nothing', () => {
		expect(headlineOf({ better: 2, worse: 1, moved: 1, chance: 17, untold: 9 }, 'apart')).toBe(
			'Of 30 metrics, 1 is clearly worse, 2 are clearly better and 1 is clearly different; 17 could be chance; 9 can’t be told.'
		);
		expect(headlineOf({ ...none, chance: 30 }, 'apart')).toBe(
			'No metric is clearly different; 30 could be chance.'
		);
	});
	it('tells nothing of sides that are not apart', () => {
		expect(headlineOf({ ...none, untold: 30 }, 'same')).toContain('nothing to compare');
		expect(headlineOf({ ...none, untold: 30 }, 'shared')).toContain('no difference can be judged');
	});
});
