import adapter from '@sveltejs/adapter-node';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	kit: {
		adapter: adapter({ out: 'build/app' }),
		// `app/` is a room of the design; the other rooms stand beside it.
		files: { src: 'app' },
		alias: {
			'#warehouse': 'warehouse',
			'#ingest': 'ingest',
			'#queries': 'queries',
			'#stoploss': 'stoploss',
			'#review': 'review',
			'#fixtures': 'fixtures'
		},
		csp: {
			mode: 'hash',
			directives: {
				'default-src': ['self'],
				'script-src': ['self'],
				'style-src': ['self', 'unsafe-inline'],
				'img-src': ['self', 'data:', 'blob:'],
				'connect-src': ['self'],
				'object-src': ['none'],
				'base-uri': ['none'],
				'frame-ancestors': ['none'],
				'form-action': ['self']
			}
		},
		typescript: {
			config: (config) => ({
				...config,
				// Files that nothing in app/ imports are type-checked too.
				include: [
					...config.include,
					...['warehouse', 'ingest', 'queries', 'stoploss', 'review', 'fixtures', 'tests', 'bench'].map(
						(room) => `../${room}/**/*.ts`
					),
					'../*.ts'
				]
			})
		}
	}
};
