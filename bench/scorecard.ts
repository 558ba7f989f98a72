import type { Benchmark } from './benchmark';
export const scorecardBenchmark: Benchmark = { name: 'scorecard', title: '', parts: {}, run: async () => {} };
