/** Work comes back to a gate: the link that the reviewer has leads on, and the page says what they know. */
import type { IDataObject } from 'n8n-workflow';
import { runWorkflow, useEngine, type Ran } from '../support/engine';
import { banned, flow, gemini, humanGate, noOp, retryRouter, rules, start, validator } from '../support/flow';
import { callGate, fillForm, type GateResponse } from '../support/gate';
import { BRIEF, gateTests } from '../support/parked';
import { useGemini } from '../support/storyboard';

const GATE = 'Gate';
const LEADS_ON = /<a class="main button" href="(\?[^"]+)">Review the work as it is now<\/a>/;

describe('a link of an earlier review', () => {
	const engine = useEngine();
	const model = useGemini();
	const { runIdOf, fieldsOf } = gateTests(engine, model);

	/** Start > Write > Check > Router > Gate, and back to the router. */
	async function park(gate: IDataObject = {}): Promise<Ran> {
		const line = ['Start', 'Write', 'Check', 'Router'].join(' > ');
		const ran = await runWorkflow(
			flow(
				[
					start(),
					gemini('Write', { ...BRIEF, count: 2, brief: 'A rooftop <i>chase</i>' }),
					validator('Check', rules(banned('spotless'))),
					retryRouter('Router', { options: { initialWait: 0 } }),
					humanGate(GATE, gate),
					noOp('Kept'),
				],
				line,
				'Router:1 > Write',
				'Router:2 > Gate:1 > Kept',
				'Gate:2 > Router',
				'Gate:3 > Router',
			),
			{ geminiUrl: model().url },
		);
		expect(ran.error).toBeUndefined();
		return ran;
	}

	async function decide(ran: Ran, choices: Record<string, string>): Promise<GateResponse & { again: Ran }> {
		const answer = await callGate(ran, GATE, { form: await fillForm(ran, GATE, choices) });
		if (answer.resumed === undefined) throw new Error(answer.body);
		return { ...answer, again: answer.resumed };
	}
	const sendBack = (ran: Ran) =>
		decide(ran, { d0: 'redirect', n0: 'More rain.', d1: 'approve', passcode: 'open sesame' });
	const noncesOf = async (ran: Ran): Promise<string[]> =>
		Object(await fieldsOf(ran)).reviews.map(({ nonce }: { nonce: string }) => nonce);
	const open = (ran: Ran, nonce: string, more: Record<string, string> = {}) =>
		callGate(ran, GATE, { query: { nonce, signature: 'a'.repeat(64), ...more } });
	const change = async (ran: Ran, items: IDataObject[]): Promise<void> => {
		const store = await engine.store();
		const commands = [
			{ op: 'mergeById' as const, field: 'reviews', items: JSON.parse(JSON.stringify(items)) },
		];
		const [result] = await store.write(runIdOf(ran), [{ by: 'Test', asRecordKeeper: true, commands }]);
		expect(result?.ok).toBe(true);
	};

	it('leads to the review that waits now, and changes nothing', async () => {
		const { again } = await sendBack(await park());
		const [first = '', second = ''] = await noncesOf(again);
		const before = await fieldsOf(again);
		const { status, body, headers } = await open(again, first);

		expect([status, headers['x-greenlight-notice']]).toEqual([410, 'oldRound']);
		const [, address = ''] = LEADS_ON.exec(body) ?? [];
		const query = new URLSearchParams(address.replaceAll('&amp;', '&'));
		expect(query.get('nonce')).toBe(second);
		expect(query.get('signature')).toMatch(/^[0-9a-f]{64}$/);
		expect(body).not.toContain('was not used');
		expect((await open(again, second)).status).toBe(200);
		expect(await fieldsOf(again)).toEqual(before);
	});

	it("leads on by n8n's own address too, with its own token", async () => {
		const { again } = await sendBack(await park());
		const [first = ''] = await noncesOf(again);
		const { body } = await open(again, first, { signature: 'token/Gate' });

		expect(LEADS_ON.exec(body)?.[1]).toMatch(/signature=token%2FGate$/);
	});

	it('takes no decision, and says so', async () => {
		const ran = await park();
		const form = await fillForm(ran, GATE, { d0: 'reject', d1: 'reject', send: 'decided' });
		const { again } = await sendBack(ran);
		const [first = ''] = await noncesOf(again);
		const before = await fieldsOf(again);

		for (const query of [{ nonce: first, signature: 'a' }, { signature: 'token/Gate' }]) {
			const late = await callGate(again, GATE, { query, form });
			expect([late.status, late.resumed]).toEqual([410, undefined]);
			expect(late.body).toContain('belongs to the earlier review and was not used');
			expect(late.body).toMatch(LEADS_ON);
		}
		expect(await fieldsOf(again)).toEqual(before);
	});

	it.each(['elsewhere', '', '../', 'nonce'])('leads nowhere with the nonce "%s"', async (nonce) => {
		const { again } = await sendBack(await park());
		const { status, body } = await open(again, nonce);

		expect(status).toBe(404);
		expect(body).not.toMatch(LEADS_ON);
	});

	it('leads nowhere when a form brings a nonce that this gate never gave out', async () => {
		const { again } = await sendBack(await park());
		const form = { ...(await fillForm(again, GATE, { d0: 'approve' })), nonce: 'elsewhere' };
		const { status, body, resumed } = await callGate(again, GATE, { form });

		expect([status, resumed]).toEqual([404, undefined]);
		expect(body).not.toMatch(LEADS_ON);
	});

	it.each<[string, (ids: { first: string; second: string }) => IDataObject[]]>([
		['its own time is over', ({ first }) => [{ id: first, deadline: '2020-01-01T00:00:00.000Z' }]],
		[
			'the time of the present one is over',
			({ second }) => [{ id: second, deadline: '2020-01-01T00:00:00.000Z' }],
		],
		['it is of another execution', ({ first }) => [{ id: first, executionId: '999' }]],
		['it is of another n8n', ({ first }) => [{ id: first, instance: 'another/' }]],
	])('does not lead on when %s', async (_, changes) => {
		const { again } = await sendBack(await park());
		const [one, two] = Object(await fieldsOf(again)).reviews;
		await change(again, changes({ first: one.id, second: two.id }));
		const { status, body } = await open(again, one.nonce);

		expect(status).toBe(410);
		expect(body).toContain('Use the newest link');
		expect(body).not.toMatch(LEADS_ON);
	});

	it('does not lead on when the run was stopped', async () => {
		const { again } = await sendBack(await park());
		const [first = ''] = await noncesOf(again);
		const store = await engine.store();
		await store.write(runIdOf(again), [{ by: 'Test', commands: [], status: { status: 'stopped' } }]);

		const { body } = await open(again, first);
		expect(body).toContain('This run was stopped');
		expect(body).not.toMatch(LEADS_ON);
	});

	it('leads to a page that asks for the passcode as ever', async () => {
		const { again } = await sendBack(await park({ passcode: 'open sesame' }));
		const [first = '', second = ''] = await noncesOf(again);
		expect((await open(again, first)).body).toMatch(LEADS_ON);
		const form = await fillForm(again, GATE, { d0: 'approve' });
		const refused = await callGate(again, GATE, { query: { nonce: second }, form });

		expect([refused.status, refused.resumed]).toEqual([422, undefined]);
	});

	it('is told about after sending: what comes back, and where', async () => {
		const { body, again } = await sendBack(await park());
		expect(body).toContain('What you redirected is changed now, as your notes say.');
		expect(body).toContain('The new work comes to this same link,');
		expect(body).toContain('<a class=button href="">See whether it is ready</a>');

		const last = await decide(again, { d0: 'approve' });
		expect(last.body).toContain('You are done here and can close this page.');
		expect(last.body).not.toContain('See whether it is ready');
	});

	it('is not promised to lead anywhere where nothing leads back to the gate', async () => {
		const ran = await runWorkflow(
			flow(
				[
					start(),
					gemini('Write', { ...BRIEF, count: 1 }),
					humanGate(GATE),
					retryRouter('Router', { options: { initialWait: 0 } }),
					noOp('Kept'),
				],
				'Start > Write > Gate:1 > Router:2 > Kept',
			),
			{ geminiUrl: model().url },
		);
		const { body } = await decide(ran, { d0: 'reject' });

		expect(body).toContain('What you rejected is not used.');
		expect(body).not.toContain('this same link');
	});

	it('leads to a page that counts reviews, and shows what changed since the last', async () => {
		const ran = await park();
		const first = await callGate(ran, GATE);
		expect(first.body).toContain('<p class=eyebrow>Review</p>');
		expect(first.body).not.toContain('What changed since you saw it last');
		expect(first.body).toContain('A rooftop &lt;i&gt;chase&lt;/i&gt;');

		const { again } = await sendBack(ran);
		const second = await callGate(again, GATE);
		expect(second.body).toContain('<p class=eyebrow>Second review</p>');
		expect(second.body).toContain('Maya, first review: redirected');
		expect(second.body).toContain('What changed since you saw it last');
	});

	it('says nothing of a stand-in when a model wrote the work, and says so when the answers name one', async () => {
		expect((await callGate(await park(), GATE)).body).not.toContain('offline stand-in');
		const ran = await park();
		const store = await engine.store();
		const [call] = await store.listSteps(runIdOf(ran), { kind: 'call' });
		if (call === undefined) throw new Error('Nothing was asked.');
		await store.recordStep(runIdOf(ran), {
			...call,
			answer: { ...Object(call.answer), model: 'stand-in-for-gemini-3.8-flash' },
		});

		expect((await callGate(ran, GATE)).body).toContain(
			'offline stand-in, a script that does not understand your brief',
		);
	});
});
