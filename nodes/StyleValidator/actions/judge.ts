import type { IExecuteFunctions } from 'n8n-workflow';
import type { RunScope } from '../../shared/host';
import type { Artefact } from '../../shared/state';
import type { AskJudge } from '../../shared/style';
import { readOption } from './options';

/** Who judges one piece of work. */
export interface Judge {
	ask: AskJudge;
	model: string;
	/** The model that did answer, which may be more exact than the name that was asked for. */
	answeredBy?: string;
}

/** Asks Gemini once for each question about the work. Without a credential there is no judge, and nobody passes unjudged. */
export async function openJudge(
	context: IExecuteFunctions,
	scope: RunScope,
	itemIndex: number,
	{ runId, round, artefact }: { runId: string; round: number; artefact: Artefact },
): Promise<Judge | undefined> {
	const { PROCESS_ID, hasGemini, openAsker } = await import('../../shared/host');
	if (context.getNodeParameter('judgedBy', itemIndex, 'gemini') !== 'gemini' || !hasGemini(context))
		return undefined;
	const { askOnce, requestHash } = await import('../../shared/model');
	const { hashOf, stepKey } = await import('../../shared/state');
	const { deps, model, options } = openAsker(context, itemIndex);
	const take = Number(readOption(context, itemIndex, 'take', 1));
	const judge: Judge = {
		model,
		ask: async (question) => {
			const request = { ...question, model, options };
			const answer = await askOnce(
				scope.store,
				{
					runId,
					key: stepKey({
						runId,
						workflowId: scope.workflowId,
						nodeName: scope.nodeName,
						round,
						slot: artefact.id,
						part: 1,
						take,
						requestHash: hashOf(requestHash(request)),
					}),
					node: scope.node,
					round,
					slot: artefact.id,
					owner: PROCESS_ID,
					by: scope.nodeName,
					artefactId: artefact.id,
				},
				request,
				deps,
			);
			judge.answeredBy = answer.model;
			return answer;
		},
	};
	return judge;
}
