/** The only place that talks to Google's SDK. The SDK is loaded when first needed, because loading it takes time. */
import type {
	Content,
	GenerateContentParameters,
	GoogleGenAI,
	HttpOptions,
	Model,
	Part,
} from '@google/genai';
import { PipelineError } from '../errors';
import { readAnswer } from './answer';
import { sdkOptionsOf, secretsOf, type GeminiConnection } from './connection';
import { thrownFailure, type CallContext } from './failures';
import { modelNotFound } from './httpFailures';
import { bareModelName, type GeminiAnswer, type GeminiRequest, type PictureFormat } from './request';
import { noticingFetch } from './transport';

type Sdk = typeof import('@google/genai');

export interface CallOptions {
	/** Stops the call at once; Gemini may bill it all the same. */
	signal?: AbortSignal | undefined;
	/** Time for the whole call, ms. */
	timeoutMs: number;
}

/** What a model makes. */
export type ModelKind = 'text' | 'pictures';

/** A model that can be picked. */
export interface ModelInfo {
	/** Without `models/`. */
	id: string;
	name: string;
	description: string;
	inputTokenLimit?: number;
	outputTokenLimit?: number;
}

/** Gemini, as narrow as it is needed here. Every rejection is a `PipelineError`. */
export interface GeminiClient {
	/**
	 * Sends one request once: no retries, no automatic continuation. Gives back also answers that are blocked, cut off or
	 * empty; see `answerFailure`.
	 */
	generate(request: GeminiRequest, options: CallOptions): Promise<GeminiAnswer>;
	/** Models that write text, or that draw pictures. An empty list means that there are none; a failure is thrown. */
	listModels(options?: Partial<CallOptions> & { kind?: ModelKind }): Promise<ModelInfo[]>;
}

const LIST_TIMEOUT_MS = 30_000;
const LIST_PAGE_SIZE = 1000;
/** An endless list of pages ends here. */
const MAX_LISTED = 5000;
/** Models that list `generateContent` but do not write text, or only in sessions of their own. */
const NOT_TEXT = /image|banana|tts|transcribe|live|embedding|robotics|computer|omni|lyria|audio|veo|imagen/;

/** Models that draw when asked for an answer; Imagen is asked in another way. */
const DRAWS = /image|banana/;
const DRAWS_OTHERWISE = /imagen/;

/** Kept, as it is asked for with each item: what `import` makes of this module is made anew each time. */
let sdkLoaded: Promise<Sdk> | undefined;

function loadSdk(): Promise<Sdk> {
	sdkLoaded ??= import('@google/genai').catch((error: unknown) => {
		// It may be there the next time, such as after an update of the package.
		sdkLoaded = undefined;
		throw error;
	});
	return sdkLoaded;
}

/** Opens Gemini for one connection. Fails with `auth` or `input_refused` when the connection itself cannot be right. */
export async function openGemini(connection: GeminiConnection): Promise<GeminiClient> {
	const options = sdkOptionsOf(connection);
	const sdk = await loadSdk();
	const gemini = new sdk.GoogleGenAI(options);
	const secrets = secretsOf(connection);
	return {
		async generate(request, { signal, timeoutMs }) {
			const model = checkModelName(request.model);
			const body = await guardCall({ model, timeoutMs, secrets, signal }, (sending) =>
				gemini.models.generateContent(toParameters(sdk, request, { timeoutMs, ...sending })),
			);
			return readAnswer(body, model);
		},
		async listModels({ signal, timeoutMs = LIST_TIMEOUT_MS, kind = 'text' } = {}) {
			return await guardCall({ model: 'list', timeoutMs, secrets, signal }, (sending) =>
				listModels(gemini, kind, { timeoutMs, ...sending }),
			);
		},
	};
}

/** What a call of the SDK is given. */
interface Sending {
	signal: AbortSignal;
	fetch: typeof fetch;
}

interface GuardedCall extends CallOptions {
	model: string;
	secrets: readonly string[];
}

/**
 * Runs a call so that it ends when its time is over or the caller stops it, also while the SDK fetches a token, and
 * rejects with our own failures. The SDK leaves a listener on the signal that it is given, so it gets one of its own.
 */
async function guardCall<T>(call: GuardedCall, send: (how: Sending) => Promise<T>): Promise<T> {
	const { model, timeoutMs, secrets, signal } = call;
	const controller = new AbortController();
	const stop = () => controller.abort();
	let isOver = false;
	// Not `AbortSignal.timeout`: that lives on until its time is over, long after a call that was quick.
	const timeLimit = setTimeout(() => {
		isOver = true;
		stop();
	}, Math.ceil(timeoutMs));
	let askedToWait: number | undefined;
	const sender = noticingFetch((ms) => (askedToWait = ms));
	const context = (): CallContext => ({
		model,
		retryAfterMs: askedToWait,
		timeoutMs,
		secrets,
		cancelled: signal?.aborted ?? false,
		timedOut: isOver,
	});
	signal?.addEventListener('abort', stop);
	try {
		if (signal?.aborted) throw signal.reason;
		const sending = send({ signal: controller.signal, fetch: sender });
		return await Promise.race([sending, rejectOnAbort(controller.signal)]);
	} catch (error) {
		throw thrownFailure(error, context());
	} finally {
		signal?.removeEventListener('abort', stop);
		clearTimeout(timeLimit);
	}
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
	return new Promise((_resolve, reject) => {
		signal.addEventListener('abort', () => reject(signal.reason), { once: true });
	});
}

function checkModelName(typed: string): string {
	const model = bareModelName(typed);
	if (model === '') throw new PipelineError('input_missing', "'Model' is empty.");
	if (!/^[\w.:/@-]+$/.test(model) || model.includes('..')) throw modelNotFound(model);
	return model;
}

/** One call's parameters. A setting that is not set is not sent. */
function toParameters(
	sdk: Sdk,
	request: GeminiRequest,
	{ timeoutMs, signal, fetch: sender }: Sending & { timeoutMs: number },
): GenerateContentParameters {
	const { system, jsonSchema, picture, temperature, maxOutputTokens, thinking, tier, continuationToken } =
		request;
	return {
		model: bareModelName(request.model),
		contents: toContents(request),
		config: {
			...(system ? { systemInstruction: system } : {}),
			...(jsonSchema ? { responseMimeType: 'application/json', responseJsonSchema: jsonSchema } : {}),
			...(picture ? toPictureConfig(sdk, picture) : {}),
			...(temperature === undefined ? {} : { temperature }),
			...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
			...(thinking ? { thinkingConfig: { thinkingLevel: toThinkingLevel(sdk, thinking) } } : {}),
			...(tier === 'flex' ? { serviceTier: sdk.ServiceTier.FLEX } : {}),
			...(continuationToken === undefined ? {} : { continuationToken }),
			automaticContinuation: false,
			httpOptions: httpOptionsOf(timeoutMs, sender),
			abortSignal: signal,
		},
	};
}

function toPictureConfig(sdk: Sdk, { aspectRatio, size }: PictureFormat) {
	return { responseModalities: [sdk.Modality.IMAGE], imageConfig: { aspectRatio, imageSize: size } };
}

/**
 * Tells the server how long it has. Not by the SDK's own `timeout`: its timers live on after a call that was quick, and ours
 * ends the call anyway.
 */
function httpOptionsOf(timeoutMs: number, sender: typeof fetch): HttpOptions {
	return { headers: { 'X-Server-Timeout': String(Math.max(1, Math.ceil(timeoutMs / 1000))) }, fetch: sender };
}

function toThinkingLevel(sdk: Sdk, level: NonNullable<GeminiRequest['thinking']>) {
	const { MINIMAL, LOW, MEDIUM, HIGH } = sdk.ThinkingLevel;
	return { minimal: MINIMAL, low: LOW, medium: MEDIUM, high: HIGH }[level];
}

function toContents({ prompt, attachments = [], followUp }: GeminiRequest): Content[] {
	const parts: Part[] = [{ text: prompt }];
	for (const { mimeType, data } of attachments) parts.push({ inlineData: { mimeType, data } });
	const first: Content = { role: 'user', parts };
	if (!followUp) return [first];
	return [
		first,
		{ role: 'model', parts: [{ text: followUp.answer }] },
		{ role: 'user', parts: [{ text: followUp.prompt }] },
	];
}

async function listModels(
	gemini: GoogleGenAI,
	kind: ModelKind,
	{ timeoutMs, signal, fetch: sender }: Sending & { timeoutMs: number },
): Promise<ModelInfo[]> {
	const pages = await gemini.models.list({
		config: {
			pageSize: LIST_PAGE_SIZE,
			httpOptions: httpOptionsOf(timeoutMs, sender),
			abortSignal: signal,
		},
	});
	const found: ModelInfo[] = [];
	let seen = 0;
	for await (const model of pages) {
		if (++seen > MAX_LISTED || signal.aborted) break;
		const info = readModel(model, kind);
		if (info) found.push(info);
	}
	return found;
}

/** `undefined` for a model of another kind. Google Cloud lists no actions; there the name decides alone. */
function readModel(model: Model, kind: ModelKind): ModelInfo | undefined {
	const id = bareModelName(model.name ?? '');
	const answers = model.supportedActions?.includes('generateContent') ?? /^gem(ini|ma)-/.test(id);
	const isWanted = kind === 'text' ? !NOT_TEXT.test(id) : DRAWS.test(id) && !DRAWS_OTHERWISE.test(id);
	if (id === '' || !answers || !isWanted) return undefined;
	const { inputTokenLimit, outputTokenLimit } = model;
	return {
		id,
		name: model.displayName ?? id,
		description: model.description ?? '',
		...(inputTokenLimit === undefined ? {} : { inputTokenLimit }),
		...(outputTokenLimit === undefined ? {} : { outputTokenLimit }),
	};
}
