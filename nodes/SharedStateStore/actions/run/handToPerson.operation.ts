import type { INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../../shared/host/descriptions';
import type { Operation } from '../router';

export const description: INodeProperties[] = forOperation('run', 'handToPerson', [
	{
		displayName: 'Who',
		name: 'who',
		type: 'string',
		default: '',
		placeholder: 'e.g. Ana, art director',
		description: 'Who has to act now',
	},
	{
		displayName: 'Why',
		name: 'reason',
		type: 'string',
		default: '={{ $json.why }}',
		placeholder: 'e.g. One concept did not pass after three attempts',
	},
	{
		displayName: 'Next Step',
		name: 'nextStep',
		type: 'string',
		default:
			'={{ $json.failure?.hint || "Look at the reasons, change the brief or the rules, and run again" }}',
		placeholder: 'e.g. Choose one of the two that passed',
	},
]);

/**
 * Says in the run's record who has to act, once for each reason. The items go on, so that a message can be sent with them;
 * so does what failed before it had a run.
 */
export const execute: Operation = async (call) => {
	const { context, scope, item, itemIndex } = call;
	const { isPipelineError } = await import('../../../shared/errors');
	const { hashOf } = await import('../../../shared/state');
	const text = (name: string): string => String(context.getNodeParameter(name, itemIndex, '') ?? '').trim();
	const who = text('who') || 'a person';
	const reason = text('reason') || 'The pipeline could not go on.';
	const nextStep = text('nextStep');
	const { title = '', status = '', why: _why, ...rest } = item.json;
	const handed = { title, status, why: reason, nextStep, handedTo: who };
	const found = await scope.look(itemIndex, item.json).catch((error: unknown) => {
		if (isPipelineError(error) && item.json.failure !== undefined) return undefined;
		throw error;
	});
	if (found === undefined) return [{ ...handed, ...rest }];
	const { run, round } = found;
	const note = [`With ${who}: ${sentence(reason)}`, nextStep === '' ? '' : `Next: ${sentence(nextStep)}`]
		.join(' ')
		.trim();
	await scope.store.write(run.runId, [
		{
			by: scope.nodeName,
			commandId: `handed:${scope.node}#${round}/${hashOf(note)}`,
			commands: [],
			// A crash stays to be seen, also when somebody has it.
			...(run.status === 'stopped'
				? {}
				: { status: { status: run.status === 'crashed' ? 'crashed' : 'escalated', note } }),
			ledger: [
				{ layer: 'recovery', event: 'handed over', note, by: scope.nodeName, node: scope.node, round },
			],
		},
	]);
	return [{ ...handed, ...rest, runId: run.runId }];
};

function sentence(text: string): string {
	return /[.!?…]$/.test(text) ? text : `${text}.`;
}
