/** All environment variables that could send a request or a key elsewhere, set to do so. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Every variable that the SDK or what it signs in with reads, found in their sources, so that a new one is tried too. */
const names = [
	'@google/genai/dist/node/index.cjs',
	'google-auth-library/build',
	'gaxios/build',
	'gcp-metadata/build',
]
	.flatMap((place) => sourcesIn(join(__dirname, '../../node_modules', place)))
	.flatMap((source) => [...source.matchAll(/(?:env\w*(?:\(\))?\??[.[]|getEnv\()['"]?([A-Z][A-Z0-9_]{3,})/g)])
	.flatMap(([, name]) => (name === undefined || /^(HOME|APPDATA|NODE_ENV)$/.test(name) ? [] : [name]));
export const HIJACKS = {
	...Object.fromEntries(names.map((name) => [name, 'http://127.0.0.1:1/evil'])),
	GOOGLE_GEMINI_BASE_URL: 'http://127.0.0.1:1/evil',
	GOOGLE_VERTEX_BASE_URL: 'http://127.0.0.1:1/evil',
	GOOGLE_GENAI_USE_VERTEXAI: 'true',
	GOOGLE_GENAI_USE_ENTERPRISE: 'true',
	GOOGLE_GENAI_API_VERSION: 'beta',
	GOOGLE_API_KEY: 'another-key',
	GEMINI_API_KEY: 'another-key',
	GOOGLE_CLOUD_PROJECT: 'another-project',
	GOOGLE_CLOUD_LOCATION: 'mars',
};

/** Sets them for the tests of a `describe`. */
export function useHijacks(): void {
	const before = { ...process.env };
	beforeEach(() => {
		Object.assign(process.env, HIJACKS);
		for (const level of ['warn', 'debug'] as const) jest.spyOn(console, level).mockImplementation(() => {});
	});
	afterEach(() => {
		for (const name of Object.keys(HIJACKS)) delete process.env[name];
		Object.assign(process.env, before);
		jest.restoreAllMocks();
	});
}

function sourcesIn(place: string): string[] {
	if (statSync(place).isFile()) return [readFileSync(place, 'utf8')];
	const files = readdirSync(place, { recursive: true, withFileTypes: true });
	return files
		.filter((file) => file.isFile() && /\.c?js$/.test(file.name))
		.map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'));
}
