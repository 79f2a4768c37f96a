/** Set-Up: Check as a step, on a store that works and on one that does not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { SharedStateStore } from '../../nodes/SharedStateStore/SharedStateStore.node';
import { closeStores } from '../../nodes/shared/host';
import { fakeContext } from '../support/fakeContext';

const NAMES = ['N8N_USER_FOLDER', 'EXECUTIONS_MODE', 'WEBHOOK_URL', 'GREENLIGHT_DATABASE_URL'] as const;

describe('Set-Up: Check', () => {
	const folder = mkdtempSync(join(tmpdir(), 'greenlight-setup-check-'));
	const before = NAMES.map((name) => process.env[name]);
	beforeEach(() => {
		for (const name of NAMES) delete process.env[name];
		process.env.N8N_USER_FOLDER = folder;
		process.env.WEBHOOK_URL = 'https://n8n.example.com/';
	});
	afterEach(closeStores);
	afterAll(() => {
		rmSync(folder, { recursive: true });
		NAMES.forEach((name, index) => {
			if (before[index] === undefined) delete process.env[name];
			else process.env[name] = before[index];
		});
	});

	async function check(asked: (url: string) => unknown): Promise<Record<string, IDataObject>> {
		const context = fakeContext({
			node: { type: 'n8n-nodes-greenlight.sharedStateStore', name: 'Check the set-up' },
			parameters: { resource: 'setUp', operation: 'check' },
			insides: {
				evaluateExpression: () => 'https://n8n.example.com/webhook-waiting/5?signature=abc',
				getWorkflowSettings: () => ({ saveExecutionProgress: true }),
				addExecutionHints: () => undefined,
				helpers: { httpRequest: async ({ url }: { url: string }) => asked(url) },
			},
		});
		const [items = []] = await new SharedStateStore().execute.call(context);
		return Object.fromEntries(items.map(({ json }) => [String(json.check), json]));
	}
	const running = () => ({
		statusCode: 409,
		headers: {},
		body: { code: 409, message: 'is running already' },
	});

	it('says of each thing whether it is good, a problem, or not seen', async () => {
		const found = await check(running);
		expect(found.state).toMatchObject({
			title: 'State',
			status: 'good',
			why: `Kept in the file ${join(folder, '.n8n', 'greenlight', 'state.sqlite')}. It can be written to.`,
			nextStep: '',
		});
		expect(found.webAddress?.status).toBe('good');
		expect(found.savedProgress?.status).toBe('good');
		expect(found.signedLinks?.status).toBe('not seen');
		expect(found.geminiKey?.status).toBe('not seen');
	});

	it('goes on where the store cannot be opened, and says that first', async () => {
		process.env.EXECUTIONS_MODE = 'queue';
		const found = await check(running);
		expect(Object.keys(found)[0]).toBe('state');
		expect(found.state?.status).toBe('problem');
		expect(String(found.state?.nextStep)).toContain('GREENLIGHT_DATABASE_URL');
	});

	it('says that its address cannot be reached, without the signature', async () => {
		const found = await check(() => {
			throw Object.assign(new Error('connect to …signature=abc'), { code: 'ECONNREFUSED' });
		});
		expect(found.webAddress).toMatchObject({ status: 'problem' });
		expect(String(found.webAddress?.why)).toContain('(ECONNREFUSED)');
		expect(JSON.stringify(found)).not.toContain('abc');
	});
});
