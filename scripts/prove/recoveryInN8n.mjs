/** The same in real n8n: killed as a whole, started again, and the run with it. Also that template 10 hears of the crash. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from '../lib/processes.mjs';
import { OWNER } from '../n8nApi.mjs';
import { packPackage, startN8n } from '../n8nInstance.mjs';
import { CREDENTIAL_TYPE, withCredential } from '../start/prepare.mjs';
import { pipeline } from './recoveryFlow.mjs';
import { startModel } from './recoveryModel.mjs';
import { findRun, outcomeOf, recordOf } from './recoveryRecord.mjs';

/** @typedef {Record<string, any>} Json */
/** @typedef {import('../n8nInstance.mjs').N8nInstance} N8n */

const { openStateStore } = createRequire(import.meta.url)(
	join(REPOSITORY, 'dist', 'nodes', 'shared', 'state'),
);
const TYPES = new Set(['n8n-nodes-greenlight.geminiConcept', 'n8n-nodes-greenlight.styleValidator']);
const LATENCY_MS = 120;
const PATIENCE_MS = 60_000;

/** @param {string} file @returns {Promise<Json>} */
const template = async (file) => JSON.parse(await readFile(join(REPOSITORY, 'workflows', file), 'utf8'));

/** @param {string} folder @param {number} kills */
export async function killedN8n(folder, kills) {
	const model = await startModel(LATENCY_MS);
	const userFolder = join(folder, 'n8n');
	let n8n = await startN8n({ userFolder, packageTarball: await packPackage() });
	const { stateFile } = n8n;
	const counts = { early: 0, inFlight: 0, handed: 0, told: 0, untold: 0, late: 0 };
	/** @type {string[]} */
	const checked = [];
	try {
		await n8n.api.enter(OWNER);
		const watcher = await n8n.api.importWorkflow(await template('10-when-a-run-crashes.json'));
		await n8n.api.publish(/** @type {any} */ (watcher));
		const undisturbed = await provide('undisturbed');
		const start = performance.now();
		assert.equal((await send(undisturbed)).status, 'success');
		const durationMs = performance.now() - start;
		const wanted = await inStore(async (store) =>
			outcomeOf(store, (await findRun(store, 'undisturbed')).runId),
		);
		assert.deepEqual(wanted.kept, ['Alder', 'Cedar', 'Dogwood']);

		for (let killed = 0; killed < kills;) {
			const runKey = `killed ${killed} ${counts.late}`;
			const workflow = await provide(runKey);
			const sending = send(workflow).catch(() => undefined);
			await sleep(Math.random() * durationMs);
			n8n.kill();
			await n8n.exited;
			const before = await inStore(async (store) => {
				const run = await findRun(store, runKey);
				return run === undefined ? undefined : { run, ...(await recordOf(store, run.runId)) };
			});
			n8n = await startN8n({ userFolder });
			await n8n.api.enter(OWNER);
			if ((await sending)?.status === 'success') {
				counts.late += 1;
				continue;
			}
			killed += 1;
			await checkRun(workflow, runKey, before, wanted);
			checked.push(runKey);
		}
		// At each start n8n tells of earlier crashes once more: what was finished by then has to stay as it was.
		for (const runKey of checked)
			await inStore(async (store) => {
				const { runId } = await findRun(store, runKey);
				assert.deepEqual(await outcomeOf(store, runId), wanted, `'${runKey}' changed after it had ended`);
			});

		/** @param {string} runKey */
		async function provide(runKey) {
			const { nodes, connections } = pipeline(runKey);
			const form = (await template('01-two-agent-storyboard.json')).nodes.find(
				(/** @type {Json} */ { type }) => type.endsWith('.formTrigger'),
			);
			// The template answers by a step of its own, which this pipeline does not have, and each form has its own address.
			const parameters = { ...form.parameters, responseMode: 'onReceived', path: randomUUID() };
			const [, ...steps] = nodes;
			const credential = await n8n.api.createCredential({
				name: `Gemini for ${runKey}`,
				type: CREDENTIAL_TYPE,
				data: { access: 'apiKey', apiKey: 'key', baseUrl: `${model.url}/n8n`, apiVersion: 'v1' },
			});
			const workflow = await n8n.api.importWorkflow(
				withCredential(
					{
						name: runKey,
						nodes: [
							{ ...form, parameters, id: randomUUID(), name: 'Start', webhookId: randomUUID() },
							...steps,
						],
						connections,
						settings: { executionOrder: 'v1', saveExecutionProgress: true, errorWorkflow: watcher.id },
					},
					TYPES,
					credential,
				),
			);
			await n8n.api.publish(/** @type {any} */ (workflow));
			return n8n.api.getWorkflow(workflow.id);
		}
	} finally {
		await n8n.stop();
		model.close();
	}
	return (
		`${kills} kills: ${counts.early} before the run had begun, ${counts.inFlight} in a call, reported; ` +
		`template 10 marked ${counts.told} runs as crashed by itself, and was not started by n8n for ${counts.untold}, which stayed open; 0 finished steps redone; ` +
		`${counts.handed} by a person who started once more; every run ended as the undisturbed one (${counts.late} further kills came after the end)`
	);

	/** Sends the form and waits for the end. @param {Json} workflow */
	async function send(workflow) {
		const known = new Set((await n8n.api.listExecutions({ workflowId: workflow.id })).map(({ id }) => id));
		await n8n.api.submitForm(workflow, { 'Your brief': 'A rooftop chase' });
		for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(50)) {
			const begun = (await n8n.api.listExecutions({ workflowId: workflow.id })).find(
				({ id }) => !known.has(id),
			);
			if (begun !== undefined) return n8n.api.waitForExecution(begun.id);
		}
		throw new Error('n8n began no execution.');
	}

	/** @template T @param {(store: any) => Promise<T>} work */
	async function inStore(work) {
		const store = await openStateStore({ path: stateFile, clock: () => Date.now(), newId: randomUUID });
		return work(store).finally(() => store.close());
	}

	/** @param {Json} workflow @param {string} runKey @param {Json | undefined} before @param {Json} wanted */
	async function checkRun(workflow, runKey, before, wanted) {
		const inFlight = before?.inFlight.length ?? 0;
		counts.inFlight += inFlight;
		if (before === undefined) counts.early += 1;
		else if (before.run.status === 'open') {
			if (await isErrorKnown(workflow)) {
				await untilCrashed(runKey);
				counts.told += 1;
			} else counts.untold += 1;
		}
		assert.equal((await send(workflow)).status, 'success');
		const statusOf = () => inStore(async (store) => (await findRun(store, runKey)).status);
		if ((await statusOf()) === 'escalated') {
			counts.handed += 1;
			assert.equal(inFlight, 1, 'a run went to a person although no call was in flight');
			assert.equal((await send(workflow)).status, 'success');
		}
		await inStore(async (store) => {
			const { runId } = await findRun(store, runKey);
			const { finished } = await recordOf(store, runId);
			for (const step of before?.finished ?? []) {
				const now = finished.find((/** @type {Json} */ { key }) => key === step.key);
				assert.deepEqual(now, step, 'a finished step was redone');
			}
			const isReported = (await store.ledger(runId)).some(
				(/** @type {Json} */ { failure }) => failure?.code === 'outcome_unknown',
			);
			assert.equal(isReported ? 1 : 0, inFlight, 'what was reported is not what was in flight');
			assert.deepEqual(await outcomeOf(store, runId), wanted, 'the run did not end as the undisturbed one');
			assert.equal((await store.verify(runId)).ok, true);
		});
	}

	/**
	 * Whether n8n found an error in what it takes up after a kill. It finds none where the step that was cut off had run before, as in
	 * a loop, or where the kill fell between two steps; then it starts no error workflow.
	 * @param {Json} workflow
	 */
	async function isErrorKnown(workflow) {
		const [{ id }] = /** @type {[Json]} */ (await n8n.api.listExecutions({ workflowId: workflow.id }));
		const { status, data } = await n8n.api.waitForExecution(id);
		assert.equal(status, 'crashed');
		return data.resultData?.error !== undefined;
	}

	/** n8n finds what crashed some time after it is up. @param {string} runKey */
	async function untilCrashed(runKey) {
		for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(200)) {
			const run = await inStore((store) => findRun(store, runKey));
			if (run.status === 'crashed') return;
		}
		throw new Error(`Nobody was told that '${runKey}' crashed.`);
	}
}
