/** A link that is good for some days, while the run waits on. */
import type { IDataObject } from 'n8n-workflow';
import { runWorkflow, useEngine, type Ran } from '../support/engine';
import { flow, gemini, humanGate, noOp, start, stateStore } from '../support/flow';
import { BRIEF } from '../support/parked';
import { useGemini } from '../support/storyboard';
import { useWaitingN8n } from '../support/waitingN8n';

const DAY_MS = 86_400_000;

describe('how long a link is good', () => {
	const engine = useEngine();
	const model = useGemini();
	const n8n = useWaitingN8n();
	afterEach(() => jest.restoreAllMocks());

	const later = (days: number): void => {
		const now = Date.now();
		jest.spyOn(Date, 'now').mockImplementation(() => now + days * DAY_MS);
	};
	/** A run that waits, with the link that the reviewer was told and the one in the editor. */
	async function park(gate: IDataObject): Promise<{ ran: Ran; told: string; inEditor: string }> {
		const links: string[] = [];
		const nodes = [
			start(),
			gemini('Write', { ...BRIEF, count: 1 }),
			humanGate('Gate', { tellWorkflow: 'tell', ...gate }),
			noOp('Kept'),
		];
		const ran = await runWorkflow(flow(nodes, 'Start > Write > Gate:1 > Kept'), {
			geminiUrl: model().url,
			waitingUrl: n8n().url,
			called: (_, items) => links.push(...items.map(({ json }) => String(json.link))),
		});
		const [told = ''] = links;
		const inEditor = String(ran.run.data.resultData.runData.Gate?.at(-1)?.metadata?.resumeUrl);
		return { ran: n8n().hold(ran), told, inEditor };
	}
	async function listed(ran: Ran): Promise<string> {
		const run = String(ran.out('Write')[0]?.runId);
		const inbox = await runWorkflow(
			flow([start(), stateStore('Inbox', 'review', 'getAll', { run })], 'Start > Inbox'),
			{ waitingUrl: n8n().url },
		);
		return String(inbox.out('Inbox')[0]?.link);
	}
	async function open(link: string): Promise<{ status: number; text: string }> {
		const response = await fetch(link);
		return { status: response.status, text: await response.text() };
	}
	/** What a browser would send from this page. */
	function formOf(page: string, typed: Record<string, string>): URLSearchParams {
		const hidden = [...page.matchAll(/<input type=hidden name="?([^" >]+)"? value="?([^" >]*)"?>/g)];
		return new URLSearchParams([
			...hidden.map(([, name = '', value = '']): [string, string] => [name, value]),
			...Object.entries(typed),
		]);
	}
	const isPage = ({ status, text }: { status: number; text: string }): boolean =>
		status === 200 && text.includes('name=nonce');

	it('ends after its days, for looking and for deciding; Review: Get Many gives a new one', async () => {
		const { ran, told, inEditor } = await park({ options: { linkDays: 2 } });
		expect([isPage(await open(told)), isPage(await open(inEditor))]).toEqual([true, true]);
		const page = (await open(told)).text;
		const form = formOf(page, { reviewer: 'Maya', send: 'all', d0: 'approve' });
		later(2);

		for (const link of [told, inEditor]) {
			const over = await open(link);
			expect(over.status).toBe(410);
			expect(over.text).toContain('Ask whoever sent you the link for a new one.');
		}
		expect((await fetch(told, { method: 'POST', body: form })).status).toBe(410);
		expect(n8n().now(ran).run.status).toBe('waiting');
		const fresh = await listed(ran);
		expect(isPage(await open(fresh))).toBe(true);
		expect((await fetch(fresh, { method: 'POST', body: form })).status).toBe(200);
		expect(n8n().now(ran).out('Kept')).toHaveLength(1);
	});

	it('says on its pages until when it is good, and what became of a form that came too late', async () => {
		const { ran, told } = await park({ options: { linkDays: 2 }, waitHours: 24 * 5 });
		const untilOf = (text: string): string[] =>
			[...text.matchAll(/<time datetime="([^"]+)"/g)].map(([, time = '']) => time);
		const end = new Date(Number(new URL(told).searchParams.get('until'))).toISOString();
		const page = (await open(told)).text;
		expect(page).toContain('Answer by');
		expect(untilOf(page)).toContain(end);

		const form = formOf(page, { reviewer: 'Maya', send: 'all', d0: 'approve' });
		later(3);
		const late = await fetch(told, { method: 'POST', body: form });
		expect(late.status).toBe(410);
		expect(await late.text()).toContain('What you sent just now was not used.');
		expect((await open(told)).text).not.toContain('What you sent just now');
		expect(n8n().now(ran).run.status).toBe('waiting');
	});

	it('cannot be made longer: n8n has signed until when it is good', async () => {
		const { told } = await park({ options: { linkDays: 1 } });
		const longer = new URL(told);
		longer.searchParams.set('until', String(Date.now() + 99 * DAY_MS));
		const without = new URL(told);
		without.searchParams.delete('until');

		expect([(await open(String(longer))).status, (await open(String(without))).status]).toEqual([401, 401]);
	});

	it('is as long as the run waits where nothing is set', async () => {
		const { told } = await park({});
		later(1000);
		expect(isPage(await open(told))).toBe(true);
	});

	it('gives pictures no longer than the page', async () => {
		const { ran, told } = await park({ options: { linkDays: 1 } });
		const store = await engine.store();
		const runId = String(ran.out('Write')[0]?.runId);
		const png = { bytes: Buffer.from('a picture'), mimeType: 'image/png', fileName: 'roof.png' };
		const media = [JSON.parse(JSON.stringify(await store.keepMedia(runId, png)))];
		const items = [{ id: String(ran.out('Write')[0]?.artefactId), media }];
		const [written] = await store.write(runId, [
			{ by: 'Test', asRecordKeeper: true, commands: [{ op: 'mergeById', field: 'artefacts', items }] },
		]);
		expect(written).toMatchObject({ ok: true });
		const [, src = ''] = /src="?(\?[^" >]+)/.exec((await open(told)).text) ?? [];
		const picture = String(new URL(src.replaceAll('&amp;', '&'), told));

		expect((await open(picture)).text).toBe('a picture');
		later(1);
		expect((await open(picture)).status).toBe(410);
	});

	it.each([-1, 'soon'])('refuses %j days, and says what to do', async (linkDays) => {
		const json = flow(
			[start(), gemini('Write', { ...BRIEF, count: 1 }), humanGate('Gate', { options: { linkDays } })],
			'Start > Write > Gate',
		);
		const ran = await runWorkflow(json, { geminiUrl: model().url });
		expect(String(Object(ran.error).message)).toContain("'Link Is Good For'");
	});
});
