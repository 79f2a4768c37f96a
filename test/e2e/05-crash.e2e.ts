/** kill -9 of n8n in the middle, a new n8n on the same folder, and n8n's own Retry. */
import { join } from 'node:path';
import { DONE, ROUTER, errorOf, flowOf, importFlow, itemsOf, nodeOf, type Flow } from './support/flow';
import { onNth, textOf } from './support/gemini';
import { until, world, type Execution, type Json, type N8n } from './support/world';

/** In a judge's call of the first round; between two rounds, where n8n's Wait step is at work. */
type Place = 'inside a call' | 'between rounds';

interface Crash {
	name: string;
	place: Place;
	/** The template's setting: without it n8n begins again from the trigger. */
	savesProgress: boolean;
	loadWorkflow: boolean;
	flow: Flow;
	executionId: string;
	/** Requests that had been answered when n8n was killed. */
	answered: string[];
	inFlight: string[];
}

const CASES: Array<[name: string, place: Place, savesProgress: boolean, loadWorkflow: boolean]> = [
	['crash-call-saved', 'inside a call', true, false],
	['crash-call-saved-current', 'inside a call', true, true],
	['crash-call-unsaved', 'inside a call', false, false],
	['crash-rounds-saved', 'between rounds', true, false],
	['crash-rounds-unsaved', 'between rounds', false, true],
];

const WAIT_MS = 30_000;

describe('n8n killed with kill -9 in the middle of a run', () => {
	const crashes = new Map<string, Crash>();
	const userFolder = join(world.folder, 'crash');
	let n8n: N8n;

	beforeAll(async () => {
		n8n = await world.scripts.startN8n({ userFolder, packageTarball: world.tarball });
		await n8n.api.enter(world.owner);
		// Those that hang in a call wait for as long as it takes, so they go first.
		for (const group of ['inside a call', 'between rounds']) {
			for (const [name, place, savesProgress, loadWorkflow] of CASES.filter((each) => each[1] === group)) {
				const begun = await begin(n8n, name, place, savesProgress);
				crashes.set(name, { name, place, savesProgress, loadWorkflow, ...begun, answered: [], inFlight: [] });
			}
			await Promise.all([...crashes.values()].filter(({ place }) => place === group).map(reachItsPlace));
		}
		n8n.kill();
		await n8n.exited;
		for (const crash of crashes.values()) {
			crash.answered = crash.flow.gemini.answered().map(textOf);
			crash.inFlight = crash.flow.gemini
				.requests()
				.map(textOf)
				.filter((text) => !crash.answered.includes(text));
			crash.flow.gemini.behave();
			expect(crash.inFlight).toHaveLength(crash.place === 'inside a call' ? 1 : 0);
			expect(crash.flow.gemini.requests('concepts')).toHaveLength(1);
		}

		n8n = await world.scripts.startN8n({ userFolder });
		await n8n.api.enter(world.owner);
	}, 180_000);
	afterAll(() => n8n?.stop());

	it.each(CASES)(
		'%s: %s, progress saved %s, current workflow %s: goes on without paying twice',
		async (name) => {
			const crash = crashes.get(name);
			if (crash === undefined) throw new Error(`${name} did not begin.`);
			const flow = flowOf(name, await n8n.api.getWorkflow(crash.flow.workflow.id), n8n);
			const crashed = await n8n.api.waitForExecution(crash.executionId);
			expect(crashed.status).toBe('crashed');

			const { id } = await n8n.api.retryExecution(crash.executionId, crash.loadWorkflow);
			const retried = await n8n.api.waitForExecution(id);

			expect(errorOf(retried)).toBe('');
			expect(retried.status).toBe('success');
			const all = flow.gemini.requests().map(textOf);
			const repeated = all.filter((text, index) => all.indexOf(text) !== index);
			expect(repeated.filter((text) => crash.answered.includes(text))).toEqual([]);
			expect(repeated.length).toBeLessThanOrEqual(crash.inFlight.length);
			await expectWholeRun(flow, retried, crash);
			expectStartedWhereItShould(retried, crash);
		},
	);
});

async function begin(n8n: N8n, name: string, place: Place, savesProgress: boolean) {
	// A moment, not a duration: long enough to be killed in, and over when n8n is back.
	const waitUntil = `={{ Math.max(0, (${Date.now() + WAIT_MS} - Date.now()) / 1000) }}`;
	const flow = await importFlow(name, {
		n8n,
		change: (workflow) => {
			workflow.settings.saveExecutionProgress = savesProgress;
			if (place === 'between rounds')
				nodeOf(workflow, 'Wait if Gemini asks for it').parameters.amount = waitUntil;
		},
	});
	if (place === 'inside a call') flow.gemini.behave(onNth('verdict', 3, { name: 'hang' }));
	// A run by the button cannot be retried after a crash unless its progress is saved: n8n kept nothing of it.
	if (savesProgress) return { flow, executionId: await flow.start() };
	await n8n.api.publish(flow.workflow as { id: string });
	return {
		flow,
		executionId: await flow.send({ 'Your brief': 'A noir rooftop chase with two concepts that hold' }),
	};
}

/** Returns when the execution is surely where it is to be killed. */
async function reachItsPlace({ name, place, flow, executionId }: Crash): Promise<void> {
	if (place === 'inside a call') {
		await until(
			`${name} asks the judge for the third time`,
			async () => flow.gemini.requests('verdict').length === 3,
		);
		return;
	}
	await until(`${name} decides its first round`, async () => {
		const [run] = await flow.runs();
		return (run?.fields.rounds as unknown[] | undefined)?.length === 1;
	});
	await until(
		`n8n works on ${name}`,
		async () => (await flow.n8n.api.getExecution(executionId)).status === 'running',
	);
}

async function expectWholeRun(flow: Flow, retried: Execution, crash: Crash): Promise<void> {
	const done = itemsOf(retried, ROUTER, DONE);
	expect(done.map(({ slot, status }) => [slot, status])).toEqual([
		[1, 'passed'],
		[2, 'passed'],
		[3, 'passed'],
	]);
	const run = await flow.run();
	expect(run.status).toBe('finished');
	expect(run.versions.map(({ version }) => version)).toEqual(run.versions.map((_, index) => index + 1));
	expect(run.version).toBe(run.versions.length);
	const { rounds, artefacts, attempts } = run.fields as Json;
	expect(rounds.map(({ round }: Json) => round)).toEqual(rounds.map((_: Json, index: number) => index));
	expect(attempts).toBe(2);
	const current = artefacts.filter(({ status }: Json) => status !== 'replaced');
	expect(current.map(({ slot, status }: Json) => `${slot} ${status}`).sort()).toEqual([
		'1 passed',
		'2 passed',
		'3 passed',
	]);
	expect(run.ledger.filter(({ failure }) => failure?.code === 'outcome_unknown')).toHaveLength(
		crash.inFlight.length,
	);
	const unfinished = run.steps.filter(({ kind, state }) => kind === 'call' && state !== 'answered');
	expect(unfinished.map(({ state, failure }) => [state, failure?.code])).toEqual(
		crash.inFlight.map(() => ['failed', 'outcome_unknown']),
	);
}

/** With saved progress n8n goes on at the step in flight; else it begins again from the trigger. */
function expectStartedWhereItShould(retried: Execution, { savesProgress }: Crash): void {
	const captured: Json[] = retried.data.resultData.runData['Capture the intent'] ?? [];
	const replayed = captured.flatMap((task) =>
		(task.data?.main?.[0] ?? []).map(({ json }: Json) => json.replayed === true),
	);
	expect(replayed.includes(true)).toBe(!savesProgress);
}
