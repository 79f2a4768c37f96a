import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import type {
	DecidedPiece,
	NamedPiece,
	PageState,
	Problem,
	ReviewPage,
	Submission,
	Typed,
	Decided,
	PieceChoice,
	Answers,
} from '../../shared/review';
import { noticePage, pageOf, sendPage, setHeaders } from './answer';
import { isOver, oldRound, type GateRequest } from './request';
import { resultOf } from './resultOf';
import { changedProblems, changedSince } from './changed';
import { toDecided, toReviewPage } from './reviewData';

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
	const { document, frame, review } = data;
	const nonce = form.kind === 'submission' ? form.submission.nonce : review.nonce;
	if (nonce !== review.nonce) {
		const { reviewsOf } = await import('../../shared/state');
		const earlier = reviewsOf(document).find((each) => each.node === review.node && each.nonce === nonce);
		if (earlier === undefined) return sendPage(context, await noticePage({ kind: 'notValid' }));
		// The address itself is good for the review that waits now.
		return sendPage(context, await noticePage(await oldRound(context, document, earlier, frame, review)));
	}
	if (form.kind === 'problems') return refuse(context, request, form.problems, form.typed);
	const { submission, typed } = form;
	if (submission.send === 'approvePassing') return tick(context, request, typed);
	if (submission.edit !== undefined) {
		return showAgain(context, request, { kind: 'editing', typed, index: submission.edit });
	}
	// It changes no decision, so whoever has the link may do it, and so may n8n itself: nobody has to sign for it.
	if (submission.send === 'continue') return deliver(context, request, data.answers);
	const wrong = await checkReviewer(request, submission);
	if (wrong !== undefined) return refuse(context, request, [wrong], typed);
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
	const { deadline } = data.review;
	const now = Date.now();
	// The page was opened in time, but by now n8n may have let the run go on: what is written here might be lost.
	if (deadline !== undefined && isOver(data.review, now)) {
		const expired = { kind: 'expired', frame: data.frame, deadline, hasSent: true } as const;
		return sendPage(context, await noticePage(expired));
	}
	const decided = await decide(store, data.run.runId, {
		review: data.review,
		choices,
		reviewer: submission.reviewer,
		reviewerVerified: data.review.asksPasscode === true ? 'passcode' : 'none',
		sendsUndecided: submission.send === 'decided',
		at: new Date(now).toISOString(),
		by: context.getNode().name,
	});
	const after = await reread(request, decided);
	if (decided.isComplete) {
		const counts = decided.beaten.length < choices.length ? 'some' : 'none';
		const unused = await unusedOf(after, decided);
		return deliver(context, after, decided.answers, choices.length === 0 ? 'nothingChosen' : counts, unused);
	}
	const problems = await problemsAfter(after, decided, submission);
	if (problems.length > 0) return refuse(context, after, problems, typed);
	const { leadsBack } = await import('../../shared/host');
	const left = data.review.pieces.length - decided.answers.size;
	return sendPage(
		context,
		await noticePage({
			kind: 'thanks',
			frame: data.frame,
			decided: await decidedPieces(after, decided.answers),

			left,
			continued: false,
			comesBack: leadsBack(context),
			...(data.answerBy === undefined ? {} : { deadline: data.answerBy }),
		}),
	);
}

/** Sends the decisions on to the run, or says who did. `counts`: how many of this reviewer's choices stand. */
async function deliver(
	context: IWebhookFunctions,
	request: GateRequest,
	answers: Answers,
	counts: 'nothingChosen' | 'none' | 'some' = 'nothingChosen',
	unused: readonly NamedPiece[] = [],
): Promise<IWebhookResponseData> {
	const { keepLineage, leadsBack, outputsTaken } = await import('../../shared/host');
	const { claimDelivery, endRun } = await import('../../shared/review');
	const { composeOutputs } = await import('./outputs');
	const { store, data, parked } = request;
	const { runId } = data.run;
	const decided = await decidedPieces(request, answers);
	if (data.review.pieces.some(({ artefactId }) => !answers.has(artefactId))) {
		return sendPage(context, await pageOf(data, { kind: 'open' }));
	}
	const left = [...answers.values()].filter((decision) => decision === null).length;
	const comesBack = leadsBack(context);
	const result = await resultOf(context, data, () => context.getNodeParameter('options.showResult', true));
	const thanks = {
		kind: 'thanks',
		frame: data.frame,
		decided,
		left,
		continued: true,
		comesBack,
		unused,
		...result,
		...(data.answerBy === undefined ? {} : { deadline: data.answerBy }),
	} as const;
	const before = { kind: 'decidedBefore', frame: data.frame, decided, ...result } as const;
	if (!(await claimDelivery(store, runId, data.review, Date.now()))) {
		// Two that decide different pieces at once both stand; one of them sends on for both.
		return sendPage(context, await noticePage(counts === 'some' ? thanks : before));
	}
	const taken = outputsTaken(context);
	const outputs = taken ?? (await composeOutputs(store, runId, parked, answers));
	if (taken === undefined) keepLineage(context, outputs);
	await endRun(store, runId, context.getNode().name);
	const page = await noticePage(counts === 'none' ? before : thanks);
	// n8n sends it when it has taken the execution up again.
	setHeaders(context, page);
	return { webhookResponse: page.html, workflowData: outputs };
}

/** Shows the page again with what stands in the way, and with what changed meanwhile: the page now holds that. */
async function refuse(
	context: IWebhookFunctions,
	request: GateRequest,
	problems: readonly Problem[],
	typed: Typed,
): Promise<IWebhookResponseData> {
	const known = new Set(problems.map((problem) => problem.code === 'changed' && problem.index));
	const changed = (await changedSince(request, typed)).filter(({ index }) => !known.has(index));
	return sendPage(
		context,
		await pageOf(request.data, { kind: 'refused', problems: [...problems, ...changed], typed }),
	);
}

/** Approve is set where the check passed; nothing is saved. */
async function tick(
	context: IWebhookFunctions,
	request: GateRequest,
	typed: Typed,
): Promise<IWebhookResponseData> {
	const { approvePassing } = await import('../../shared/review');
	const { pieces } = await openPage(request.data);
	return showAgain(context, request, { kind: 'ticked', ...approvePassing(pieces, typed) });
}

/** The page with all that was typed. If something changed it says so: else a choice would count for what nobody saw. */
async function showAgain(
	context: IWebhookFunctions,
	request: GateRequest,
	state: Extract<PageState, { kind: 'ticked' | 'editing' }>,
): Promise<IWebhookResponseData> {
	const changed = await changedSince(request, state.typed);
	if (changed.length > 0) return refuse(context, request, changed, state.typed);
	return sendPage(context, await pageOf(request.data, state));
}

async function checkReviewer(
	{ store, data }: GateRequest,
	{ passcode = '' }: Submission,
): Promise<Problem | undefined> {
	const { checkPasscode } = await import('../../shared/review');
	if (data.review.asksPasscode !== true) return undefined;
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
	const hashes = new Map(submission.choices.map(({ artefactId, contentHash }) => [artefactId, contentHash]));
	const indexOf = (id: string): number => data.review.pieces.findIndex(({ artefactId }) => artefactId === id);
	const shown = decided.changed.map((id): [number, string] => [indexOf(id), hashes.get(id) ?? '']);
	const changed = await changedProblems(store, data, new Map(shown));
	const beaten = decided.beaten.map(({ artefactId }): Problem => ({
		code: 'decidedBefore',
		index: indexOf(artefactId),
	}));
	return [...changed, ...beaten];
}

/** The request with the state as it is after deciding. */
async function reread(request: GateRequest, { answers }: Decided): Promise<GateRequest> {
	const document = await request.store.read(request.data.run.runId);
	return { ...request, data: { ...request.data, document, answers } };
}

/** The pieces that this reviewer chose for too late. */
async function unusedOf({ data }: GateRequest, { beaten }: Decided): Promise<NamedPiece[]> {
	const { artefactsOf } = await import('../../shared/state');
	const ids = new Set(beaten.map(({ artefactId }) => artefactId));
	return artefactsOf(data.document)
		.filter(({ id }) => ids.has(id))
		.map(({ slot, title }) => ({ slot, title }));
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
