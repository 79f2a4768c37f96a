/** Hands the world that the global set-up made to the tests, which run in a sandbox of their own. */
const { TestEnvironment } = require('jest-environment-node');

module.exports = class extends TestEnvironment {
	async setup() {
		await super.setup();
		const world = globalThis.greenlightWorld;
		if (!world)
			throw new Error('The end-to-end tests need the process that started n8n: run them with --runInBand.');
		this.global.greenlightWorld = world;
	}
};
