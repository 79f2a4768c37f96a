import { n8nCommunityNodesPlugin } from '@n8n/eslint-plugin-community-nodes';
import n8nNodesBase from 'eslint-plugin-n8n-nodes-base';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** The rooms that stand side by side: none imports another. */
const DOMAIN_ROOMS = ['concept', 'style', 'recovery', 'review', 'export', 'report', 'setUp', 'status'];
const NODES = [
	'GeminiConcept',
	'StyleValidator',
	'RetryRouter',
	'SharedStateStore',
	'HumanGate',
	'StatusPage',
];
const shared = (room) => `./nodes/shared/${room}`;

/** `target` may import nothing of `from`. */
const zone = (target, from, message, except = []) => ({ target, from, message, except });

const boundaries = [
	zone('./nodes/shared/html', './nodes', 'html imports nothing', ['./shared/html']),
	zone('./nodes/shared/page', './nodes', 'page imports only html', ['./shared/page', './shared/html']),
	zone('./nodes/shared/state', './nodes', 'state carries the house: it imports only errors', [
		'./shared/state',
		'./shared/errors.ts',
	]),
	zone('./nodes/shared/model', './nodes', 'model imports only state and errors', [
		'./shared/model',
		'./shared/state',
		'./shared/errors.ts',
	]),
	...DOMAIN_ROOMS.map((room) =>
		zone(shared(room), './nodes', `${room} imports only model, state, page, html, statistics and errors`, [
			`./shared/${room}`,
			'./shared/html',
			'./shared/page',
			'./shared/model',
			'./shared/state',
			'./shared/errors.ts',
			'./shared/statistics.ts',
		]),
	),
	zone('./nodes/shared/statistics.ts', './nodes', 'statistics imports nothing', ['./shared/statistics.ts']),
	zone('./nodes/shared/host', './nodes', 'host imports only model, state and errors', [
		'./shared/host',
		'./shared/model',
		'./shared/state',
		'./shared/errors.ts',
	]),
	...NODES.map((node) =>
		zone(`./nodes/${node}`, './nodes', 'no node imports another node', [`./${node}`, './shared']),
	),
	zone('./nodes', './test', 'product code does not import tests'),
];

const community = n8nCommunityNodesPlugin.configs.recommendedWithoutN8nCloudSupport;

export default tseslint.config(
	{
		ignores: [
			'dist/**',
			'node_modules/**',
			'coverage/**',
			'scripts/**',
			'**/*.cjs',
			'**/*.mjs',
			'gulpfile.js',
		],
	},
	...tseslint.configs.recommended.map((config) => ({ ...config, files: ['**/*.ts'] })),
	{
		files: ['{nodes,credentials,test}/**/*.ts'],
		languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
		plugins: { 'import-x': importX },
		settings: { 'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js', '.json'] })] },
		rules: {
			'@typescript-eslint/no-floating-promises': 'error',
			'@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
			'@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
			'import-x/no-cycle': 'error',
			'import-x/no-restricted-paths': ['error', { zones: boundaries }],
			'no-console': 'error',
		},
	},
	{
		files: ['nodes/shared/**/*.ts'],
		ignores: ['nodes/shared/host/**'],
		rules: {
			'no-restricted-imports': [
				'error',
				{ patterns: [{ group: ['n8n-*', '@n8n/*'], message: 'only host/ knows n8n' }] },
			],
			'no-restricted-properties': [
				'error',
				{ object: 'process', property: 'env', message: 'settings come as arguments' },
			],
		},
	},
	{ files: ['package.json', '{nodes,credentials}/**/*.ts'], ...community },
	{
		// Gemini's SDK and zod are what the package is built on, so it is for self-hosted n8n and not for verification.
		files: ['package.json'],
		languageOptions: { parser: tseslint.parser, parserOptions: { extraFileExtensions: ['.json'] } },
		rules: { '@n8n/community-nodes/no-runtime-dependencies': 'off' },
	},
	{
		// One place turns errors into n8n's: host/toNodeError. The rooms throw and pass on PipelineError.
		files: ['nodes/shared/**/*.ts'],
		rules: { '@n8n/community-nodes/require-node-api-error': 'off' },
	},
	{
		// What the first two give out are branches, and the last checks the work on the items, which an agent does not have.
		files: ['nodes/{RetryRouter,HumanGate,StyleValidator}/*.node.ts'],
		rules: { '@n8n/community-nodes/node-usable-as-tool': 'off' },
	},
	{
		// Their addresses are n8n's own: there is nothing to register elsewhere.
		files: ['nodes/{HumanGate,StatusPage}/*.node.ts'],
		rules: { '@n8n/community-nodes/webhook-lifecycle-complete': 'off' },
	},
	{
		// They are tested by the nodes that use them, through host/descriptions, where the rule does not look.
		files: ['credentials/*.credentials.ts'],
		rules: { '@n8n/community-nodes/credential-test-required': 'off' },
	},
	{
		files: ['nodes/**/*.ts'],
		plugins: { 'n8n-nodes-base': n8nNodesBase },
		rules: {
			...n8nNodesBase.configs.nodes.rules,
			// n8n's newer rule wants the named connection type; these want the bare text.
			'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
			'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
		},
	},
	{
		files: ['credentials/**/*.ts'],
		plugins: { 'n8n-nodes-base': n8nNodesBase },
		rules: {
			...n8nNodesBase.configs.credentials.rules,
			// For n8n's own credentials, whose documentation is a page name and not an address.
			'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
		},
	},
	{
		// A database is no API, and its name on screen should not say so.
		files: ['credentials/GreenlightStateStore.credentials.ts'],
		rules: {
			'n8n-nodes-base/cred-class-name-unsuffixed': 'off',
			'n8n-nodes-base/cred-class-field-name-unsuffixed': 'off',
			'n8n-nodes-base/cred-class-field-display-name-missing-api': 'off',
		},
	},
);
