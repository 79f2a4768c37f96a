import type { IExecuteFunctions } from 'n8n-workflow';
import type { StateDocument, StateStore } from '../../shared/state';
import type { Guide } from '../../shared/style';
import { readOption } from './options';

/** The style guides that the items of one call are held against. */
export interface Guides {
	/** The guide that is typed into the node; undefined where it stands in a run's state. */
	typed(itemIndex: number): Guide | undefined;
	/** The guide in the state of the item's run, or of the run that the node names. Fails with `input_missing`, `input_refused`. */
	inState(itemIndex: number, runId: string): Promise<Guide>;
	/** What was read of the state holds no longer. */
	forget(): void;
	/** What the user should know. */
	readonly warnings: ReadonlySet<string>;
}

export async function openGuides(context: IExecuteFunctions, store: StateStore): Promise<Guides> {
	const { chosenRun } = await import('../../shared/host');
	const { acceptedGuide, guideInField, parseGuide } = await import('../../shared/style');
	/** Equal texts are one guide: rules are made ready once for it. */
	const known = new Map<string, Guide>();
	const documents = new Map<string, StateDocument>();
	const warnings = new Set<string>();

	function parsed(source: unknown, parse: () => Guide): Guide {
		const text = JSON.stringify(source) ?? '';
		const guide = known.get(text) ?? parse();
		known.set(text, guide);
		return guide;
	}

	function withThreshold(itemIndex: number, guide: Guide): Guide {
		const threshold = readOption(context, itemIndex, 'threshold', guide.threshold);
		return { ...guide, threshold };
	}

	return {
		warnings,
		forget: () => documents.clear(),
		typed(itemIndex) {
			const from = context.getNodeParameter('rulesFrom', itemIndex, 'rows');
			if (from === 'state' || from === 'accepted') return undefined;
			const source =
				from === 'json'
					? context.getNodeParameter('guide', itemIndex, '{}')
					: context.getNodeParameter('rules.rows', itemIndex, []);
			return withThreshold(
				itemIndex,
				parsed(source, () => parseGuide(source)),
			);
		},
		async inState(itemIndex, runId) {
			const from = chosenRun(context.getNodeParameter('guideRun', itemIndex, '')) || runId;
			const document = documents.get(from) ?? (await store.read(from));
			documents.set(from, document);
			if (context.getNodeParameter('rulesFrom', itemIndex, 'rows') === 'state') {
				const field = String(context.getNodeParameter('guideField', itemIndex, 'styleGuide') ?? '').trim();
				const source = guideInField(document, field);
				return withThreshold(
					itemIndex,
					parsed(source, () => parseGuide(source)),
				);
			}
			const accepted = acceptedGuide(document);
			if (accepted.isNewerWaiting) {
				warnings.add(
					`A newer version of the style guide '${accepted.title}' is not accepted yet. The accepted one was used.`,
				);
			}
			return withThreshold(
				itemIndex,
				parsed(accepted.source, () => parseGuide(accepted.source)),
			);
		},
	};
}
