/** Asks the server again, once a second, while something goes on there that the page shows. */
import { invalidate } from '$app/navigation';

const EVERY_MS = 1000;

/** To be called while a component is made. `key` is what the load of the page depends on. */
export function refreshWhile(busy: () => boolean, key: `${string}:${string}`): void {
	$effect(() => {
		if (!busy()) return;
		let stopped = false;
		const turn = () =>
			setTimeout(() => {
				if (stopped) return;
				// A server that starts anew is asked again.
				void invalidate(key)
					.catch(() => undefined)
					.finally(() => (timer = turn()));
			}, EVERY_MS);
		let timer = turn();
		return () => {
			stopped = true;
			clearTimeout(timer);
		};
	});
}
