/** Run: Get Status Link and the Status Page: who has the link sees the run, and nobody else sees anything. */
import type { IDataObject } from 'n8n-workflow';
import { unzipSync } from 'fflate';
import { SqlStateStore } from '../../nodes/shared/state/sqlStore';
import { SharedStateStore } from '../../nodes/SharedStateStore/SharedStateStore.node';
import { closeStores } from '../../nodes/shared/host';
import { agentThatCalls, flowWithAgent, toolVariant } from '../support/aiTool';
import { runWorkflow, useEngine, type Ran } from '../support/engine';
import { flow, gemini, humanGate, noOp, start, stateStore } from '../support/flow';
import { callGate, fillForm } from '../support/gate';
import { openStatus } from '../support/statusPage';
import { useGemini } from '../support/storyboard';
import { useWaitingN8n } from '../support/waitingN8n';

const WRITE = { resource: 'concept', operation: 'generate', brief: 'A chase over wet roofs', count: 2 };
const TOOL_TYPE = 'n8n-nodes-greenlight.sharedStateStoreTool';
/** Above the others, as n8n works from top to bottom. */
const link = () => stateStore('Link', 'run', 'getStatusLink', {}, { position: [0, -100] });

describe('the status page', () => {
	const engine = useEngine();
	const model = useGemini();
	const n8n = useWaitingN8n();
	afterEach(() => jest.restoreAllMocks());

	/** A run that waits at a gate, with its link made before. */
	const park = async (gate: IDataObject = {}): Promise<Ran> =>
		n8n().hold(
			await runWorkflow(
				flow(
					[
						start(),
						gemini('Write', WRITE),
						link(),
						humanGate('Gate', { title: 'Storyboard', ...gate }),
						noOp('Kept'),
					],
					'Start > Write > Link',
					'Write > Gate:1 > Kept',
				),
				{ geminiUrl: model().url, waitingUrl: n8n().url },
			),
		);
	const urlOf = (ran: Ran): string => String(ran.out('Link')[0]?.statusUrl);
	const open = (url: string, parameters: IDataObject = {}) =>
		openStatus(url, { parameters, waitingUrl: n8n().url });
	const changed = (url: string, change: (url: URL) => void): string => {
		const other = new URL(url);
		change(other);
		return other.toString();
	};
	const decide = async (ran: Ran, choices: Record<string, string>): Promise<Ran> => {
		const { resumed } = await callGate(ran, 'Gate', { form: await fillForm(ran, 'Gate', choices) });
		return n8n().hold(resumed ?? ran);
	};
	const hrefOf = (body: string, text: string): string => {
		const [, href = ''] = new RegExp(`<a class=\\w+ href="([^"]+)">${text}</a>`).exec(body) ?? [];
		return href.replaceAll('&amp;', '&');
	};

	it('shows the run, starts no execution, and is kept by nobody', async () => {
		const ran = await park();
		const answer = await open(urlOf(ran));

		expect([answer.status, answer.told]).toEqual([200, { noWebhookResponse: true }]);
		expect(answer.body).toContain('2 pieces wait for your decision');
		for (const { title } of ran.out('Write')) expect(answer.body).toContain(String(title));
		expect(answer.headers).toMatchObject({
			'cache-control': 'no-store',
			'referrer-policy': 'no-referrer',
			'content-security-policy': expect.stringMatching(/^default-src 'none'.*script-src 'none'.*sandbox/),
			refresh: '60',
		});
	});

	it('reads the latest of the ledger and of the calls only', async () => {
		const ran = await park();
		const store = await engine.store();
		const [ledger, steps] = [
			jest.spyOn(SqlStateStore.prototype, 'ledger'),
			jest.spyOn(SqlStateStore.prototype, 'listSteps'),
		];
		await open(urlOf(ran));

		const runId = String(ran.out('Link')[0]?.runId);
		expect(ledger.mock.calls).toEqual([[runId, 20]]);
		expect(steps.mock.calls).toEqual([[runId, { kind: 'call', last: 20 }]]);
		expect((await store.ledger(runId)).length).toBeGreaterThan(0);
	});

	it('leads to the review page, signed when it is shown', async () => {
		const ran = await park();
		const review = hrefOf((await open(urlOf(ran))).body, 'Review the work');

		expect((await fetch(review)).status).toBe(200);
	});

	it('leaves the way to the review out where that is switched off, and in another n8n', async () => {
		const ran = await park();
		expect((await open(urlOf(ran), { showReview: false })).body).not.toContain('signature=');

		const store = await engine.store();
		const runId = String(ran.out('Link')[0]?.runId);
		const { id } = Object((await store.read(runId)).fields).reviews[0];
		const items = [{ id, instance: 'elsewhere/' }];
		await store.write(runId, [
			{ by: 'Test', asRecordKeeper: true, commands: [{ op: 'mergeById', field: 'reviews', items }] },
		]);
		const elsewhere = await open(urlOf(ran));
		expect(elsewhere.body).toContain('2 pieces to decide');
		expect(elsewhere.body).not.toContain('signature=');
	});

	it('says how much is left to decide, and has what is approved already', async () => {
		const ran = await park();
		await callGate(ran, 'Gate', { form: await fillForm(ran, 'Gate', { d0: 'approve', send: 'save' }) });
		const { body } = await open(urlOf(ran));
		expect(body).toContain('1 of 2 pieces to decide');
		expect(body).toContain('Approved so far');
		expect(body).toContain('2 pieces: 1 approved, 1 with a person.');
	});

	it('gives the approved set, and nothing before anything is approved', async () => {
		const ran = await park();
		const files = (get: string) => open(changed(urlOf(ran), (url) => url.searchParams.set('get', get)));
		expect([(await files('contact-sheet')).status, (await files('zip')).status]).toEqual([404, 404]);

		await decide(ran, { d0: 'approve', d1: 'approve' });
		const { body } = await open(urlOf(ran));
		const [sheet, zip] = await Promise.all(
			['Download the contact sheet', 'Download everything as ZIP'].map((text) =>
				open(new URL(hrefOf(body, text), urlOf(ran)).toString()),
			),
		);
		const zipped = unzipSync(new Uint8Array(zip?.bytes ?? []));
		expect(Object.keys(zipped).map((name) => name.split('.').at(-1))).toEqual(['html', 'json']);
		for (const { title } of ran.out('Write')) {
			expect(sheet?.body).toContain(String(title));
			for (const bytes of Object.values(zipped))
				expect(Buffer.from(bytes).toString()).toContain(String(title));
		}
		expect(sheet?.headers).toMatchObject({
			'content-type': 'application/octet-stream',
			'content-disposition': expect.stringMatching(/^attachment; filename=".+-approved\.html"/),
			'cache-control': 'no-store',
			'content-security-policy': expect.stringMatching(/sandbox$/),
		});
	});

	describe('behind another link', () => {
		it.each<[string, (url: URL, other: URL) => void]>([
			['without a key', (url) => url.searchParams.delete('key')],
			['with an empty key', (url) => url.searchParams.set('key', '')],
			[
				'with a key that is cut off',
				(url) => url.searchParams.set('key', String(url.searchParams.get('key')).slice(1)),
			],
			['with two keys', (url) => url.searchParams.append('key', String(url.searchParams.get('key')))],
			['with two runs', (url) => url.searchParams.append('run', 'run-0')],
			[
				'with the key of another run',
				(url, other) => url.searchParams.set('key', String(other.searchParams.get('key'))),
			],
			['for a run that is not there', (url) => url.searchParams.set('run', 'run-0')],
			[
				'for a file, with a wrong key',
				(url) => {
					url.searchParams.set('get', 'zip');
					url.searchParams.set('key', 'x');
				},
			],
			['for a file of no name', (url) => url.searchParams.set('get', '../x')],
		])('%s it says the same, and nothing of any run', async (_what, change) => {
			const [url, other] = [urlOf(await park()), new URL(urlOf(await park()))];
			const answer = await open(changed(url, (each) => change(each, other)));
			const plain = await open('http://n8n.test/webhook/greenlight-status');

			expect(answer).toEqual(plain);
			expect(answer.status).toBe(404);
		});

		it('asks no store before the key is right, and says then what is wrong with it', async () => {
			const url = urlOf(await park());
			await closeStores();
			jest.replaceProperty(process, 'env', { ...process.env, GREENLIGHT_DATABASE_URL: 'mysql://secret' });

			expect((await open(changed(url, ({ searchParams }) => searchParams.set('key', 'x')))).status).toBe(404);
			const answer = await open(url);
			expect(answer.status).toBe(503);
			expect(answer.body).toContain('GREENLIGHT_DATABASE_URL does not begin with');
			expect(answer.body).not.toContain('mysql://secret');
		});

		it('says the same of a run that was deleted', async () => {
			const ran = await park();
			await (await engine.store()).deleteRuns({ before: '9999', alsoApproved: true });

			expect(await open(urlOf(ran))).toEqual(await open('http://n8n.test/webhook/greenlight-status'));
		});
	});

	it('has a key of 64 digits for each run, that stands in no state, step, ledger or export', async () => {
		const [one, other] = [await park(), await park()];
		const keyOf = (ran: Ran) => String(new URL(urlOf(ran)).searchParams.get('key'));
		const exported = (await (await engine.store()).exportRun(String(one.out('Link')[0]?.runId))).join('\n');

		expect(keyOf(one)).toMatch(/^[0-9a-f]{64}$/);
		expect(keyOf(one)).not.toBe(keyOf(other));
		expect(exported).not.toContain(keyOf(one));
		expect(exported).not.toContain('greenlight-status');
	});

	describe('Get Status Link', () => {
		it('gives the name, the link, and a page for who has sent the form', async () => {
			const ran = await park();
			const [{ title, statusUrl, page, estimateUsd } = {}] = ran.out('Link');

			expect(statusUrl).toMatch(/^http:\/\/n8n\.test\/webhook\/greenlight-status\?run=run-[\w-]+&key=/);
			expect(page).toContain(`<h1>${String(title)}</h1>`);
			expect(page).toContain(`href="${String(statusUrl).replace('&', '&amp;')}"`);
			expect(estimateUsd).toBeUndefined();
		});

		it('says what the run may cost, where Intent: Capture has estimated it', async () => {
			const ran = await runWorkflow(
				flow(
					[
						start(),
						gemini('Capture', { resource: 'intent', operation: 'capture', brief: 'A rooftop chase' }),
						link(),
						gemini('Write', { ...WRITE, count: 1 }),
					],
					'Start > Capture > Link > Write',
				),
				{ geminiUrl: model().url },
			);
			expect(ran.out('Link')).toMatchObject([
				{
					estimateUsd: ran.out('Capture')[0]?.estimateUsd,
					page: expect.stringMatching(/It will cost about \$0\.0\d+\./),
				},
			]);
		});

		it('tells why the run could not go on, with the link where there is a run', async () => {
			model().script.fail = () => ({
				status: 400,
				body: { error: { code: 400, message: 'bad', status: 'INVALID_ARGUMENT' } },
			});
			const ran = await runWorkflow(flow([start(), gemini('Write', WRITE), link()], 'Start > Write > Link'), {
				geminiUrl: model().url,
			});
			const [{ failure } = {}] = ran.out('Write');
			const { message } = Object(failure);

			expect(message).toEqual(expect.any(String));
			expect(ran.out('Link')).toMatchObject([
				{ page: expect.stringContaining('could not go on'), statusUrl: expect.stringContaining('key=') },
			]);
		});

		it('is refused to an AI Agent', async () => {
			const tool = { ...stateStore('Store', 'run', 'getStatusLink'), type: TOOL_TYPE };
			const ran = await runWorkflow(
				flowWithAgent([stateStore('Begin', 'run', 'start', { brief: 'A chase' })], [tool]),
				{
					types: {
						'test.Agent': agentThatCalls([{ tool: 'Store' }]),
						[TOOL_TYPE]: toolVariant(new SharedStateStore()),
					},
				},
			);
			const answer = JSON.stringify(ran.run.data.resultData);
			expect(answer).toContain("An AI Agent may not use 'run: getStatusLink'.");
			expect(answer).not.toContain('key=');
		});
	});
});
