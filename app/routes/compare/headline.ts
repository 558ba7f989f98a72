/** How a comparison came out, in a sentence or two. Pure. */
import type { Relation } from '#queries/comparison/compare';
import type { Told } from '$lib/comparison-words';

export function headlineOf({ better, worse, moved, chance, untold }: Told, relation: Relation): string {
	if (relation === 'same') return 'Both sides are the same conversations, so there is nothing to compare.';
	if (relation === 'shared')
		return 'Some conversations can be on both sides, so that no difference can be judged. Narrow the sides until they lie apart.';
	const clear = [
		[worse, 'clearly worse'],
		[better, 'clearly better'],
		[moved, 'clearly different']
	] as const;
	const parts = clear
		.filter(([count]) => count > 0)
		.map(([count, words]) => `${count} ${count === 1 ? 'is' : 'are'} ${words}`);
	const told =
		parts.length > 0
			? `Of ${better + worse + moved + chance + untold} metrics, ${new Intl.ListFormat('en-GB').format(parts)}`
			: 'No metric is clearly different';
	const open = [
		...(chance > 0 ? [`${chance} could be chance`] : []),
		...(untold > 0 ? [`${untold} can’t be told`] : [])
	];
	return `${[told, ...open].join('; ')}.`;
}
