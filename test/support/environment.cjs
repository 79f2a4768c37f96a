/**
 * Jest runs tests in a sandbox that lacks the symbol under which Node keeps its HTTP dispatcher; @google/genai looks it up
 * before each request. This environment hands it in.
 */
const { TestEnvironment } = require('jest-environment-node');

// n8n-core logs each error of a node; the tests that provoke them read them from the result.
process.env.N8N_LOG_LEVEL ??= 'silent';

const DISPATCHER = Symbol.for('undici.globalDispatcher.1');

module.exports = class extends TestEnvironment {
	async setup() {
		await super.setup();
		if (!globalThis[DISPATCHER]) await fetch('data:,').catch(() => undefined);
		Object.defineProperty(this.global, DISPATCHER, {
			value: globalThis[DISPATCHER],
			configurable: true,
			writable: true,
		});
	}
};
