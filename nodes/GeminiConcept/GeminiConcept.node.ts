import { NodeConnectionTypes } from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { geminiCredentials } from '../shared/host/descriptions';
import { searchImageModels, searchModels, testGreenlightGemini } from '../shared/host/geminiMethods';
import { searchRuns, testGreenlightStateStore } from '../shared/host/storeMethods';
import { properties } from './actions/properties';
import { execute } from './actions/router';

export class GeminiConcept implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Gemini Concept',
		name: 'geminiConcept',
		icon: { light: 'file:geminiConcept.svg', dark: 'file:geminiConcept.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["resource"] + ": " + $parameter["operation"] }}',
		description:
			'Turn a brief into a typed intent, concepts, stills and revisions with Gemini, each answer checked and paid once',
		documentationUrl: 'https://www.npmjs.com/package/n8n-nodes-greenlight#gemini-concept',
		defaults: { name: 'Gemini Concept' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: geminiCredentials(),
		properties,
	};

	methods = {
		listSearch: { searchImageModels, searchModels, searchRuns },
		credentialTest: { testGreenlightGemini, testGreenlightStateStore },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return execute(this);
	}
}
