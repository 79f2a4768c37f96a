/** The end-to-end suite: real n8n with the packed package, a stand-in for Gemini, and Chromium. One after the other. */
module.exports = {
	testMatch: ['<rootDir>/test/e2e/*.e2e.ts'],
	testEnvironment: '<rootDir>/test/e2e/support/environment.cjs',
	testSequencer: '<rootDir>/test/e2e/support/sequencer.cjs',
	globalSetup: '<rootDir>/test/e2e/support/globalSetup.cjs',
	globalTeardown: '<rootDir>/test/e2e/support/globalTeardown.cjs',
	transform: {
		'^.+\\.ts$': [
			'@swc/jest',
			{ jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
		],
	},
	modulePathIgnorePatterns: ['<rootDir>/dist/'],
	maxWorkers: 1,
	testTimeout: 120_000,
};
