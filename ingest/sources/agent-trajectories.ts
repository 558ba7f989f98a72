/**
 * Runs of AI agents against a simulated customer (tau-bench, tau2-bench): a JSON list, or an object with
 * `simulations`. Pure. The reward is the audit's verdict; an executed money action is right when it is among the
 * expected actions, compared as multisets of name and arguments (keys and plain lists sorted).
 */
import sql from './trajectories.sql?raw';
import type { Source } from './source';

/** Text that is equal for equal actions, whatever the order of keys and of plain lists. */
function actionKey(name: string, args: string): string {
	const value = `json_extract(${args}, '$."' || k || '"')`;
	return `concat(${name}, list_transform(list_sort(json_keys(${args})), lambda k: concat(k, '=', CASE
		WHEN json_type(${value}) = 'ARRAY' THEN list_sort(from_json(${value}, '["VARCHAR"]'))::VARCHAR
		WHEN json_type(${value}) IN ('BIGINT', 'UBIGINT', 'DOUBLE') THEN try_cast(${value}::VARCHAR AS DOUBLE)::VARCHAR
		ELSE ${value}::VARCHAR END))::VARCHAR)`;
}

const utc = (value: string) =>
	`CASE WHEN regexp_matches(${value}, '([Zz]|[+-][0-9]{2}:?[0-9]{2})$') THEN ${value} ELSE (${value}) || 'Z' END`;

const relation = sql
	.replaceAll(/\{\{name:([^|}]+)\|([^}]+)\}\}/g, (_, name: string, args: string) => actionKey(name, args))
	.replaceAll(/\{\{utc:([^}]+)\}\}/g, (_, value: string) => utc(value));

export const agentTrajectories: Source = {
	name: 'agent-trajectories',
	title: 'Agent trajectories',
	description: 'Runs of AI agents with tool calls and rewards, as tau-bench and tau2-bench write them.',
	accepts: (fileName) => /\.json$/i.test(fileName.replace(/\.(gz|zst)$/i, '')),
	recognises: (head) =>
		/"(traj|simulations|task_id)"\s*:/.test(head) && /"(reward|traj|simulations|reward_info)"\s*:/.test(head),
	documents: true,
	mayLack: ['customer_id', 'started_at'],
	batches: () => false,
	select: () => `SELECT json, 1 AS file_no FROM (${relation})`,
	numbered: () => `SELECT json, json AS raw, 1 AS file_no, position AS line FROM (${relation})`
};
