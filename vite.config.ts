import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	plugins: [sveltekit()],
	// A native module: never bundled, always required from node_modules.
	ssr: { external: ['@duckdb/node-api', '@duckdb/node-bindings'] },
	test: {
		include: ['**/*.test.ts'],
		exclude: ['node_modules', 'build', '.svelte-kit'],
		environment: 'node',
		// One more than the default of a machine with two cores: most of the time a test waits for a program of its own.
		maxWorkers: 2,
		testTimeout: 60_000,
		hookTimeout: 120_000,
		env: { TZ: 'UTC' }
	}
});
