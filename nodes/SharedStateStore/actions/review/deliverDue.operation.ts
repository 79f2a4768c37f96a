import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../../shared/host/descriptions';
import type { Delivery } from '../../../shared/review';
import type { RunScope } from '../../../shared/host';
import type { Operation } from '../router';
import { findReviews, reviewRow, runOfReviews, type FoundReview } from './foundReviews';

const TIMEOUT_MS = 30_000;
const NO_EXECUTION = 'n8n does not have the execution any more, so nothing can go on.';

export const description: INodeProperties[] = forOperation('review', 'deliverDue', [runOfReviews]);

/**
 * Sends on what was decided and did not reach the run, since n8n stopped between the two. One item for each review that was
 * sent on or could not be. Those that the run went on from meanwhile are noted, and not tried again.
 */
export const execute: Operation = async (call) => {
	const { context, scope } = call;
	const { counted, tell } = await import('../../../shared/host');
	const { dueReviews } = await import('../../../shared/review');
	const now = Date.now();
	const found = (await findReviews(call, now)).filter(({ link }) => link !== '');
	const due = new Set(dueReviews(found, now));
	const items: IDataObject[] = [];
	let movedOn = 0;
	for (const review of found.filter((each) => due.has(each))) {
		const delivery = await deliver(context, review);
		if (delivery.kind !== 'notNow' && delivery.kind !== 'failed')
			await noteContinued(scope, review, delivery, now);
		if (delivery.kind === 'movedOn') movedOn += 1;
		const outcome = outcomeOf(delivery, review);
		if (outcome !== undefined) items.push({ ...(await reviewRow(review, now)), ...outcome });
	}
	if (movedOn > 0) tell(context, `${counted(movedOn, 'run')} had gone on already.`);
	return items;
};

/** Presses "Continue the run" on the review's page. */
async function deliver(context: IExecuteFunctions, { review, link }: FoundReview): Promise<Delivery> {
	const { CHECK_ADDRESS, continueForm, readReply } = await import('../../../shared/review');
	try {
		const { statusCode, headers, body } = await context.helpers.httpRequest({
			method: 'POST',
			url: link,
			headers: { 'content-type': 'application/x-www-form-urlencoded' },
			body: continueForm(review.nonce),
			timeout: TIMEOUT_MS,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		});
		return readReply({ status: statusCode, headers, body });
	} catch {
		// What the request says may hold the link, which nobody else should see.
		const { origin } = new URL(link);
		return { kind: 'failed', why: `This n8n could not reach its own address ${origin}. ${CHECK_ADDRESS}` };
	}
}

async function noteContinued(
	scope: RunScope,
	found: FoundReview,
	delivery: Delivery,
	now: number,
): Promise<void> {
	const { refusal } = await import('../../../shared/host');
	const { continuedRequest, waitingReviews } = await import('../../../shared/state');
	const { run, review } = found;
	// As it is after the run went on: its next step may have noted it already, or ask a person again.
	const document = await scope.store.read(run.runId);
	if (!waitingReviews(document).some(({ id }) => id === review.id)) return;
	const by = { by: scope.nodeName, at: new Date(now).toISOString() };
	const recorded = await scope.store.getRun(run.runId);
	const request = continuedRequest(recorded, document, [review], by);
	const why = await whyStalled(found, delivery);
	const isHeld = request.status !== undefined || recorded.status === 'open';
	const [result] = await scope.store.write(run.runId, [
		why !== undefined && isHeld ? { ...request, status: { status: 'stalled', note: why } } : request,
	]);
	if (result?.ok === false) throw refusal(result);
}

/** Why nothing goes on from the review, unless another step takes it up. */
async function whyStalled(found: FoundReview, { kind }: Delivery): Promise<string | undefined> {
	const { whyItWaits } = await import('../../../shared/review');
	if (kind === 'gone') return NO_EXECUTION;
	return kind === 'movedOn' && found.status === 'expired' ? whyItWaits(found) : undefined;
}

function outcomeOf(
	delivery: Delivery,
	{ decided }: FoundReview,
): { status: string; why: string } | undefined {
	switch (delivery.kind) {
		case 'delivered':
			return {
				status: 'delivered',
				why: `${decided === 1 ? '1 decision' : `${decided} decisions`} sent on.`,
			};
		case 'failed':
			return { status: 'failed', why: delivery.why };
		case 'gone':
			return {
				status: 'failed',
				why: `${NO_EXECUTION} The decisions stay on record; Review Again asks anew.`,
			};
		default:
			return undefined;
	}
}
