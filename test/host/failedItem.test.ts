import { NodeOperationError } from 'n8n-workflow';
import { PipelineError } from '../../nodes/shared/errors';
import { asPipelineError, failedItem, toNodeError } from '../../nodes/shared/host';
import { failureSchema } from '../../nodes/shared/state';
import { fakeContext } from '../support/fakeContext';

const failure = new PipelineError('timeout', 'No answer came.').toFailure();

describe('an item that failed', () => {
	const item = {
		json: { title: 'Concept', artefactId: 'a', mine: 1, next: 'check', verdict: { pass: true } },
		binary: { sketch: { data: 'x', mimeType: 'image/png' } },
	};

	it('goes on with everything it had, its failure and its lineage', () => {
		expect(failedItem(fakeContext({}), item, failure, 2)).toEqual({
			json: { title: 'Concept', artefactId: 'a', mine: 1, status: 'failed', why: 'No answer came.', failure },
			binary: item.binary,
			pairedItem: { item: 2 },
		});
	});

	it('carries no order and no verdict any more', () => {
		const { json } = failedItem(fakeContext({}), item, failure, 0);
		expect(json).not.toHaveProperty('next');
		expect(json).not.toHaveProperty('verdict');
	});

	it("has the only form that n8n's error output takes where that is switched on", () => {
		const result = failedItem(fakeContext({ node: { onError: 'continueErrorOutput' } }), item, failure, 0);
		expect(Object.keys(result.json).sort()).toEqual(['details', 'error']);
		expect(result.json).toEqual({ error: 'No answer came.', details: { failure } });
		expect(result).not.toHaveProperty('error');
		expect(failureSchema.safeParse(Object(result.json.details).failure).success).toBe(true);
	});
});

describe('an error on the screen', () => {
	it('says what happened as title and what to do as text, at its item', () => {
		const error = toNodeError(fakeContext({}), new PipelineError('auth', 'The key was refused.'), 3);
		expect(error).toBeInstanceOf(NodeOperationError);
		expect(error).toMatchObject({
			message: 'The key was refused.',
			description: expect.stringContaining('credential'),
			context: { itemIndex: 3 },
		});
	});

	it('holds nothing of a cause, which may hold a secret; only the log has it', () => {
		const context = fakeContext({});
		const error = toNodeError(context, new TypeError('sk-secret is not a function'), 0);
		const shown = JSON.stringify({
			...error,
			message: error.message,
			description: Object(error).description,
			cause: String(error.cause ?? ''),
		});
		expect(shown).not.toContain('sk-secret');
		expect(error.message).toMatch(/did not expect/);
		expect(context.logged).toHaveLength(1);
	});

	it("leaves n8n's own errors as they are", () => {
		const own = new NodeOperationError(fakeContext({}).getNode(), 'No credential is chosen');
		expect(toNodeError(fakeContext({}), own, 0)).toBe(own);
	});

	it('knows our errors also from another copy of the package', () => {
		const foreign = Object.assign(new Error('It was late.'), { name: 'PipelineError', code: 'timeout' });
		expect(asPipelineError(foreign)).toBe(foreign);
		expect(asPipelineError(new Error('x')).code).toBe('internal');
	});

	it('is a sentence also when what was thrown is no error', () => {
		expect(toNodeError(fakeContext({}), 'boom', 0).message).toMatch(/^This step stopped/);
	});
});
