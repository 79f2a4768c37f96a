/** What real steps write into the ledger without being told to, and what Ledger: Get Many and Report make of it. */
import type { IDataObject } from 'n8n-workflow';
import { runWorkflow, useEngine, type Ran } from '../support/engine';
import {
	banned,
	flow,
	gemini,
	humanGate,
	noOp,
	other,
	retryRouter,
	rules,
	start,
	stateStore,
	typesOf,
	validator,
} from '../support/flow';
import { callGate, fillForm } from '../support/gate';
import { concept } from '../support/scriptedGemini';
import { spotless, storyboard, useGemini } from '../support/storyboard';

describe('the ledger', () => {
	const engine = useEngine();
	const model = useGemini();
	const runIdOf = (ran: Ran): string => String(ran.out('Write')[0]?.runId);
	const ledgerOf = async (ran: Ran) => (await engine.store()).ledger(runIdOf(ran));
	/** Brief to approved work: a concept that fails the check, and one that a person sends back. */
	const reviewed = async () => {
		model().script.concept = (number) => (number === 1 ? spotless(number) : concept(number));
		const ran = await runWorkflow(
			flow(
				[
					start(),
					gemini('Capture', { resource: 'intent', operation: 'capture', brief: 'A rooftop chase' }),
					gemini('Write', { resource: 'concept', operation: 'generate', count: 2 }),
					validator('Check', rules(banned('spotless'))),
					retryRouter('Router', { options: { initialWait: 0 } }),
					humanGate('Gate'),
					noOp('Kept'),
				],
				'Start > Capture > Write > Check > Router:2 > Gate:1 > Kept',
				'Router:1 > Write',
				'Gate:2 > Router:0',
				'Gate:3 > Router/1',
			),
			{ geminiUrl: model().url },
		);
		const first = await callGate(ran, 'Gate', {
			form: await fillForm(ran, 'Gate', { d0: 'approve', d1: 'redirect', n1: 'More rain.' }),
		});
		const again = first.resumed;
		if (again === undefined) throw new Error('The run did not go on.');
		const second = await callGate(again, 'Gate', { form: await fillForm(again, 'Gate', { d0: 'approve' }) });
		return { ran, last: second.resumed };
	};

	it('says of every attempt, verdict and decision which step, which piece, what came of it, cost and time', async () => {
		const { ran } = await reviewed();
		const ledger = await ledgerOf(ran);
		const of = (event: string) => ledger.filter((entry) => entry.event === event);

		expect(of('call').map(({ node, round, slot, asked }) => [node, round, slot, asked])).toEqual([
			['w1/Capture', 0, '1/1', 1],
			['w1/Write', 0, '1/1', 2],
			['w1/Write', 1, expect.any(String), 1],
			['w1/Write', 2, expect.any(String), 1],
		]);
		for (const entry of of('call')) {
			expect(entry).toMatchObject({ layer: 'capability', calls: 1, costUsd: expect.any(Number) });
			expect(entry.durationMs).toBeGreaterThanOrEqual(0);
		}
		const pieces = of('work').map((entry) => entry.pieces?.map(({ slot, replaces }) => [slot, replaces]));
		expect(pieces).toEqual([
			[],
			[
				[1, undefined],
				[2, undefined],
			],
			[[2, expect.any(String)]],
			[[2, expect.any(String)]],
		]);
		expect(of('verdict').map(({ node, outcome }) => [node, outcome])).toEqual([
			['w1/Check', 'pass'],
			['w1/Check', 'fail'],
			['w1/Check', 'pass'],
			['w1/Check', 'pass'],
		]);
		expect(of('round').map(({ outcome, node }) => [node, outcome])).toEqual([
			['w1/Router', 'retry'],
			['w1/Router', 'done'],
			['w1/Router', 'retry'],
			['w1/Router', 'done'],
		]);
		expect(of('sent back').map(({ outcome, note }) => [outcome, note])).toEqual([
			['generate', expect.stringContaining('spotless')],
			['revise', expect.stringContaining('More rain.')],
		]);
		expect(of('review').map(({ node, asked }) => [node, asked])).toEqual([
			['w1/Gate', 2],
			['w1/Gate', 1],
		]);
		const ids = of('review').map((entry) => entry.review);
		expect(of('decision').map(({ outcome, review, isEdited }) => [outcome, review, isEdited])).toEqual([
			['approve', ids[0], false],
			['redirect', ids[0], false],
			['approve', ids[1], false],
		]);
		expect(of('review sent').map(({ review }) => review)).toEqual(ids);
		for (const { node } of ledger.filter(({ event }) => !['start', 'status'].includes(event))) {
			expect(node).toMatch(/^w1\//);
		}
	});

	it('says of a failure its layer, code and cost, also of what got lost and of why it went to a person', async () => {
		model().script.fail = ({ what }, number) =>
			what === 'concepts' && number === 0
				? { status: 400, body: { error: { code: 400, status: 'INVALID_ARGUMENT' } } }
				: undefined;
		const refused = await runWorkflow(storyboard({ write: { count: 1 } }), { geminiUrl: model().url });
		const refusedId = String(refused.out('Person')[0]?.runId);
		const failures = (await (await engine.store()).ledger(refusedId)).filter(
			({ failure }) => failure !== undefined,
		);
		expect(failures.map(({ event, node, calls, failure }) => [event, node, calls, failure?.code])).toEqual([
			['failure', 'w1/Write', 1, 'bad_request'],
			['failure', 'w1/Router', undefined, 'bad_request'],
			['escalated', 'w1/Router', undefined, 'bad_request'],
		]);
		expect(failures[0]).toMatchObject({ layer: 'capability', asked: 1, costUsd: expect.any(Number) });

		model().script.fail = () => undefined;
		const lost = await runWorkflow(
			storyboard({ write: { count: 2 }, beforeRouter: [other('Drop')], router: { attempts: 1 } }),
			{ geminiUrl: model().url, types: typesOf({ Drop: (items) => [items.slice(1)] }) },
		);
		expect((await ledgerOf(lost)).filter(({ failure }) => failure?.code === 'lost_on_the_way')).toMatchObject(
			[
				{ event: 'failure', layer: 'handoff', artefactId: lost.out('Write')[0]?.artefactId },
				{ event: 'escalated' },
			],
		);
	});

	it('names work that came from other steps', async () => {
		const ran = await runWorkflow(
			flow([start(), other('Rows'), validator('Check', rules(banned('spotless')))], 'Start > Rows > Check'),
			{ types: typesOf({ Rows: () => [[{ json: { id: 'r1', title: 'Row' } }]] }) },
		);
		const runId = String(ran.out('Check')[0]?.runId);

		expect(
			(await (await engine.store()).ledger(runId)).filter(({ event }) => event === 'work'),
		).toMatchObject([{ node: 'w1/Check', outcome: 'registered', pieces: [{ artefactId: 'r1', slot: 1 }] }]);
	});

	const listed = async (runId: string, parameters: IDataObject) =>
		(
			await runWorkflow(
				flow(
					[start(), stateStore('Ledger', 'ledger', 'getAll', { run: runId, ...parameters })],
					'Start > Ledger',
				),
			)
		).out('Ledger');

	it('is given out whole, or its newest entries, or those of an event, a layer, a code, a time', async () => {
		const { ran } = await reviewed();
		const runId = runIdOf(ran);
		const all = await listed(runId, { returnAll: true });
		const seqOf = (rows: IDataObject[]) => rows.map(({ seq }) => seq);

		expect(seqOf(all)).toEqual((await ledgerOf(ran)).map(({ seq }) => seq));
		expect(await listed(runId, { limit: 3 })).toEqual(all.slice(-3));
		const verdicts = await listed(runId, { filters: { event: 'verdict' } });
		expect(verdicts).toEqual(all.filter(({ event }) => event === 'verdict'));
		expect(await listed(runId, { limit: 1, filters: { event: 'verdict' } })).toEqual(verdicts.slice(-1));
		expect(await listed(runId, { filters: { layer: 'state' } })).toMatchObject([{ event: 'start' }]);
		expect(await listed(runId, { filters: { code: 'timeout' } })).toEqual([]);
		const since = String(all.at(-1)?.at);
		expect(seqOf(await listed(runId, { filters: { since } }))).toContain(all.at(-1)?.seq);
		expect(await listed(runId, { filters: { since: '2999-01-01' } })).toEqual([]);
	});

	const reportOf = (parameters: IDataObject) =>
		runWorkflow(flow([start(), stateStore('Report', 'ledger', 'report', parameters)], 'Start > Report'));

	it('becomes a report of the run: figures on the item, and the page as its only file', async () => {
		const { ran, last } = await reviewed();
		expect(last?.error).toBeUndefined();
		const reported = await reportOf({ run: runIdOf(ran) });

		expect(reported.out('Report')).toMatchObject([
			{
				title: (await (await engine.store()).getRun(runIdOf(ran))).title,
				scope: 'run',
				runs: { total: 1, finished: 1 },
				finished: { measured: { count: 1, of: 1, share: null } },
				withoutChecks: { measured: { count: 0, of: 1 } },
				pipelines: [
					{
						workflowId: 'w1',
						steps: [
							{ step: 'Capture', kind: 'makes', pieces: { first: { count: 1, of: 1 }, unchecked: 1 } },
							{
								step: 'Write',
								pieces: { first: { count: 1, of: 2 }, inTheEnd: { count: 2, of: 2 } },
								calls: 3,
							},
							{ step: 'Check', kind: 'checks', pieces: { first: { count: 4, of: 4 } } },
						],
					},
				],
				retries: { sentBackByRouter: 1, sentBackByPerson: 1 },
				cost: { approved: 2, unpricedCalls: 0 },
				waiting: { reviews: 2, sent: 2, timed: 2 },
				agreement: { same: { count: 2, of: 3 }, falsePasses: { count: 1, of: 3 } },
				files: { report: 'reliability-report.html' },
			},
		]);
		const [item] = reported.outputs('Report')[0]?.[0] ?? [];
		expect(Object.keys(item?.binary ?? {})).toEqual(['report']);
		expect(item?.binary?.report).toMatchObject({
			fileName: 'reliability-report.html',
			mimeType: 'text/html',
		});
		const page = Buffer.from(String(item?.binary?.report?.data), 'base64').toString();
		expect(page).toMatch(/^<!doctype html>.*<h2>Step by step<\/h2>.*<bdi>Write<\/bdi>/s);
	});

	it('becomes a report of all runs of a time, and refuses what is no time', async () => {
		await reviewed();
		const total = (await (await engine.store()).listRuns()).length;

		expect((await reportOf({ whichRuns: 'all' })).out('Report')).toMatchObject([
			{ title: 'All runs', scope: 'all', begunSince: expect.any(String), runs: { total } },
		]);
		expect((await reportOf({ whichRuns: 'all', days: 0 })).out('Report')).toMatchObject([
			{ begunSince: null, runs: { total } },
		]);
		expect((await reportOf({ whichRuns: 'all', days: -1 })).error).toMatchObject({
			message: expect.stringContaining("'Begun in the Last (Days)'"),
		});
	});
});
