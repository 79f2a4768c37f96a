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
		default: 'Look at the reasons, change the brief or the rules, and run again',
		placeholder: 'e.g. Choose one of the two that passed',
	},
]);

/** Says in the run's record who has to act. The items go on, so that a message can be sent with them. */
export const execute: Operation = async ({ context, scope, item, itemIndex }) => {
	const { run } = await scope.find(itemIndex, item.json);
	const who = String(context.getNodeParameter('who', itemIndex, '') ?? '').trim() || 'a person';
	const reason = String(context.getNodeParameter('reason', itemIndex, '') ?? '').trim() || 'The pipeline could not go on.';
	const nextStep = String(context.getNodeParameter('nextStep', itemIndex, '') ?? '').trim();
	const note = `With ${who}: ${reason}${nextStep === '' ? '' : ` Next: ${nextStep}.`}`;
	await scope.store.write(run.runId, [
		{
			by: scope.nodeName,
			commands: [],
			status: { status: 'escalated', note },
			ledger: [{ layer: 'recovery', event: 'handed over', note, by: scope.nodeName }],
		},
	]);
	return [{ ...item.json, runId: run.runId, handedTo: who, handedWhy: reason, nextStep }];
};
