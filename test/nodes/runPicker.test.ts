/** The Run field of all nodes: a list to choose from, an ID, or nothing. */
import {
	NodeHelpers,
	type ILoadOptionsFunctions,
	type INode,
	type INodeListSearchResult,
	type INodeParameters,
} from 'n8n-workflow';
import { searchRuns } from '../../nodes/shared/host/storeMethods';
import { greenlightTypes, runWorkflow, useEngine } from '../support/engine';
import { flow, start, stateStore } from '../support/flow';

/** As much of the editor as the list asks for. */
function editor(parameters: INodeParameters = {}): ILoadOptionsFunctions {
	const node = stateStore('Step', 'run', 'get');
	return {
		getNode: () => node,
		getNodeParameter: (name: string) => parameters[name],
		getTimezone: () => 'Europe/Vienna',
		getCredentials: async () => ({ host: 'not a host' }),
	} as unknown as ILoadOptionsFunctions;
}
const list = (...search: Array<string | undefined>): Promise<INodeListSearchResult> =>
	searchRuns.call(editor(), ...search);

const begin = (runKey: string) => stateStore('Begin', 'run', 'start', { brief: 'A chase', runKey });
const read = (run: unknown) => stateStore('Read', 'run', 'get', { run: run as string });
const line = (...nodes: INode[]) =>
	flow([start(), ...nodes], ['Start', ...nodes.map(({ name }) => name)].join(' > '));

describe('the list of runs', () => {
	const engine = useEngine();

	it('shows when each began, title and status, newest first, and finds words', async () => {
		for (const runKey of ['list spring', 'list autumn']) await runWorkflow(line(begin(runKey)));
		const store = await engine.store();
		const newest = await store.listRuns({ search: 'list ' });

		const { results, paginationToken } = await list('list ');

		expect(results.map(({ value }) => value)).toEqual(newest.map(({ runId }) => runId));
		expect(results[0]?.name).toMatch(/^\d{1,2} \w+ 20\d\d, \d\d:\d\d: A chase \((open|finished)\)$/);
		expect(paginationToken).toBeUndefined();
		const [found, ...others] = (await list(' list spring ')).results;
		expect(others).toEqual([]);
		expect((await store.getRun(String(found?.value))).runKey).toBe('list spring');
		expect((await list('haystack')).results).toEqual([]);
	});

	it('comes in pages', async () => {
		const store = await engine.store();
		for (let number = 1; number <= 101; number++) {
			await store.startRun({
				runKey: `page ${number}`,
				title: 'Page',
				startedFrom: 'editor',
				workflowId: 'w',
			});
		}
		const pages = [await list('page')];
		for (let token = pages[0]?.paginationToken; token !== undefined;) {
			const page = await list('page', String(token));
			pages.push(page);
			token = page.paginationToken;
		}

		expect(pages.map(({ results }) => results.length)).toEqual([50, 50, 1]);
		expect(new Set(pages.flatMap(({ results }) => results.map(({ value }) => value))).size).toBe(101);
	});

	it('looks in the store of the credential where the node does', async () => {
		const asked = searchRuns.call(editor({ keepStateIn: 'credential' }));
		await expect(asked).rejects.toMatchObject({ message: expect.stringContaining("'Host' should be") });
	});

	it('that cannot be loaded is a sentence with what to do, and no empty list', async () => {
		const address = process.env.GREENLIGHT_DATABASE_URL;
		process.env.GREENLIGHT_DATABASE_URL = 'mysql://elsewhere';
		const asked = await list().catch((error: unknown) => error);
		if (address === undefined) delete process.env.GREENLIGHT_DATABASE_URL;
		else process.env.GREENLIGHT_DATABASE_URL = address;

		expect(asked).toMatchObject({
			name: 'NodeOperationError',
			message: expect.stringMatching(/does not begin with postgres.*\.$/),
			description: expect.stringMatching(/^Set it to/),
		});
	});
});

describe('the Run field', () => {
	const engine = useEngine();

	it.each([
		['chosen from the list', (runId: string) => ({ __rl: true, mode: 'list', value: runId })],
		['typed as an ID', (runId: string) => ({ __rl: true, mode: 'id', value: ` ${runId} ` })],
		['an expression', () => ({ __rl: true, mode: 'id', value: '={{ $json.which }}' })],
		['text, as workflows had it before', (runId: string) => runId],
		['an expression, as workflows had it before', () => '={{ $json.which }}'],
	])('%s leads to that run, whatever the item says', async (_name, parameter) => {
		const wanted = (await runWorkflow(line(begin('wanted')))).out('Begin')[0];
		const other = (await runWorkflow(line(begin('other')))).out('Begin')[0];
		const which = String(wanted?.runId);
		const input = [{ runId: String(other?.runId), which }];

		const ran = await runWorkflow(line(read(parameter(which))), { input });

		expect(ran.error).toBeUndefined();
		expect(ran.out('Read')).toMatchObject([{ runId: which, runKey: 'wanted' }]);
	});

	it.each([
		['left as it is', undefined],
		['emptied', { __rl: true, mode: 'id', value: '' }],
		['empty text, as workflows had it before', ''],
	])('%s is the run of this execution', async (_name, parameter) => {
		const ran = await runWorkflow(line(begin('own'), read(parameter)));

		expect(ran.error).toBeUndefined();
		expect(ran.out('Read')).toMatchObject([{ runKey: 'own' }]);
	});

	it('with an ID that is not there says so', async () => {
		const ran = await runWorkflow(line(read({ __rl: true, mode: 'id', value: 'run-nowhere' })));
		expect(ran.error).toMatchObject({ message: expect.stringContaining("no run 'run-nowhere'") });
		expect((await (await engine.store()).listRuns({ search: 'nowhere' })).length).toBe(0);
	});

	const withRun = Object.entries(greenlightTypes()).filter(([, { description }]) =>
		description.properties.some(({ name }) => name === 'run'),
	);
	it.each(withRun)('of %s may be empty without a warning', (type, node) => {
		const { description, methods } = node;
		for (const run of [undefined, '', 'run-1', { __rl: true, mode: 'list', value: '' }]) {
			const step: INode = { ...start(), type, parameters: run === undefined ? {} : { run } };
			const parameters = NodeHelpers.getNodeParameters(
				description.properties,
				step.parameters,
				true,
				false,
				step,
				description,
			);
			const issues = NodeHelpers.getNodeParametersIssues(
				description.properties,
				{ ...step, parameters: parameters ?? {} },
				description,
			);
			expect(issues?.parameters ?? {}).not.toHaveProperty('run');
		}
		expect(methods?.listSearch?.searchRuns).toBe(searchRuns);
		const lists = description.properties.flatMap(({ name, modes }) =>
			name === 'run' ? (modes ?? []).flatMap(({ typeOptions }) => typeOptions ?? []) : [],
		);
		expect(lists.length).toBeGreaterThan(0);
		// The default store needs no credential, so the editor must not ask for one before it shows the list.
		for (const list of lists) expect(list).toMatchObject({ skipCredentialsCheckInRLC: true });
	});
});
