import { setTimeout as delay } from 'node:timers/promises';
import type { ICredentialDataDecryptedObject, IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';
import { PipelineError } from '../errors';
import type {
	AskDeps,
	GeminiConnection,
	ModelOptions,
	PriceOverride,
	ServiceTier,
	ThinkingLevel,
} from '../model';

/** The two credentials that Gemini steps accept: ours, and the one that n8n's own Gemini steps use. */
export const OWN_CREDENTIAL = 'greenlightGeminiApi';
export const N8N_CREDENTIAL = 'googlePalmApi';

/** Enough for several runs, and too few to be refused by the smallest paid plan. */
const DEFAULT_CALLS_AT_ONCE = 8;

/** How a step asks Gemini: with which key, which model and which settings. */
export interface Asker {
	deps: AskDeps;
	model: string;
	options: ModelOptions;
}

/** Reads model and options of an item, and its credential where Gemini is asked: `openClient` rejects with `auth` where that cannot be right. */
export function openAsker(
	context: IExecuteFunctions,
	itemIndex: number,
	modelField: 'model' | 'imageModel' = 'model',
): Asker {
	const options = readOptions(context, itemIndex);
	const signal = context.getExecutionCancelSignal();
	const clock = (): number => Date.now();
	const sleep: AskDeps['sleep'] = async (ms, stop) => {
		await delay(ms, undefined, stop === undefined ? {} : { signal: stop });
	};
	const open = async (): ReturnType<AskDeps['openClient']> => {
		const { openGemini, pacedClient, pacerOf } = await import('../model');
		const connection = await connectionOf(context, itemIndex);
		const pacer = pacerOf(connection, { clock, sleep });
		return pacedClient(await openGemini(connection), pacer, clock);
	};
	let opened: ReturnType<AskDeps['openClient']> | undefined;
	return {
		model: modelName(context, itemIndex, modelField),
		options: {
			temperature: options.temperature,
			maxOutputTokens: options.maxOutputTokens,
			thinking: options.thinking,
			tier: options.tier,
		},
		deps: {
			openClient: () => (opened ??= open()),
			clock,
			sleep,
			signal,
			priceOverride: options.price,
			deadlineMs: options.timeout === undefined ? undefined : options.timeout * 1000,
		},
	};
}

/** Whether the item's step has a Gemini credential chosen. */
export function hasGemini(context: IExecuteFunctions): boolean {
	const chosen = context.getNode().credentials ?? {};
	return chosen[OWN_CREDENTIAL] !== undefined || chosen[N8N_CREDENTIAL] !== undefined;
}

/** The connection of the chosen credential. */
export async function connectionOf(
	context: IExecuteFunctions | ILoadOptionsFunctions,
	itemIndex?: number,
): Promise<GeminiConnection> {
	const kind = context.getNodeParameter('authentication', itemIndex ?? 0, OWN_CREDENTIAL);
	const data =
		kind === N8N_CREDENTIAL
			? await context.getCredentials(N8N_CREDENTIAL, itemIndex)
			: await context.getCredentials(OWN_CREDENTIAL, itemIndex);
	return kind === N8N_CREDENTIAL
		? {
				apiKey: text(data.apiKey),
				baseUrl: text(data.host),
				apiVersion: 'v1beta',
				pacing: { atOnce: DEFAULT_CALLS_AT_ONCE, perMinute: 0 },
			}
		: toConnection(data);
}

/** Our own credential's fields as a connection. */
export function toConnection(data: ICredentialDataDecryptedObject): GeminiConnection {
	const base: GeminiConnection = {
		apiKey: text(data.apiKey),
		baseUrl: text(data.baseUrl),
		apiVersion: data.apiVersion === 'v1beta' ? 'v1beta' : 'v1',
		pacing: {
			atOnce: limit(data.callsAtOnce, DEFAULT_CALLS_AT_ONCE),
			perMinute: limit(data.callsPerMinute, 0),
		},
	};
	if (data.access === 'express') return { ...base, express: true };
	if (data.access !== 'vertex') return base;
	return {
		...base,
		vertex: {
			project: text(data.project),
			location: text(data.location),
			clientEmail: text(data.clientEmail),
			privateKey: text(data.privateKey),
		},
	};
}

/** Credentials of before these fields, and empty ones, have `otherwise`; 0 is no limit. */
function limit(value: unknown, otherwise: number): number {
	return typeof value === 'number' && value >= 0 ? Math.floor(value) : otherwise;
}

function modelName(context: IExecuteFunctions, itemIndex: number, field: string): string {
	return String(context.getNodeParameter(field, itemIndex, '', { extractValue: true })).trim();
}

interface Options {
	temperature?: number;
	maxOutputTokens?: number;
	thinking?: ThinkingLevel;
	tier?: ServiceTier;
	timeout?: number;
	price?: PriceOverride;
}

function readOptions(context: IExecuteFunctions, itemIndex: number): Options {
	const given = context.getNodeParameter('options', itemIndex, {});
	const values: Readonly<Record<string, unknown>> =
		typeof given === 'object' && given !== null ? { ...given } : {};
	const thinking = (['minimal', 'low', 'medium', 'high'] as const).find((level) => level === values.thinking);
	return {
		...(typeof values.temperature === 'number' ? { temperature: values.temperature } : {}),
		...(typeof values.maxOutputTokens === 'number' && values.maxOutputTokens > 0
			? { maxOutputTokens: values.maxOutputTokens }
			: {}),
		...(thinking === undefined ? {} : { thinking }),
		tier: values.halfPrice === true ? 'flex' : 'standard',
		...readPrice(values.price),
		...(typeof values.timeout === 'number' && values.timeout > 0 ? { timeout: values.timeout } : {}),
	};
}

/** The user's own price. An image price of 0 is one that was not filled in. */
function readPrice(option: unknown): { price?: PriceOverride } {
	const given: unknown = Object(option).perMillionTokens;
	if (typeof given !== 'object' || given === null) return {};
	const usd = (name: string): number => {
		const value = Number(Object(given)[name] ?? 0);
		if (Number.isFinite(value) && value >= 0) return value;
		throw new PipelineError('input_refused', "'Price' should be numbers of dollars, 0 or more.");
	};
	const imageOutputUsd = usd('imageOutputUsd');
	return {
		price: {
			inputUsd: usd('inputUsd'),
			outputUsd: usd('outputUsd'),
			...(imageOutputUsd === 0 ? {} : { imageOutputUsd }),
		},
	};
}

function text(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
