/** The fast suite: no network, no real clock, no order. */

/** With another n8n's engine: `npm run test:n8n`. */
const otherEngine = process.env.GREENLIGHT_N8N_CORE;

module.exports = {
	moduleNameMapper:
		otherEngine === undefined
			? {}
			: { '^(n8n-core|n8n-workflow|reflect-metadata)$': `${otherEngine}/node_modules/$1` },
	// A loaded machine is no fault: only what hangs is.
	testTimeout: 30_000,
	testEnvironment: '<rootDir>/test/support/environment.cjs',
	testMatch: ['<rootDir>/test/**/*.test.ts'],
	testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/'],
	transform: {
		'^.+\\.ts$': [
			'@swc/jest',
			{ jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
		],
	},
	modulePathIgnorePatterns: ['<rootDir>/dist/'],
	randomize: true,
};
