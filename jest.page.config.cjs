/** The review page and the report in Chromium, without n8n: the part of the end-to-end suite that needs no installation. */
const { transform, modulePathIgnorePatterns, testTimeout } = require('./jest.e2e.config.cjs');

module.exports = {
	testMatch: ['<rootDir>/test/e2e/*-{review,report}-page*.e2e.ts'],
	testEnvironment: 'node',
	transform,
	modulePathIgnorePatterns,
	maxWorkers: 1,
	testTimeout,
};
