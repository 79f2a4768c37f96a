const Sequencer = require('@jest/test-sequencer').default;

/** By name, so that a run is the same every time: what starts more n8n comes last. */
module.exports = class extends Sequencer {
	sort(tests) {
		return [...tests].sort((a, b) => (a.path < b.path ? -1 : 1));
	}
};
