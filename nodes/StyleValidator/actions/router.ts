import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import * as calibrate from './calibrate.operation';
import * as compileGuide from './compileGuide.operation';
import * as validate from './validate.operation';

/** One operation on all items of a call. */
export type Operation = (context: IExecuteFunctions) => Promise<INodeExecutionData[][]>;

const OPERATIONS: Readonly<Record<string, Operation>> = {
	validate: validate.execute,
	compileGuide: compileGuide.execute,
	calibrate: calibrate.execute,
};

export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const operation = String(context.getNodeParameter('operation', 0, 'validate'));
	return (OPERATIONS[operation] ?? validate.execute)(context);
}
