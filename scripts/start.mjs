/**
 * `npm start`: a real n8n with this package, the templates and a first run, until Ctrl-C.
 *   --demo       run once, print the finished run as one line of JSON, stop everything
 *   --port N     n8n's port
 *   --keep-data  keep the demo's folder
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PlainError, reportError } from './lib/plainError.mjs';
import { REPOSITORY, freePorts, onEndRequest } from './lib/processes.mjs';
import { N8N_VERSION, installN8n } from './n8nInstall.mjs';
import { startN8n } from './n8nInstance.mjs';
import { startStandIn } from './standInModel.mjs';
import { followExecution } from './start/follow.mjs';
import { openHome } from './start/home.mjs';
import { STAND_IN_KEY, enterAsOwner, importTemplates, provideCredential } from './start/prepare.mjs';
import { readResult } from './start/result.mjs';
import { approveAll, reviewLink } from './start/review.mjs';
import { pagesOf, waitingRuns } from './start/waiting.mjs';

const QUICK_START = '02-storyboard-with-human-gate';
/** Serves the status pages, also of the quick start. */
const INBOX = '07-review-inbox';
const MANUAL_TRIGGER = 'n8n-nodes-base.manualTrigger';
const FORM_TRIGGER = 'n8n-nodes-base.formTrigger';
const RUN_TIMEOUT_MS = 10 * 60_000;
const USUAL_PORTS = Array.from({ length: 10 }, (_, index) => 5678 + index);

const say = (/** @type {string} */ line) => void process.stdout.write(`${line}\n`);

/** @type {Array<() => Promise<unknown>>} What has to be undone at the end, last first. */
const cleanUps = [];
const ending = new AbortController();
let endedBySignal = /** @type {number | undefined} */ (undefined);
let isUp = false;

onEndRequest((exitCode) => {
	// Ctrl-C is how a start that is up is meant to end.
	endedBySignal = isUp && exitCode === 130 ? 0 : exitCode;
	if (isUp) say('\nStopping …');
	ending.abort();
});

async function cleanUp() {
	for (const undo of cleanUps.splice(0).reverse()) {
		await undo().catch((error) => process.stderr.write(`While stopping: ${error.message}\n`));
	}
}

/** @returns {{ demo: boolean, port: number | undefined, keepData: boolean }} */
function readArguments() {
	try {
		const { values } = parseArgs({
			options: { demo: { type: 'boolean' }, port: { type: 'string' }, 'keep-data': { type: 'boolean' } },
		});
		const port = values.port === undefined ? undefined : Number(values.port);
		if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536))
			throw new Error('--port needs a number from 1 to 65535.');
		return { demo: values.demo ?? false, port, keepData: values['keep-data'] ?? false };
	} catch (error) {
		const reason = error instanceof Error ? error.message.split('\n')[0] : '';
		throw new PlainError(
			`${reason?.replace(/\.?$/, '.')} Known: npm start -- [--demo] [--port N] [--keep-data]`,
		);
	}
}

/** @returns {Promise<{ apiKey: string, baseUrl: string }>} */
async function chooseModel() {
	const apiKey = process.env.GEMINI_API_KEY?.trim();
	if (apiKey) {
		say('Using Gemini with your GEMINI_API_KEY: the run below is paid by that key.');
		// Without an address the credential goes to Google's own.
		return { apiKey, baseUrl: '' };
	}
	const standIn = await startStandIn();
	cleanUps.push(standIn.stop);
	say('No GEMINI_API_KEY set: using the offline stand-in model (scripted answers, not Gemini).');
	return { apiKey: STAND_IN_KEY, baseUrl: standIn.url };
}

/**
 * Runs it until it ends or waits for a person.
 * @param {Awaited<ReturnType<typeof bringUp>>} started @param {boolean} playsReviewer
 * @returns {Promise<import('./start/waiting.mjs').WaitingRun | undefined>} Its pages, if it waits.
 */
async function runQuickStart({ n8n, quickStart: workflow }, playsReviewer) {
	const trigger = workflow.nodes.find((/** @type {{ type: string }} */ node) => node.type === MANUAL_TRIGGER);
	if (!trigger) throw new PlainError(`The template ${QUICK_START} has no manual trigger.`);
	const executionId = await n8n.api.runManually({ workflowId: workflow.id, triggerName: trigger.name });
	const told = new Set();
	const follow = async () =>
		refuseFailed(
			await followExecution(n8n.api, {
				executionId,
				workflow,
				say: (line) => say(`  ${line}`),
				timeoutMs: RUN_TIMEOUT_MS,
				told,
				signal: ending.signal,
			}),
		);
	const execution = await follow();
	const review = reviewLink(execution, workflow, n8n.baseUrl);
	if (!review) return undefined;
	if (!playsReviewer) return { review, ...pagesOf(execution, workflow, n8n.baseUrl) };
	say('  The run waits for a person. The demo opens the review page and approves everything:');
	await approveAll(review, 'Demo reviewer');
	await follow();
	return undefined;
}

/** @param {import('./n8nApi.mjs').Execution} execution */
function refuseFailed(execution) {
	const error = execution.data?.resultData?.error;
	if (execution.status === 'error' || execution.status === 'crashed') {
		throw new PlainError(
			`The run stopped${error?.node?.name ? ` at '${error.node.name}'` : ''}: ${error?.message ?? execution.status}`,
		);
	}
	if (execution.status !== 'success' && execution.status !== 'waiting') {
		throw new PlainError(`The run did not end: n8n shows it as ${execution.status}.`);
	}
	return execution;
}

/** @param {{ demo: boolean, port: number | undefined, keepData: boolean }} options */
async function bringUp({ demo, port, keepData }) {
	const { signal } = ending;
	if (!existsSync(join(REPOSITORY, 'dist')))
		throw new PlainError('The package is not built: start it with "npm start", which builds it first.');
	await installN8n({ log: say, signal });
	signal.throwIfAborted();
	const home = await openHome({ temporary: demo, keep: keepData });
	cleanUps.push(home.close);
	const connection = await chooseModel();
	say(`Starting n8n ${N8N_VERSION} with this package …`);
	const wanted =
		port ??
		(demo
			? undefined
			: (await freePorts(1, [...(home.notes.port ? [home.notes.port] : []), ...USUAL_PORTS]))[0]);
	const n8n = await startN8n({
		userFolder: home.folder,
		packageDir: REPOSITORY,
		log: say,
		signal,
		...(wanted ? { port: wanted } : {}),
	});
	cleanUps.push(n8n.stop);
	await home.markRunning(n8n);
	home.notes.port = n8n.port;
	void n8n.exited.then(() =>
		ending.abort(new PlainError(`n8n ended by itself: ${n8n.logFile} names the reason.`)),
	);
	await enterAsOwner(n8n.api, home);
	const credential = await provideCredential(n8n.api, home, connection);
	const workflows = await importTemplates(n8n.api, home, credential, say);
	say(`Templates in n8n: ${[...workflows.keys()].join(', ') || 'none'}.`);
	const [quickStart, inbox] = [QUICK_START, INBOX].map((name) => {
		const workflow = workflows.get(name);
		if (!workflow) throw new PlainError(`workflows/${name}.json is missing.`);
		return workflow;
	});
	for (const { id, versionId } of [quickStart, inbox]) await n8n.api.publish({ id, versionId });
	return { home, n8n, quickStart, workflows };
}

/** @param {Awaited<ReturnType<typeof bringUp>>} started @param {import('./start/waiting.mjs').WaitingRun[]} waiting */
function tellWhere({ home, n8n, quickStart }, waiting) {
	const form = quickStart.nodes.find((/** @type {{ type: string }} */ node) => node.type === FORM_TRIGGER);
	const path = form && (form.parameters.path || form.parameters.options?.path || form.webhookId);
	say('');
	for (const { title, review, status } of waiting) {
		if (waiting.length > 1) say(`${title ? `"${title}"` : 'A run'} waits for a person.`);
		say(`Review page:      ${review}`);
		if (status) say(`Follow the run:   ${status}`);
	}
	say(`Open the canvas:  ${n8n.baseUrl}/workflow/${quickStart.id}`);
	if (path) say(`Send a brief:     ${n8n.baseUrl}/form/${path}`);
	say(`Log in as:        ${home.notes.owner.email}`);
	say(`Password:         ${home.notes.owner.password}`);
	say('Press Ctrl-C to stop.');
}

async function main() {
	const options = readArguments();
	const started = await bringUp(options);
	const { n8n, quickStart } = started;
	const before = await n8n.api.listExecutions({ workflowId: quickStart.id });
	if (before.length > 0) {
		say(
			'The quick start ran at an earlier start, so nothing is run (or paid) now: press its button in the editor.',
		);
		tellWhere(started, await waitingRuns(n8n.api, started.workflows.values(), n8n.baseUrl));
		return untilEnded();
	}
	say('Running the quick start:');
	let waiting;
	try {
		waiting = await runQuickStart(started, options.demo);
		const result = await readResult({ stateFile: n8n.stateFile, workflowId: quickStart.id });
		if (options.demo && result.status !== 'finished') {
			throw new PlainError(`The run is ${result.status}, not finished: the lines above tell why.`);
		}
		if (options.demo) return result;
		say(
			`  Run ${result.runId} is ${result.status} after ${result.attempts} ${result.attempts === 1 ? 'round' : 'rounds'}.`,
		);
	} catch (error) {
		// The editor is up all the same: that is where a person finds out more.
		if (options.demo || !(error instanceof PlainError) || ending.signal.aborted) throw error;
		say(`  ${error.message}`);
	}
	tellWhere(started, waiting ? [waiting] : []);
	return untilEnded();
}

/** @returns {Promise<never>} */
async function untilEnded() {
	isUp = true;
	await new Promise((resolve) => ending.signal.addEventListener('abort', resolve, { once: true }));
	throw ending.signal.reason;
}

let exitCode = 0;
let result;
try {
	result = await main();
} catch (error) {
	if (endedBySignal === undefined)
		exitCode = reportError(ending.signal.aborted ? ending.signal.reason : error);
}
await cleanUp();
if (result && endedBySignal === undefined) say(JSON.stringify(result));
// Whatever a library still holds open must not keep a stopped start alive.
process.stdout.write('', () => process.exit(endedBySignal ?? exitCode));
