import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../shared/host/descriptions';
import type { RunScope } from '../../shared/host';
import type { StateDocument } from '../../shared/state';

export const description: INodeProperties[] = forOperation(null, 'calibrate', [
	{
		displayName: 'Look At',
		name: 'lookAt',
		type: 'options',
		options: [
			{
				name: 'All Runs of a Period',
				value: 'period',
				description: 'What was decided in every run that somebody worked on lately',
			},
			{ name: 'One Run', value: 'run', description: 'The run of this execution, or the one chosen below' },
		],
		default: 'period',
	},
	{
		displayName: 'Days',
		name: 'days',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 3650 },
		displayOptions: { show: { lookAt: ['period'] } },
		default: 90,
		description: 'How many days back',
	},
]);

const DAY_MS = 86_400_000;
/** More runs than anybody has decided on in the longest period. */
const MOST_RUNS = 100_000;

/** Holds past verdicts against what people decided: one item for everything, then one for each guide where there are several. */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { openRunScope, runPerItem, plain, tell } = await import('../../shared/host');
	const { calibrate, pairDecisions, sayCalibration } = await import('../../shared/style');
	const scope = await openRunScope(context);
	const items = context.getInputData().slice(0, 1);
	const results = await runPerItem(
		context,
		async (item, itemIndex) => {
			let runs = 0;
			let notCompared = 0;
			const pieces = [];
			for await (const document of documentsOf(context, scope, item, itemIndex)) {
				const found = pairDecisions(document);
				runs += 1;
				notCompared += found.notCompared;
				pieces.push(...found.pieces);
			}
			const byGuide = Map.groupBy(pieces, ({ guideVersion }) => guideVersion);
			const all = [calibrate(pieces, notCompared)];
			if (byGuide.size > 1) all.push(...[...byGuide.values()].map((each) => calibrate(each)));
			const said = all.map((result) => ({ summary: sayCalibration(result), runs, ...result }));
			tell(context, said[0]?.summary ?? '');
			return said.map((result) => ({ json: plain(result), pairedItem: { item: itemIndex } }));
		},
		{ items },
	);
	return [results];
}

/** One after the other, so that not all runs are in memory at once. */
async function* documentsOf(
	context: IExecuteFunctions,
	scope: RunScope,
	item: INodeExecutionData,
	itemIndex: number,
): AsyncGenerator<StateDocument> {
	if (context.getNodeParameter('lookAt', itemIndex, 'period') === 'run') {
		yield await scope.store.read((await scope.look(itemIndex, item.json)).run.runId);
		return;
	}
	const days = Number(context.getNodeParameter('days', itemIndex, 90));
	const since = new Date(Date.now() - days * DAY_MS).toISOString();
	const runs = await scope.store.listRuns({ limit: MOST_RUNS });
	for (const { runId, updatedAt } of runs) if (updatedAt >= since) yield await scope.store.read(runId);
}
