/** What waits for a person, found again and sent on: Review: Get Many and Review: Deliver Due. */
import type { IDataObject, INode } from 'n8n-workflow';
import { SharedStateStore } from '../../nodes/SharedStateStore/SharedStateStore.node';
import { agentThatCalls, flowWithAgent, toolVariant } from '../support/aiTool';
import { runWorkflow, useEngine, type Ran } from '../support/engine';
import { flow, gemini, humanGate, noOp, start, stateStore } from '../support/flow';
import { callGate, timeOut } from '../support/gate';
import { useGemini } from '../support/storyboard';
import { useWaitingN8n } from '../support/waitingN8n';

const HOUR_MS = 3_600_000;
const LEASE_MS = 30_000;
const BRIEF = { resource: 'concept', operation: 'generate', brief: 'A rooftop chase' };
const TOOL_TYPE = 'n8n-nodes-greenlight.sharedStateStoreTool';

describe('the review inbox', () => {
	const engine = useEngine();
	const model = useGemini();
	const n8n = useWaitingN8n();
	afterEach(() => jest.restoreAllMocks());
	beforeEach(async () => {
		// Each test begins with nothing that waits.
		const store = await engine.store();
		for (const { runId } of await store.listRuns({ hasReview: true })) {
			await store.write(runId, [{ by: 'Test', commands: [], status: { status: 'stopped' } }]);
		}
	});

	const later = (ms: number): void => {
		const now = Date.now();
		jest.spyOn(Date, 'now').mockImplementation(() => now + ms);
	};
	/** A run that waits at the gate; by Approved come `after`. */
	const park = async (count = 2, gate: IDataObject = {}, after: INode = noOp('Kept')): Promise<Ran> =>
		n8n().hold(
			await runWorkflow(
				flow(
					[start(), gemini('Write', { ...BRIEF, count }), humanGate('Gate', gate), after],
					`Start > Write > Gate:1 > ${after.name}`,
				),
				{ geminiUrl: model().url, waitingUrl: n8n().url },
			),
		);
	const runIdOf = (ran: Ran): string => String(ran.out('Write')[0]?.runId);
	const runOf = async (ran: Ran) => (await engine.store()).getRun(runIdOf(ran));
	const reviewOf = async (ran: Ran) =>
		Object((await (await engine.store()).read(runIdOf(ran))).fields).reviews.at(-1);
	/** Decides, and n8n goes on with the run unless it dies. */
	const decide = async (ran: Ran, choices: Record<string, string>): Promise<Ran> => {
		const { nonce, pieces } = await reviewOf(ran);
		const shown = Object.entries(pieces as Array<{ artefactId: string; contentHash: string }>).flatMap(
			([index, { artefactId, contentHash }]) =>
				choices[`d${index}`] === undefined
					? []
					: [
							[`i${index}`, artefactId],
							[`h${index}`, contentHash],
						],
		);
		const form = { ...Object.fromEntries(shown), nonce, reviewer: 'Maya', send: 'all', end: '1', ...choices };
		const { status, resumed } = await callGate(ran, 'Gate', { form });
		expect(status).toBe(200);
		return resumed ?? ran;
	};
	const inbox = async (operation: string, parameters: IDataObject = {}): Promise<Ran> => {
		const ran = await runWorkflow(
			flow([start(), stateStore('Inbox', 'review', operation, parameters)], 'Start > Inbox'),
			{ waitingUrl: n8n().url },
		);
		expect(ran.error).toBeUndefined();
		return ran;
	};
	const list = async (parameters: IDataObject = {}) => (await inbox('getAll', parameters)).out('Inbox');
	const deliver = async (parameters: IDataObject = {}) =>
		(await inbox('deliverDue', parameters)).out('Inbox');

	describe('Get Many', () => {
		it('lists what waits over all runs, the oldest first, with a link that opens the page', async () => {
			const first = await park(3, { title: 'Storyboard', waitHours: 5 });
			await decide(first, { d0: 'approve', send: 'save' });
			const second = await park(1);

			const reviews = await list();
			expect(reviews).toEqual([
				{
					title: 'Storyboard',
					status: 'open',
					why: "2 of 3 pieces wait for a decision at 'Gate'.",
					run: (await runOf(first)).title,
					runId: runIdOf(first),
					node: 'Gate',
					pieces: 3,
					decided: 1,
					openedAt: expect.any(String),
					ageHours: 0,
					deadline: expect.any(String),
					hoursLeft: 5,
					link: expect.stringContaining(n8n().url),
				},
				expect.objectContaining({
					runId: runIdOf(second),
					why: "1 piece waits for a decision at 'Gate'.",
					deadline: '',
					hoursLeft: null,
				}),
			]);
			const page = await fetch(String(reviews[0]?.link));
			expect(page.status).toBe(200);
			expect(await page.text()).toContain(String(first.out('Write')[1]?.title));
		});

		it('lists one run where Run is chosen, as many as Limit says, and only those that have waited long', async () => {
			const [one] = [await park(1), await park(1)];
			expect(await list({ run: runIdOf(one) })).toMatchObject([{ runId: runIdOf(one) }]);
			expect(await list({ limit: 1 })).toMatchObject([{ runId: runIdOf(one) }]);
			expect(await list({ minimumHours: 24 })).toEqual([]);
			later(25 * HOUR_MS);
			expect(await list({ minimumHours: 24 })).toMatchObject([{ ageHours: 25 }, { ageHours: 25 }]);
		});

		it('says what was decided and did not go on, and where time was up', async () => {
			await decide(await park(1), { d0: 'approve' });
			await park(1, { waitHours: 1 });
			later(2 * HOUR_MS);

			expect(await list()).toMatchObject([
				{ status: 'decided_not_continued', decided: 1 },
				{ status: 'expired', decided: 0, hoursLeft: 0 },
			]);
			expect(await list({ reviewStatus: 'open' })).toEqual([]);
			expect(await list({ reviewStatus: 'expired' })).toHaveLength(1);
		});

		it('leaves out what is over: stopped runs, and executions that went on', async () => {
			const stopped = await park(1);
			await (
				await engine.store()
			).write(runIdOf(stopped), [{ by: 'Test', commands: [], status: { status: 'stopped' } }]);
			expect(await list()).toEqual([]);
			expect(await list({ run: runIdOf(stopped) })).toEqual([]);
		});

		it('gives no link to a review of another n8n, which uses the same store', async () => {
			const ran = await park(1);
			const { id } = await reviewOf(ran);
			await (
				await engine.store()
			).write(runIdOf(ran), [
				{
					by: 'Test',
					asRecordKeeper: true,
					commands: [{ op: 'mergeById', field: 'reviews', items: [{ id, instance: 'elsewhere/' }] }],
				},
			]);
			expect(await list()).toMatchObject([{ link: '' }]);
			await decide(ran, { d0: 'approve' });
			later(LEASE_MS + 1);
			expect(await deliver()).toEqual([]);
			expect(n8n().requests).toBe(0);
		});

		it('writes no link anywhere: not into state, steps, ledger or an export', async () => {
			const ran = await park(1);
			const [{ link } = {}] = await list();
			const exported = (await (await engine.store()).exportRun(runIdOf(ran))).join('\n');

			expect(link).toContain('signature=');
			expect(exported).toContain('reviews');
			expect(exported).not.toMatch(/signature=|webhook-waiting/);
		});

		it.each(['getAll', 'deliverDue'])('refuses %s to an AI Agent', async (operation) => {
			await park(1);
			const variant = toolVariant(new SharedStateStore());
			const tool = { ...stateStore('Store', 'review', operation), type: TOOL_TYPE };
			const ran = await runWorkflow(
				flowWithAgent([stateStore('Begin', 'run', 'start', { brief: 'A chase' })], [tool]),
				{
					types: { 'test.Agent': agentThatCalls([{ tool: 'Store' }]), [TOOL_TYPE]: variant },
					waitingUrl: n8n().url,
				},
			);
			const answer = JSON.stringify(ran.run.data.resultData);
			expect(answer).toContain(`An AI Agent may not use 'review: ${operation}'.`);
			expect(answer).not.toContain('signature=');
			expect(n8n().requests).toBe(0);
		});
	});

	describe('Deliver Due', () => {
		it('sends on what was decided when n8n died before the run went on, once', async () => {
			const ran = await park(2);
			await decide(ran, { d0: 'approve', d1: 'reject' });
			expect(n8n().now(ran).run.status).toBe('waiting');
			later(LEASE_MS + 1);

			expect(await deliver()).toMatchObject([
				{ title: 'Review', status: 'delivered', why: '2 decisions sent on.', runId: runIdOf(ran) },
			]);
			expect(n8n().now(ran).out('Kept')).toMatchObject([{ slot: 1, status: 'approved' }]);
			expect(n8n().now(ran).run.status).toBe('success');
			expect(await list()).toEqual([]);
			expect(await deliver()).toEqual([]);
			expect(n8n().requests).toBe(1);
		});

		it('sends on without the passcode, since that decides nothing', async () => {
			const ran = await park(1, { passcode: 'open sesame' });
			await decide(ran, { d0: 'approve', passcode: 'open sesame' });
			later(LEASE_MS + 1);

			expect(await deliver()).toMatchObject([{ status: 'delivered' }]);
			expect(n8n().now(ran).out('Kept')).toHaveLength(1);
		});

		it('sends on what was decided in time, also when the time is up by now', async () => {
			const ran = await park(1, { waitHours: 1 });
			await decide(ran, { d0: 'approve' });
			later(2 * HOUR_MS);

			expect(await deliver()).toMatchObject([{ status: 'delivered' }]);
			expect(n8n().now(ran).out('Kept')).toHaveLength(1);
		});

		it('keeps its hands off what somebody decides or sends on at the moment', async () => {
			const ran = await park(2);
			await decide(ran, { d0: 'approve', send: 'save' });
			later(LEASE_MS + 1);
			expect(await deliver()).toEqual([]);
			await decide(ran, { d1: 'approve' });
			expect(await deliver()).toEqual([]);

			expect(n8n().requests).toBe(0);
			expect(await list()).toMatchObject([{ status: 'decided_not_continued' }]);
		});

		it('leaves it to whoever came first', async () => {
			const ran = await park(1);
			await decide(ran, { d0: 'approve' });
			later(LEASE_MS + 1);
			const { nonce } = await reviewOf(ran);
			await callGate(ran, 'Gate', { form: { nonce, send: 'continue', end: '1' } });

			expect(await deliver()).toEqual([]);
			expect(n8n().requests).toBe(1);
			expect(await list()).toHaveLength(1);
		});

		it.each<[string, (ran: Ran, after: Ran) => Ran]>([
			['ended', (_, after) => after],
			[
				'failed',
				(ran) => {
					const data = structuredClone(ran.run.data);
					data.resultData.error = { message: 'boom' } as never;
					return { ...ran, run: { ...ran.run, data } };
				},
			],
		])('notes that an execution has %s, and does not try it again', async (_, then) => {
			const ran = await park(1);
			n8n().hold(then(ran, await decide(ran, { d0: 'approve' })));
			later(LEASE_MS + 1);

			expect(await list()).toHaveLength(1);
			expect(await deliver()).toEqual([]);
			expect(await list()).toEqual([]);
			await deliver();
			expect(n8n().requests).toBe(1);
		});

		it('notes that time was up and the run went on by No Decision', async () => {
			const ran = await park(1, { waitHours: 1 });
			later(2 * HOUR_MS);
			expect(await deliver()).toEqual([]);
			expect(await list()).toMatchObject([{ status: 'expired' }]);
			n8n().hold(await timeOut(ran));
			expect(await deliver()).toEqual([]);

			expect(await list()).toEqual([]);
			expect(await runOf(ran)).toMatchObject({
				status: 'stalled',
				statusNote: "Time was up before everything was decided at 'Gate'.",
			});
		});

		it('leaves a run to the step that took up what nobody decided about', async () => {
			const handed = stateStore('Hand over', 'run', 'handToPerson', { who: 'Maya', why: 'No answer' });
			const json = flow(
				[start(), gemini('Write', { ...BRIEF, count: 1 }), humanGate('Gate', { waitHours: 1 }), handed],
				'Start > Write > Gate > Hand over',
			);
			const ran = n8n().hold(await runWorkflow(json, { geminiUrl: model().url, waitingUrl: n8n().url }));
			later(2 * HOUR_MS);
			n8n().hold(await timeOut(ran));
			expect(await deliver()).toEqual([]);

			expect((await runOf(ran)).status).toBe('escalated');
		});

		it('tells a person once that n8n does not have the execution any more', async () => {
			const ran = await park(1);
			await decide(ran, { d0: 'approve' });
			n8n().forget(ran);
			later(LEASE_MS + 1);

			expect(await deliver()).toMatchObject([
				{ status: 'failed', why: expect.stringContaining('does not have the execution any more') },
			]);
			expect(await deliver()).toEqual([]);
			expect((await runOf(ran)).status).toBe('finished');
		});

		it('calls a run stalled whose execution n8n does not have any more while it waited', async () => {
			const ran = await park(1, { waitHours: 1 });
			n8n().forget(ran);
			later(2 * HOUR_MS);
			await deliver();

			expect(await runOf(ran)).toMatchObject({
				status: 'stalled',
				statusNote: expect.stringContaining('does not have the execution any more'),
			});
		});

		it.each([
			['refuses the signature', 401, { 'content-type': 'text/html' }],
			['sends to a login', 302, { location: 'https://login.test/' }],
			['is a login page', 200, { 'content-type': 'text/html' }],
			['is a proxy that knows no such page', 404, { 'content-type': 'text/html' }],
			['is down', 502, {}],
		])('says so, and tries again, when what answers %s', async (_, status, headers) => {
			const ran = await park(1);
			await decide(ran, { d0: 'approve' });
			later(LEASE_MS + 1);
			n8n().inPlace = (response) => response.writeHead(status, headers).end('Hello');
			expect(await deliver()).toMatchObject([
				{ status: 'failed', why: expect.stringContaining('WEBHOOK_URL') },
			]);
			n8n().inPlace = undefined;

			expect(await deliver()).toMatchObject([{ status: 'delivered' }]);
			expect(n8n().now(ran).out('Kept')).toHaveLength(1);
		});

		it('says so when n8n cannot be reached, without the link', async () => {
			await decide(await park(1), { d0: 'approve' });
			later(LEASE_MS + 1);
			n8n().inPlace = (response) => response.destroy();
			const [failed] = await deliver();

			expect(failed).toMatchObject({
				status: 'failed',
				why: expect.stringMatching(/^This n8n could not reach its own address http:\/\/127\.0\.0\.1:\d+\./),
			});
		});
	});

	it('is told by the next Greenlight step that the run went on', async () => {
		const ran = await park(1, {}, stateStore('Read', 'state', 'read'));
		const { nonce } = await reviewOf(ran);
		await decide(ran, { d0: 'approve' });
		later(LEASE_MS + 1);
		const link = String((await list())[0]?.link);
		const form = new URLSearchParams({ nonce, send: 'continue', end: '1' });
		await fetch(link, { method: 'POST', body: form });

		expect(n8n().now(ran).out('Read')).toHaveLength(1);
		expect((await reviewOf(ran)).continuedAt).toEqual(expect.any(String));
		expect(await list()).toEqual([]);
	});
});
