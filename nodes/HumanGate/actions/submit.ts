import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import type {
	DecidedPiece,
	Problem,
	ReviewPage,
	Submission,
	Typed,
	Decided,
	PieceChoice,
	Answers,
} from '../../shared/review';
import type { Artefact } from '../../shared/state';
import { noticePage, pageOf, sendPage, setHeaders } from './answer';
import type { GateRequest } from './request';
import { fieldsOf, toDecided, toReviewPage } from './reviewData';

/** Takes what the review page sends: decides, says what stands in the way, and continues the run when all is decided. */
export async function submit(
	context: IWebhookFunctions,
	request: GateRequest,
): Promise<IWebhookResponseData> {
	const { parseSubmission } = await import('../../shared/review');
	const { data } = request;
	const { rawBody } = Object(context.getRequestObject());
	const form = parseSubmission(
		Buffer.isBuffer(rawBody) && isForm(context) ? rawBody.toString('utf8') : context.getBodyData(),
	);
	const nonce = form.kind === 'submission' ? form.submission.nonce : data.review.nonce;
	if (nonce !== data.review.nonce) {
		const { frame, review } = data;
		return sendPage(
			context,
			await noticePage({ kind: 'oldRound', frame, round: Math.max(0, review.round - 1) }),
		);
	}
	if (form.kind === 'problems') return refuse(context, request, form.problems, form.typed);
	const { submission, typed } = form;
	if (submission.send === 'approvePassing') return tick(context, request, typed);
	const wrong = await checkReviewer(request, submission);
	if (wrong !== undefined) return refuse(context, request, [wrong], typed);
	if (submission.send === 'continue') return deliver(context, request, data.answers);
	const { choices, problems } = await toChoices(request, submission, typed);
	if (problems.length > 0) return refuse(context, request, problems, typed);
	return take(context, request, submission, choices, typed);
}

function isForm(context: IWebhookFunctions): boolean {
	const type = String(context.getRequestObject().headers['content-type'] ?? '');
	return type.startsWith('application/x-www-form-urlencoded');
}

async function take(
	context: IWebhookFunctions,
	request: GateRequest,
	submission: Submission,
	choices: readonly PieceChoice[],
	typed: Typed,
): Promise<IWebhookResponseData> {
	const { decide } = await import('../../shared/review');
	const { store, data } = request;
	const decided = await decide(store, data.run.runId, {
		review: data.review,
		choices,
		reviewer: submission.reviewer,
		reviewerVerified: data.review.passcode === undefined ? 'none' : 'passcode',
		sendsUndecided: submission.send === 'decided',
		at: new Date().toISOString(),
		by: context.getNode().name,
	});
	const now = await reread(request, decided);
	if (decided.isComplete) {
		const isAllBeaten = choices.length > 0 && decided.beaten.length === choices.length;
		return deliver(context, now, decided.answers, isAllBeaten);
	}
	const problems = await problemsAfter(now, decided, submission);
	if (problems.length > 0) return refuse(context, now, problems, typed);
	const left = data.review.pieces.length - decided.answers.size;
	return sendPage(
		context,
		await noticePage({
			kind: 'thanks',
			frame: data.frame,
			decided: await decidedPieces(now, decided.answers),
			left,
			continued: false,
			...(data.review.deadline === undefined ? {} : { deadline: data.review.deadline }),
		}),
	);
}

/** Sends the decisions on to the run, or says who did. */
async function deliver(
	context: IWebhookFunctions,
	request: GateRequest,
	answers: Answers,
	isBeaten = false,
): Promise<IWebhookResponseData> {
	const { keepLineage, outputsTaken } = await import('../../shared/host');
	const { claimDelivery, endRun } = await import('../../shared/review');
	const { composeOutputs } = await import('./outputs');
	const { store, data, parked } = request;
	const { runId } = data.run;
	const decided = await decidedPieces(request, answers);
	if (data.review.pieces.some(({ artefactId }) => !answers.has(artefactId))) {
		return sendPage(context, await pageOf(data, { kind: 'open' }));
	}
	if (!(await claimDelivery(store, runId, data.review, Date.now()))) {
		return sendPage(context, await noticePage({ kind: 'decidedBefore', frame: data.frame, decided }));
	}
	const taken = outputsTaken(context);
	const outputs = taken ?? (await composeOutputs(store, runId, parked, answers));
	if (taken === undefined) keepLineage(context, outputs);
	await endRun(store, runId, context.getNode().name);
	const left = [...answers.values()].filter((decision) => decision === null).length;
	const page = await noticePage(
		isBeaten
			? { kind: 'decidedBefore', frame: data.frame, decided }
			: { kind: 'thanks', frame: data.frame, decided, left, continued: true },
	);
	// n8n sends it when it has taken the execution up again.
	setHeaders(context, page);
	return { webhookResponse: page.html, workflowData: outputs };
}

async function refuse(
	context: IWebhookFunctions,
	{ data }: GateRequest,
	problems: readonly Problem[],
	typed: Typed,
): Promise<IWebhookResponseData> {
	return sendPage(context, await pageOf(data, { kind: 'refused', problems, typed }));
}

/** Approve is set where the check passed; nothing is saved. */
async function tick(
	context: IWebhookFunctions,
	{ data }: GateRequest,
	typed: Typed,
): Promise<IWebhookResponseData> {
	const { approvePassing } = await import('../../shared/review');
	const { pieces } = await openPage(data);
	return sendPage(context, await pageOf(data, { kind: 'ticked', ...approvePassing(pieces, typed) }));
}

async function checkReviewer(
	{ store, data }: GateRequest,
	{ passcode = '' }: Submission,
): Promise<Problem | undefined> {
	const { checkPasscode } = await import('../../shared/review');
	if (data.review.passcode === undefined) return undefined;
	if (passcode === '') return { code: 'passcodeMissing' };
	const checked = await checkPasscode(store, data.run.runId, data.review, passcode);
	if (checked.kind === 'wrong') return { code: 'passcodeWrong', triesLeft: checked.triesLeft };
	return checked.kind === 'locked' ? { code: 'passcodeLocked' } : undefined;
}

/** What was chosen, with the edits that really change something; approved work that is kept counts as approved again. */
async function toChoices(
	{ data }: GateRequest,
	submission: Submission,
	typed: Typed,
): Promise<{ choices: PieceChoice[]; problems: Problem[] }> {
	const { changedFields, editsWithoutChoice } = await import('../../shared/review');
	const { pieces } = await openPage(data);
	const byIndex = new Map(pieces.map((piece) => [piece.index, piece]));
	const choices = submission.choices.flatMap(({ index, edits = {}, ...choice }): PieceChoice[] => {
		const piece = byIndex.get(index);
		if (piece === undefined || piece.artefactId !== choice.artefactId) return [];
		const changed =
			choice.action === 'approve' || choice.action === 'redirect' ? changedFields(piece.fields, edits) : {};
		return [{ ...choice, ...(Object.keys(changed).length === 0 ? {} : { edits: changed }) }];
	});
	const open = pieces.filter(
		(piece) =>
			piece.decided === undefined && !choices.some(({ artefactId }) => artefactId === piece.artefactId),
	);
	const kept = open
		.filter(({ locked }) => locked)
		.map(({ artefactId, contentHash }): PieceChoice => ({ artefactId, contentHash, action: 'approve' }));
	const indexes = open.filter(({ locked }) => !locked).map(({ index }) => index);
	const problems = editsWithoutChoice(pieces, typed);
	if (submission.send === 'all' && indexes.length > 0) problems.push({ code: 'notAllDecided', indexes });
	return { choices: submission.send === 'save' ? choices : [...choices, ...kept], problems };
}

/** What became of the choices that were not taken. */
async function problemsAfter(
	{ store, data }: GateRequest,
	decided: Decided,
	submission: Submission,
): Promise<Problem[]> {
	const { compareFields } = await import('../../shared/review');
	const { artefactsOf } = await import('../../shared/state');
	const indexOf = (id: string): number => data.review.pieces.findIndex(({ artefactId }) => artefactId === id);
	const changed: Problem[] = [];
	for (const id of decided.changed) {
		const now = artefactsOf(data.document).find((artefact) => artefact.id === id);
		const shownHash = submission.choices.find(({ artefactId }) => artefactId === id)?.contentHash ?? '';
		const shown = await findShown(store, data.run.runId, id, shownHash);
		const changes =
			now === undefined || shown === undefined ? [] : compareFields(fieldsOf(shown), fieldsOf(now));
		changed.push({ code: 'changed', index: indexOf(id), changes });
	}
	const beaten = decided.beaten.map(({ artefactId }): Problem => ({
		code: 'decidedBefore',
		index: indexOf(artefactId),
	}));
	return [...changed, ...beaten];
}

/** The piece as the reviewer saw it, from the versions of the run. */
async function findShown(
	store: GateRequest['store'],
	runId: string,
	id: string,
	contentHash: string,
): Promise<Artefact | undefined> {
	const { artefactsOf } = await import('../../shared/state');
	const versions = (await store.history(runId)).filter(({ fields }) => fields.includes('artefacts'));
	for (const { version } of versions.reverse()) {
		const artefact = artefactsOf(await store.read(runId, version)).find((each) => each.id === id);
		if (artefact?.contentHash === contentHash) return artefact;
	}
	return undefined;
}

/** The request with the state as it is after deciding. */
async function reread(request: GateRequest, { answers }: Decided): Promise<GateRequest> {
	const document = await request.store.read(request.data.run.runId);
	return { ...request, data: { ...request.data, document, answers } };
}

async function openPage(data: GateRequest['data']): Promise<ReviewPage> {
	return toReviewPage(data, { kind: 'open' });
}

async function decidedPieces({ data }: GateRequest, answers: Answers): Promise<DecidedPiece[]> {
	const { artefactsOf } = await import('../../shared/state');
	return artefactsOf(data.document).flatMap(({ id, slot, title }) => {
		const decision = answers.get(id);
		return decision === undefined || decision === null ? [] : [{ slot, title, ...toDecided(decision) }];
	});
}
