declare global {
	namespace App {
		interface Error {
			message: string;
			/** What would do instead. */
			remedy?: string;
			/** Where to go from here, the nearest first. */
			ways?: { href: string; label: string }[];
		}
	}
}

export {};
