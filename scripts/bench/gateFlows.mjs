/** The workflows that the bench of the gate runs: the same concepts before a Human Gate and before n8n's own Form page. */

/** @typedef {Record<string, any>} Json */

/** @param {string} name @param {string} type @param {Json} parameters @param {Json} [more] @returns {Json} */
const node = (name, type, parameters, more = {}) => ({
	id: name,
	name,
	type,
	typeVersion: 1,
	position: [0, 0],
	parameters,
	...more,
});

/** Steps in a row. @param {string} name @param {readonly Json[]} nodes @param {string[]} [after] What each output of the last leads to. */
function row(name, nodes, after = []) {
	const to = (/** @type {string} */ target) => [{ node: target, type: 'main', index: 0 }];
	const wires = nodes.map((each, index) => {
		const next = nodes[index + 1];
		return [each.name, { main: next === undefined ? after.map(to) : [to(next.name)] }];
	});
	const ends = [...new Set(after)].map((each) => node(each, 'n8n-nodes-base.noOp', {}));
	return {
		name,
		nodes: [...nodes, ...ends].map((each, index) => ({ ...each, position: [220 * index, 0] })),
		connections: Object.fromEntries(wires),
		settings: { executionOrder: 'v1' },
	};
}

/** Concepts as Gemini Concept writes them, about 1.3 KB each. @param {number} count @returns {Json[]} */
export function conceptsOf(count) {
	return Array.from({ length: count }, (_, index) => ({
		id: `c${index}`,
		title: `The Long Way Down ${index + 1}`,
		logline: `A courier crosses the roofs of a flooded city with stolen film reel ${index + 1}, and the rain is on her side.`,
		look: 'Hard side light from neon signs below. Long lenses press the roofs together; the camera never runs faster than she does. Everything is reflected twice, and the angles straighten only when she looks back.',
		beats: [
			'Wide: roofs like islands, one small figure with a red satchel.',
			'Close on wet hands letting go of a gutter, one finger after the other.',
			'From above: three shadows fan out behind her, and a fourth one waits ahead.',
			'A sign flickers: HOTEL becomes HOT. Two silhouettes, one jump apart.',
			'Darkness cut by torches and one lighter. Grain, breath, no music.',
			'Every window goes on at once, and the satchel lies open, empty.',
		],
		palette: ['#0b0c10', '#1f2833', '#c3073f', '#e8e6e3'],
		tone: ['tense', 'wet', 'quiet'],
		whyItFits:
			'The brief asks for a chase without a single shot fired: here the city itself is what she runs from, and the brand only appears as a light that is switched on at the end.',
	}));
}

/** @param {readonly Json[]} concepts */
const conceptSteps = (concepts) => [
	node(
		'Concepts',
		'n8n-nodes-base.set',
		{ mode: 'raw', jsonOutput: JSON.stringify({ concepts }), options: {} },
		{ typeVersion: 3.4 },
	),
	node('One by one', 'n8n-nodes-base.splitOut', { fieldToSplitOut: 'concepts', options: {} }),
];

/** Called by a webhook of the same name. @param {string} name @param {readonly Json[]} concepts */
export function gateWorkflow(name, concepts) {
	return row(
		name,
		[
			node(
				'Called',
				'n8n-nodes-base.webhook',
				{ path: name, httpMethod: 'POST' },
				{ typeVersion: 2, webhookId: name },
			),
			node('Begin', 'n8n-nodes-greenlight.sharedStateStore', {
				resource: 'run',
				operation: 'start',
				brief: 'A rooftop chase',
			}),
			...conceptSteps(concepts),
			node('Gate', 'n8n-nodes-greenlight.humanGate', { title: 'Which concepts?' }),
		],
		['After', 'After', 'After', 'After'],
	);
}

/** What a person sees and chooses of each concept, with what n8n's form has: text, a choice and a note. */
const FIELDS = `={{ JSON.stringify($input.all().flatMap(({ json }) => [
	{ fieldType: 'html', elementName: json.id, html: '<h2>' + json.title + '</h2><h3>Logline</h3><p>' + json.logline + '</p><h3>Look</h3><p>' + json.look
		+ '</p><h3>Beats</h3><ul>' + json.beats.map((beat) => '<li>' + beat + '</li>').join('') + '</ul><h3>Palette</h3><p>' + json.palette.join(', ')
		+ '</p><h3>Tone</h3><p>' + json.tone.join(', ') + '</p><h3>Why It Fits</h3><p>' + json.whyItFits + '</p>' },
	{ fieldLabel: 'Decision ' + json.id, fieldType: 'dropdown', fieldOptions: { values: [{ option: 'Approve' }, { option: 'Reject' }, { option: 'Redirect' }] } },
	{ fieldLabel: 'Note ' + json.id, fieldType: 'textarea' },
])) }}`;

/** n8n's form at the path of the same name, and its second page with the concepts. @param {string} name @param {readonly Json[]} concepts */
export function formWorkflow(name, concepts) {
	return row(
		name,
		[
			node(
				'Asked',
				'n8n-nodes-base.formTrigger',
				{ formTitle: 'Begin', formFields: { values: [{ fieldLabel: 'Name' }] }, options: { path: name } },
				{ typeVersion: 2.2, webhookId: name },
			),
			...conceptSteps(concepts),
			node(
				'Page',
				'n8n-nodes-base.form',
				{ defineForm: 'json', jsonOutput: FIELDS, options: { formTitle: 'Which concepts?' } },
				{ typeVersion: 2.3 },
			),
		],
		['After'],
	);
}

/** Answers with the links of all open reviews. @param {string} name */
export function linksWorkflow(name) {
	return row(name, [
		node(
			'Called',
			'n8n-nodes-base.webhook',
			{ path: name, httpMethod: 'POST', responseMode: 'lastNode' },
			{ typeVersion: 2, webhookId: name },
		),
		node(
			'Open reviews',
			'n8n-nodes-greenlight.sharedStateStore',
			{ resource: 'review', operation: 'getAll', reviewStatus: 'open', limit: 1000 },
			{ alwaysOutputData: true },
		),
		node(
			'Links',
			'n8n-nodes-base.set',
			{
				mode: 'raw',
				jsonOutput:
					'={{ JSON.stringify({ links: $input.all().map(({ json }) => json.link).filter(Boolean) }) }}',
				options: {},
			},
			{ typeVersion: 3.4, executeOnce: true },
		),
	]);
}
