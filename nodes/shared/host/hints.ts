import type { IExecuteFunctions } from 'n8n-workflow';

/** Shows one sentence above the node's output. */
export function tell(context: IExecuteFunctions, message: string, type: 'info' | 'warning' = 'info'): void {
	context.addExecutionHints({ message, type, location: 'outputPane' });
}

/** "1 concept", "3 concepts". */
export function counted(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
