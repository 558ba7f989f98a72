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
		testTimeout: 60_000,
		hookTimeout: 120_000,
		env: { TZ: 'UTC' }
	}
});
