/** Tells what the run will cost, from what the steps after Intent: Capture are set to. */
import type { IExecuteFunctions, INodeParameters } from 'n8n-workflow';
import type { PlannedStep, PriceOverride } from '../../shared/model';
import type { RunScope } from '../../shared/host';
import { imageModelField } from '../../shared/host/descriptions';
import type { Question } from './question';

const GREENLIGHT = /greenlight\.(geminiConcept|styleValidator|retryRouter)$/;
const USUAL_PIECES = 3;

/** Before the first paid call: as a hint, in the run, and given back in dollars; null when a price is unknown. */
export async function tellEstimate(
	context: IExecuteFunctions,
	scope: RunScope,
	{ found, asker }: Question,
	brief: string,
	itemIndex: number,
): Promise<number | null> {
	const { stepsWithSettings, tell, writeOrThrow } = await import('../../shared/host');
	const { estimateRun } = await import('../../shared/model');
	const { inDollars } = await import('../../shared/state');
	// A run that is played again had its estimate before it was paid.
	if (found.run.costUsd > 0) return found.run.estimateUsd;
	const tier = asker.options.tier ?? 'standard';
	const own: PlannedStep = {
		kind: 'capture',
		model: asker.model,
		tier,
		override: asker.deps.priceOverride,
		pieces: 1,
	};
	const after = stepsWithSettings(context).filter(({ type, disabled }) => GREENLIGHT.test(type) && !disabled);
	const value = (parameter: unknown): unknown => evaluated(context, parameter, itemIndex);
	const { steps, attempts } = plan(after, own, value);
	const estimated = estimateRun({ brief, steps, attempts }, asker.deps.clock());
	if (estimated !== null) {
		const { likelyUsd, upToUsd } = estimated;
		tell(
			context,
			`This run will cost about ${inDollars(likelyUsd)}, up to ${inDollars(upToUsd)} with retries.`,
		);
	}
	const estimateUsd = estimated?.likelyUsd ?? null;
	if (found.run.estimateUsd !== null) return found.run.estimateUsd;
	await writeOrThrow(scope.store, found.run.runId, { by: scope.nodeName, commands: [], estimateUsd });
	return estimateUsd;
}

interface StepSettings {
	type: string;
	parameters: INodeParameters;
}

function plan(
	after: readonly StepSettings[],
	own: PlannedStep,
	value: (parameter: unknown) => unknown,
): { steps: PlannedStep[]; attempts: number } {
	const makers: PlannedStep[] = [];
	/** Steps that are asked once for each piece that the makers make. */
	const followers: PlannedStep[] = [];
	/** Steps that have nothing to do with the pieces. */
	const alone: PlannedStep[] = [];
	let attempts = 1;
	for (const { type, parameters } of after) {
		const options = Object(parameters.options);
		const draws = parameters.resource === 'concept' && parameters.operation === 'sketch';
		const model = draws ? (parameters.imageModel ?? imageModelField.default) : parameters.model;
		const name = value(Object(model).value ?? model);
		const step = {
			model: typeof name === 'string' && name !== '' ? name : own.model,
			tier: value(options.halfPrice) === true ? ('flex' as const) : ('standard' as const),
			override: priceOf(options.price, value),
			pieces: 1,
		};
		if (type.endsWith('retryRouter')) attempts = Math.max(attempts, count(value(parameters.attempts), 3));
		else if (type.endsWith('styleValidator')) {
			if (parameters.operation === 'compileGuide') alone.push({ ...step, kind: 'custom' });
			else if (parameters.operation !== 'calibrate' && isJudged(parameters))
				followers.push({ ...step, kind: 'check' });
		} else if (draws) {
			followers.push({ ...step, kind: 'sketch', pictureSize: String(value(parameters.size) ?? '1K') });
		} else if (parameters.resource === 'custom') makers.push({ ...step, kind: 'custom' });
		else if (parameters.resource === 'concept' && parameters.operation === 'revise')
			followers.push({ ...step, kind: 'revise' });
		else if (parameters.resource !== 'intent')
			makers.push({ ...step, kind: 'generate', pieces: count(value(parameters.count), USUAL_PIECES) });
	}
	const pieces = makers.reduce((sum, maker) => sum + maker.pieces, 0);
	return { steps: [own, ...alone, ...makers, ...followers.map((step) => ({ ...step, pieces }))], attempts };
}

/** The step's own price for its own model; nothing where it names none, or where n8n cannot tell before that step runs. */
function priceOf(option: unknown, value: (parameter: unknown) => unknown): PriceOverride | undefined {
	const given: unknown = Object(option).perMillionTokens;
	if (typeof given !== 'object' || given === null) return undefined;
	const usd = (name: string): number => Number(value(Object(given)[name]) ?? 0);
	const [inputUsd, outputUsd, imageOutputUsd] = [usd('inputUsd'), usd('outputUsd'), usd('imageOutputUsd')];
	if (![inputUsd, outputUsd, imageOutputUsd].every((price) => price >= 0)) return undefined;
	return { inputUsd, outputUsd, ...(imageOutputUsd === 0 ? {} : { imageOutputUsd }) };
}

/** Rules in JSON may hold judged ones, or not. */
function isJudged({ judgedBy, rulesFrom, rules }: INodeParameters): boolean {
	if (judgedBy !== undefined && judgedBy !== 'gemini') return false;
	const rows: unknown = Object(rules).rows;
	return (
		(rulesFrom !== undefined && rulesFrom !== 'rows') ||
		(Array.isArray(rows) && rows.some((row) => (Object(row).kind ?? 'judged') === 'judged'))
	);
}

function count(value: unknown, otherwise: number): number {
	const number = Number(value ?? otherwise);
	return Number.isInteger(number) && number > 0 ? number : otherwise;
}

/** What another step's field comes to; its own name where n8n cannot tell before that step runs. */
function evaluated(context: IExecuteFunctions, parameter: unknown, itemIndex: number): unknown {
	if (typeof parameter !== 'string' || !parameter.startsWith('=')) return parameter;
	try {
		return context.evaluateExpression(parameter.slice(1), itemIndex);
	} catch {
		return undefined;
	}
}
