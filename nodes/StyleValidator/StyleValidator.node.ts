import { NodeConnectionTypes } from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { geminiCredentials } from '../shared/host/descriptions';
import { searchModels, testGreenlightGemini } from '../shared/host/geminiMethods';
import { searchRuns, testGreenlightStateStore } from '../shared/host/storeMethods';
import { properties } from './actions/properties';
import { execute } from './actions/router';

export class StyleValidator implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Style Validator',
		name: 'styleValidator',
		icon: { light: 'file:styleValidator.svg', dark: 'file:styleValidator.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ { compileGuide: "compile guide", calibrate: "calibrate" }[$parameter["operation"]] || { json: "rules from JSON", state: "rules from state", accepted: "accepted guide" }[$parameter["rulesFrom"]] || "rules from rows" }}',
		description:
			'Check each piece of work against a style guide and put a verdict with reasons into the state',
		documentationUrl: 'https://www.npmjs.com/package/n8n-nodes-greenlight#style-validator',
		defaults: { name: 'Style Validator' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: geminiCredentials(),
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
