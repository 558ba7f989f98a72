/** Things by a key, in the order in which they come. Pure. */
export function grouped<Thing, Key>(
	things: readonly Thing[],
	keyOf: (thing: Thing) => Key
): Map<Key, Thing[]> {
	const groups = new Map<Key, Thing[]>();
	for (const thing of things) {
		const key = keyOf(thing);
		const group = groups.get(key);
		if (group) group.push(thing);
		else groups.set(key, [thing]);
	}
	return groups;
}
