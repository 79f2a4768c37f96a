import { NodeConnectionTypes } from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { geminiCredentials } from '../shared/host/descriptions';
import { searchModels, testGreenlightGemini } from '../shared/host/geminiMethods';
import { searchRuns, testGreenlightStateStore } from '../shared/host/storeMethods';
import { properties } from './actions/properties';
import { execute } from './actions/router';

export class SharedStateStore implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Shared State Store',
		name: 'sharedStateStore',
		icon: { light: 'file:sharedStateStore.svg', dark: 'file:sharedStateStore.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ $parameter["resource"] + ": " + $parameter["operation"].replace("getAll", "get many").replace(/([A-Z])/g, " $1").toLowerCase() }}',
		description: 'Read and write the one versioned, crash-safe state that all steps of a run share',
		documentationUrl: 'https://www.npmjs.com/package/n8n-nodes-greenlight#shared-state-store',
		defaults: { name: 'Shared State Store' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: geminiCredentials({ resource: ['setUp'] }),
		properties,
	};

	methods = {
		listSearch: { searchModels, searchRuns },
		credentialTest: { testGreenlightGemini, testGreenlightStateStore },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return execute(this);
	}
}
