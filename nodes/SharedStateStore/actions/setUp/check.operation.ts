import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { authenticationField, forOperation, modelField } from '../../../shared/host/descriptions';
import type { LinkAnswer } from '../../../shared/setUp';
import type { StateStore } from '../../../shared/state';

/** How many runs are looked through for a review, and how many of their links are tried. */
const RUNS = 50;
const TRIES = 10;
const STATUS = { problem: 'problem', notSeen: 'not seen', good: 'good' } as const;

export const description: INodeProperties[] = forOperation('setUp', 'check', [
	{
		...authenticationField,
		options: [
			...(authenticationField.options ?? []),
			{ name: 'None', value: 'none', description: 'Does not look at Gemini' },
		],
		default: 'none',
		description: 'The one to try. Only lists of models are asked for, which cost nothing.',
	},
	{ ...modelField, displayOptions: { hide: { authentication: ['none'] } } },
	{
		displayName: 'Workers',
		name: 'workers',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description: 'How many workers this n8n has in queue mode, to see whether one is missing. 0: not said.',
	},
]);

/** One item for each thing that was looked at, problems first. It needs no run, and a store that does not work is a finding. */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const host = await import('../../../shared/host');
	const { counted, judgeSetUp } = await import('../../../shared/setUp');
	const { opened, ...store } = await host.storeFacts(context, () => host.openStoreOf(context));
	const url = host.ownAddress(context, 0);
	const reply = await host.openAddress(context, url);
	const workers = Number(context.getNodeParameter('workers', 0, 0));
	const findings = judgeSetUp({
		...store,
		workers: workers > 0 ? workers : undefined,
		freeBytes: await host.freeBytes(),
		address:
			typeof reply === 'string'
				? { kind: 'unreachable', url, detail: reply }
				: { kind: 'answered', url, reply },
		signedLink: opened === undefined ? { kind: 'noReview' } : await tryLink(context, opened),
		gemini: await host.geminiFacts(context, 0),
		savesProgress: host.savesProgress(context),
	});
	const found = (status: string): number => findings.filter((each) => each.status === status).length;
	host.tell(
		context,
		`${counted(found('problem'), 'problem')}, ${found('notSeen')} not seen, ${found('good')} good.`,
	);
	return findings.map(({ check, title, status, why, nextStep }) => ({
		json: { title, status: STATUS[status], why, nextStep, check },
		pairedItem: { item: 0 },
	}));
}

/** Opens the link of a review that waits here; looking changes nothing. Where none waits, that of one that is over: n8n checks it too. */
async function tryLink(context: IExecuteFunctions, store: StateStore): Promise<LinkAnswer> {
	const { openAddress } = await import('../../../shared/host');
	const { NOTICE_HEADER } = await import('../../../shared/review');
	for (const link of await linksToTry(context, store)) {
		const reply = await openAddress(context, link);
		if (typeof reply === 'string') return { kind: 'unreachable' };
		// n8n does not have the execution any more.
		if (reply.status === 404) continue;
		return { kind: 'answered', reply, notice: String(reply.headers[NOTICE_HEADER] ?? '') };
	}
	return { kind: 'noReview' };
}

async function linksToTry(context: IExecuteFunctions, store: StateStore): Promise<string[]> {
	const { reviewLink } = await import('../../../shared/host');
	const { linkParameters } = await import('../../../shared/review');
	const { reviewsOf, waitingReviews } = await import('../../../shared/state');
	const now = Date.now();
	const linksOf = async (hasReview: boolean): Promise<string[]> => {
		const runs = await store.listRuns({ limit: RUNS, ...(hasReview ? { hasReview } : {}) });
		const documents = await Promise.all(runs.map(({ runId }) => store.read(runId)));
		return documents
			.flatMap((document) => (hasReview ? waitingReviews : reviewsOf)(document))
			.map((review) => reviewLink(context, review, linkParameters(review, now)))
			.filter((link) => link !== '');
	};
	return [...(await linksOf(true)), ...(await linksOf(false))].slice(0, TRIES);
}
