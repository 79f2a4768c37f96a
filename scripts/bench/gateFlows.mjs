/** The workflows that the bench of the gate runs: the same concepts before a Human Gate and before n8n's own Form page. */
import { beginRun, calledAt, node, to } from '../lib/steps.mjs';
import { NOIR_CONCEPTS } from '../standIn/noir.mjs';

/** @typedef {Record<string, any>} Json */

/** Steps in a row. @param {string} name @param {readonly Json[]} nodes @param {string[]} [after] What each output of the last leads to. */
function row(name, nodes, after = []) {
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

/** Concepts as the stand-in model writes them. @param {number} count @returns {Json[]} */
export function conceptsOf(count) {
	return Array.from({ length: count }, (_, index) => {
		const concept = NOIR_CONCEPTS[index % NOIR_CONCEPTS.length];
		return { id: `c${index}`, ...concept, title: `${concept?.title} ${index + 1}` };
	});
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
			calledAt(name),
			beginRun('A rooftop chase'),
			...conceptSteps(concepts),
			node('Gate', 'n8n-nodes-greenlight.humanGate', { title: 'Which concepts?' }),
		],
		['After', 'After', 'After', 'After'],
	);
}

/** What a person sees and chooses of each concept, with what n8n's form has: text, a choice and a note. */
const FIELDS = `={{ JSON.stringify($input.all().flatMap(({ json: { id, title, ...fields } }) => [
	{ fieldType: 'html', elementName: id, html: '<h2>' + title + '</h2>' + Object.entries(fields).map(([name, value]) => '<h3>' + name + '</h3>'
		+ (Array.isArray(value) ? '<ul>' + value.map((line) => '<li>' + line + '</li>').join('') + '</ul>' : '<p>' + value + '</p>')).join('') },
	{ fieldLabel: 'Decision ' + id, fieldType: 'dropdown', fieldOptions: { values: [{ option: 'Approve' }, { option: 'Reject' }, { option: 'Redirect' }] } },
	{ fieldLabel: 'Note ' + id, fieldType: 'textarea' },
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
		calledAt(name, { responseMode: 'lastNode' }),
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
