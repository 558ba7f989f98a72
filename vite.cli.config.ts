/** Builds the command line: one Node program, packages left in node_modules, `.sql?raw` taken in. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const rooms = ['warehouse', 'ingest', 'queries', 'stoploss', 'review', 'fixtures'];

export default defineConfig({
	publicDir: false,
	resolve: {
		alias: Object.fromEntries(
			rooms.map((room) => [`#${room}`, fileURLToPath(new URL(room, import.meta.url))])
		)
	},
	ssr: { external: ['@duckdb/node-api', '@duckdb/node-bindings'] },
	build: {
		ssr: true,
		outDir: 'build/cli',
		emptyOutDir: true,
		target: 'node20',
		minify: false,
		rollupOptions: { input: { plimsoll: 'app/cli/plimsoll.ts', bench: 'bench/bench.ts' } }
	}
});
