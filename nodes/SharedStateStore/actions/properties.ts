import type { INodeProperties } from 'n8n-workflow';
import { keepStateInField, notForAgents, onlyForAgents, runField } from '../../shared/host/descriptions';
import * as artefactExportApproved from './artefact/exportApproved.operation';
import * as artefactGetAll from './artefact/getAll.operation';
import * as artefactImpact from './artefact/impact.operation';
import * as checkpointFork from './checkpoint/fork.operation';
import * as checkpointGetAll from './checkpoint/getAll.operation';
import * as checkpointRollBack from './checkpoint/rollBack.operation';
import * as checkpointSave from './checkpoint/save.operation';
import * as historyCompare from './history/compare.operation';
import * as historyGetAll from './history/getAll.operation';
import * as ledgerGetAll from './ledger/getAll.operation';
import * as ledgerReport from './ledger/report.operation';
import * as reviewDeliverDue from './review/deliverDue.operation';
import * as reviewGetAll from './review/getAll.operation';
import * as runDelete from './run/delete.operation';
import * as runExport from './run/export.operation';
import * as runGet from './run/get.operation';
import * as runGetAll from './run/getAll.operation';
import * as runGetStatusLink from './run/getStatusLink.operation';
import * as runHandToPerson from './run/handToPerson.operation';
import * as runImport from './run/import.operation';
import * as runMarkCrashed from './run/markCrashed.operation';
import * as runReviewAgain from './run/reviewAgain.operation';
import * as runStart from './run/start.operation';
import * as runStop from './run/stop.operation';
import * as runVerify from './run/verify.operation';
import * as setUpCheck from './setUp/check.operation';
import * as stateMerge from './state/merge.operation';
import * as stateRead from './state/read.operation';
import * as stateWrite from './state/write.operation';

export const properties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Artefact', value: 'artefact', description: 'The pieces of creative work of a run' },
			{
				name: 'Checkpoint',
				value: 'checkpoint',
				description: 'Named versions to come back to',
				displayOptions: notForAgents,
			},
			{ name: 'History', value: 'history', description: 'Every version that the state had' },
			{ name: 'Ledger', value: 'ledger', description: 'What happened: verdicts, failures, decisions, cost' },
			{
				name: 'Review',
				value: 'review',
				description: 'What waits for a person at a Human Gate',
				displayOptions: notForAgents,
			},
			{
				name: 'Run',
				value: 'run',
				description: 'One brief going through a pipeline',
				displayOptions: notForAgents,
			},
			{
				name: 'Set-Up',
				value: 'setUp',
				description: 'Whether n8n is set up so that everything works',
				displayOptions: notForAgents,
			},
			{ name: 'State', value: 'state', description: 'What the run knows' },
		],
		default: 'state',
	},
	operationsOf('artefact', 'getAll', [
		{
			name: 'Export Approved Set',
			value: 'exportApproved',
			action: 'Export the approved set',
			description: 'Make a contact sheet, the data and a ZIP of the media, to send to a client',
			displayOptions: notForAgents,
		},
		{
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many artefacts',
			description: 'List the work of a run with its verdicts',
		},
		{
			name: 'Show Impact',
			value: 'impact',
			action: 'Show the impact of a change',
			description:
				'List what would be out of date if a piece of work or the intent changed, and what it cost',
			displayOptions: notForAgents,
		},
	]),
	operationsOf('checkpoint', 'save', [
		{
			name: 'Fork',
			value: 'fork',
			action: 'Fork a run',
			description: 'Begin a new run as a copy, to try another way',
		},
		{
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many checkpoints',
			description: 'List the checkpoints of a run',
		},
		{
			name: 'Roll Back',
			value: 'rollBack',
			action: 'Roll back to a checkpoint',
			description: 'Make a new version with an earlier content. Approved work and records stay.',
		},
		{
			name: 'Save',
			value: 'save',
			action: 'Save a checkpoint',
			description: 'Give the version of now a name',
		},
	]),
	operationsOf('history', 'getAll', [
		{
			name: 'Compare',
			value: 'compare',
			action: 'Compare versions',
			description: 'List what differs between two versions, a row for each difference',
			displayOptions: notForAgents,
		},
		{
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many versions',
			description: 'List who changed which fields, and when',
		},
	]),
	operationsOf('ledger', 'getAll', [
		{
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many ledger entries',
			description: 'List what happened to the run, in order',
		},
		{
			name: 'Report',
			value: 'report',
			action: 'Report how reliable runs were',
			description: 'Make a page and figures: what went right, what went wrong and what it cost',
			displayOptions: notForAgents,
		},
	]),
	operationsOf('review', 'getAll', [
		{
			name: 'Deliver Due',
			value: 'deliverDue',
			action: 'Deliver due decisions',
			description: 'Continue runs that wait although everything is decided, such as after n8n stopped',
		},
		{
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many reviews',
			description: 'List what waits for a person, with links to the review pages',
		},
	]),
	operationsOf('run', 'start', [
		{
			name: 'Delete',
			value: 'delete',
			action: 'Delete old runs',
			description: 'Remove runs that nobody has touched for a long time',
		},
		{
			name: 'Export',
			value: 'export',
			action: 'Export runs',
			description: 'Make a file of one run or of all, to keep or to import into another store',
		},
		{
			name: 'Get',
			value: 'get',
			action: 'Get a run',
			description: 'Show its status, version and cost so far',
		},
		{
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many runs',
			description: 'List runs, newest first',
		},
		{
			name: 'Get Status Link',
			value: 'getStatusLink',
			action: 'Get the status link of a run',
			description: 'Make the address of a page that shows how the run stands, for people without a login',
		},
		{
			name: 'Hand to Person',
			value: 'handToPerson',
			action: 'Hand a run to a person',
			description: 'Put down who has to act, why, and what to do next',
		},
		{
			name: 'Import',
			value: 'import',
			action: 'Import runs',
			description: 'Add the runs of an exported file to this store, exactly as they were',
		},
		{
			name: 'Mark Crashed',
			value: 'markCrashed',
			action: 'Mark a run as crashed',
			description: 'Find the runs of an execution that ended with an error, and say how to go on',
		},
		{
			name: 'Review Again',
			value: 'reviewAgain',
			action: 'Review a run again',
			description: 'Give out the approved work, so that a Human Gate asks about it once more',
		},
		{
			name: 'Start',
			value: 'start',
			action: 'Start a run',
			description: 'Begin a run, or go on with the one that has this key',
		},
		{
			name: 'Stop',
			value: 'stop',
			action: 'Stop a run',
			description: 'Close a run: its steps refuse to go on',
		},
		{
			name: 'Verify',
			value: 'verify',
			action: 'Verify a run',
			description: 'Say whether all versions of a run are what they were when they were written',
		},
	]),
	operationsOf('setUp', 'check', [
		{
			name: 'Check',
			value: 'check',
			action: 'Check the set-up',
			description: 'Look for what is missing or wrong around n8n, and say how to mend it',
		},
	]),
	operationsOf('state', 'read', [
		{
			name: 'Merge',
			value: 'merge',
			action: 'Merge entries into a field',
			description: 'Add entries to a list field, or change those that have the same ID',
		},
		{
			name: 'Read',
			value: 'read',
			action: 'Read state',
			description: 'Get all fields, or some, as they are now or were at a version',
		},
		{
			name: 'Write',
			value: 'write',
			action: 'Write state',
			description: 'Save a value under a name and keep the earlier versions',
			displayOptions: notForAgents,
		},
	]),
	...checkpointRollBack.description,
	...checkpointSave.description,
	...historyGetAll.description,
	...ledgerGetAll.description,
	...ledgerReport.description,
	...reviewDeliverDue.description,
	...reviewGetAll.description,
	...runExport.description,
	...runGet.description,
	...runGetAll.description,
	...runGetStatusLink.description,
	...runHandToPerson.description,
	...runImport.description,
	...runMarkCrashed.description,
	...runReviewAgain.description,
	...runStart.description,
	...runStop.description,
	...runVerify.description,
	...artefactExportApproved.description,
	...artefactGetAll.description,
	...artefactImpact.description,
	...checkpointFork.description,
	...checkpointGetAll.description,
	...historyCompare.description,
	...runDelete.description,
	...setUpCheck.description,
	...stateMerge.description,
	...stateRead.description,
	...stateWrite.description,
	{
		...runField,
		displayOptions: {
			...notForAgents,
			hide: {
				resource: ['review', 'setUp'],
				operation: ['start', 'delete', 'import', 'markCrashed'],
				whichRuns: ['all'],
			},
		},
	},
	{ ...runField, noDataExpression: true, displayOptions: onlyForAgents },
	keepStateInField,
];

function operationsOf(
	resource: string,
	chosen: string,
	options: NonNullable<INodeProperties['options']>,
): INodeProperties {
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [resource] } },
		options,
		default: chosen,
	};
}
