/** Where and as whom Gemini is called, checked and turned into the SDK's options. */
import type { GoogleGenAIOptions } from '@google/genai';
import { PipelineError } from '../errors';
import { plainFetch } from './transport';

export interface GeminiConnection {
	/** Not used with `vertex`. */
	apiKey: string;
	/** `https://generativelanguage.googleapis.com`, or a proxy's address; empty for Google's own. */
	baseUrl: string;
	apiVersion: 'v1' | 'v1beta';
	/** The API key is one of Google Cloud (Vertex AI in express mode), and goes to its address. */
	express?: true;
	/** Google Cloud with a service account, in place of an API key. */
	vertex?: { project: string; location: string; clientEmail: string; privateKey: string };
	/** Missing: no limits. */
	pacing?: PacingLimits;
}

/** For all calls of one credential in this process. */
export interface PacingLimits {
	/** 0: as many as come. */
	atOnce: number;
	/** Calls that begin within any minute. 0: as many as come. */
	perMinute: number;
}

const GEMINI_URL = 'https://generativelanguage.googleapis.com';
const CLOUD_URL = 'https://aiplatform.googleapis.com';
/** Locations of several regions have addresses of another pattern. */
const MULTI_REGIONS: ReadonlySet<string> = new Set(['us', 'eu']);

/**
 * The SDK's options for a connection. Everything that the SDK would otherwise look up in environment variables (address,
 * key, API version, Google Cloud or not) is given, so that none of them can send a key elsewhere. Fails with `auth` when
 * key, account or project are empty or cannot be one, and with `input_refused` when the address is not a web address.
 */
export function sdkOptionsOf(connection: GeminiConnection): GoogleGenAIOptions {
	const { express, vertex } = connection;
	const baseUrl = readBaseUrl(connection.baseUrl);
	// The address of the other kind of access stands in the field where somebody changed from one to the other.
	const cloudUrl = baseUrl === GEMINI_URL ? '' : baseUrl;
	const apiVersion =
		connection.apiVersion === 'v1beta' && (vertex || express) ? 'v1beta1' : connection.apiVersion;
	if (!vertex) {
		const apiKey = connection.apiKey.trim();
		checkApiKey(apiKey);
		return {
			vertexai: express === true,
			apiKey,
			apiVersion,
			httpOptions: { baseUrl: express ? cloudUrl || CLOUD_URL : baseUrl || GEMINI_URL },
		};
	}
	const location = vertex.location.trim() || 'global';
	const { project, clientEmail, privateKey } = checkedAccount(vertex);
	return {
		vertexai: true,
		project,
		location,
		apiVersion,
		httpOptions: { baseUrl: cloudUrl || vertexUrl(location) },
		googleAuthOptions: {
			projectId: project,
			credentials: { client_email: clientEmail, private_key: privateKey },
			// As the calls themselves: by Node's own way of sending, not by what proxy variables say.
			clientOptions: {
				transporterOptions: {
					fetchImplementation: plainFetch,
					noProxy: ['.googleapis.com'],
					// The whole call is tried again, by our rules.
					retryConfig: { retry: 0, noResponseRetries: 0 },
				},
			},
		},
	};
}

type Account = NonNullable<GeminiConnection['vertex']>;

/** What is not filled in would be looked up elsewhere, or become a part of an address that means something else. */
function checkedAccount({ project, clientEmail, privateKey }: Account): Omit<Account, 'location'> {
	const account = {
		project: project.trim(),
		clientEmail: clientEmail.trim(),
		privateKey: readPrivateKey(privateKey),
	};
	if (!/^[A-Za-z0-9][\w.:-]*$/.test(account.project)) {
		throw new PipelineError(
			'auth',
			"The Gemini credential's 'Project ID' is empty or not that of a project.",
		);
	}
	if (account.clientEmail === '' || account.privateKey === '') {
		const what = account.clientEmail === '' ? 'service account email' : 'private key';
		throw new PipelineError('auth', `The Gemini credential has no ${what}.`);
	}
	return account;
}

/** What of a connection must never be shown. */
export function secretsOf({ apiKey, vertex }: GeminiConnection): string[] {
	// Of a private key, each of its lines is enough to be recognised.
	const lines = vertex ? readPrivateKey(vertex.privateKey).split('\n') : [];
	return [apiKey, ...lines].map((secret) => secret.trim()).filter((secret) => /^[^-]/.test(secret));
}

function checkApiKey(apiKey: string): void {
	if (apiKey === '') throw new PipelineError('auth', 'The Gemini credential has no API key.');
	if (/[^\x21-\x7e]/.test(apiKey)) {
		throw new PipelineError('auth', 'The API key has spaces, line breaks or letters that no key has.');
	}
}

function readBaseUrl(text: string): string {
	const address = text.trim().replace(/\/+$/, '');
	if (address !== '' && !(/^https?:/i.test(address) && URL.canParse(address))) {
		throw new PipelineError('input_refused', "The credential's 'Base URL' is not a web address.");
	}
	return address;
}

function vertexUrl(location: string): string {
	if (!/^[a-z0-9-]+$/.test(location)) {
		throw new PipelineError('input_refused', "The credential's 'Region' is not the name of a region.");
	}
	if (location === 'global') return CLOUD_URL;
	return MULTI_REGIONS.has(location)
		? `https://aiplatform.${location}.rep.googleapis.com`
		: `https://${location}-aiplatform.googleapis.com`;
}

/** A key that was copied out of a JSON file has its line breaks written as `\n`. */
function readPrivateKey(privateKey: string): string {
	return privateKey.trim().replace(/\\n/g, '\n');
}
