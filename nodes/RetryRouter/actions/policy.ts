import type { IExecuteFunctions } from 'n8n-workflow';
import type { RetryPolicy } from '../../shared/recovery';

/** What the user chose, in the units of the rooms. Fails with `input_refused` that names the setting. */
export async function readPolicy(context: IExecuteFunctions): Promise<RetryPolicy> {
	const { resolvePolicy } = await import('../../shared/recovery');
	const number = (name: string, otherwise: number): number =>
		Number(context.getNodeParameter(name, 0, otherwise));
	const retryWith = context.getNodeParameter('retryWith', 0, 'generate') === 'revise' ? 'revise' : 'generate';
	const goesOn = context.getNodeParameter('whenSpent', 0, 'escalate') === 'goOnWithWhatPassed';
	return resolvePolicy({
		target: number('target', 0),
		attempts: number('attempts', 3),
		humanRounds: number('humanRounds', 5),
		retryWith,
		whenSpent: goesOn ? 'goOnWithWhatPassed' : 'escalate',
		deadlineMs: number('options.deadline', 0) * 60_000,
		spendCapUsd: number('options.spendCap', 0),
		backoff: {
			initialMs: number('options.initialWait', 1) * 1000,
			factor: number('options.waitFactor', 2),
			maximumMs: number('options.longestWait', 60) * 1000,
			spread: number('options.waitSpread', 20) / 100,
		},
	});
}
