/** What the panel of the Style Validator shows, as n8n itself decides it. */
import { NodeHelpers, type INode, type INodeParameters } from 'n8n-workflow';
import { StyleValidator } from '../../nodes/StyleValidator/StyleValidator.node';

const { description } = new StyleValidator();

/** The parameters as n8n keeps them, and the names of the fields and credentials that are on screen with them. */
function shownWith(typed: INodeParameters): { parameters: INodeParameters; shown: string[] } {
	const node: INode = {
		id: 'n1',
		name: 'Check',
		type: 'n8n-nodes-greenlight.styleValidator',
		typeVersion: 1,
		position: [0, 0],
		parameters: typed,
	};
	const parameters =
		NodeHelpers.getNodeParameters(description.properties, typed, true, false, node, description) ?? {};
	const shown = [...description.properties, ...(description.credentials ?? [])]
		.filter((each) => NodeHelpers.displayParameter(parameters, each, node, description))
		.map(({ name }) => name);
	return { parameters, shown };
}

it('shows a workflow from before there were operations as it was', () => {
	const { parameters, shown } = shownWith({ rules: { rows: [{ kind: 'bannedWords', words: 'x' }] } });
	expect(parameters).toMatchObject({ operation: 'validate', judgedBy: 'gemini', rulesFrom: 'rows' });
	expect(shown).toEqual(expect.arrayContaining(['rules', 'model', 'greenlightGeminiApi']));
	expect(shown).not.toEqual(expect.arrayContaining(['prose']));
});

it('asks for no key where judged rules are left to a person, and where nothing is asked', () => {
	for (const typed of [{ judgedBy: 'nobody' }, { operation: 'calibrate' }]) {
		const { shown } = shownWith(typed);
		expect(shown.filter((name) => /authentication|model|Gemini|Palm/.test(name))).toEqual([]);
	}
});

it('asks for the key in Compile Guide, also where another operation had left it out', () => {
	const { parameters, shown } = shownWith({ operation: 'compileGuide', judgedBy: 'nobody', prose: 'x' });
	expect(parameters).not.toHaveProperty('judgedBy');
	expect(shown).toEqual(
		expect.arrayContaining(['prose', 'acceptNotice', 'authentication', 'model', 'greenlightGeminiApi']),
	);
	expect(
		shown.filter((name) => /^(rules|rulesFrom|guide|guideField|guideRun|days|lookAt)$/.test(name)),
	).toEqual([]);
});

it.each([
	['rows', ['rules']],
	['json', ['guide']],
	['state', ['guideField', 'guideRun']],
	['accepted', ['guideRun']],
])('shows for rules from %s what they need, and no more', (rulesFrom, fields) => {
	const { shown } = shownWith({ rulesFrom });
	expect(shown.filter((name) => /^(rules|guide|guideField|guideRun)$/.test(name))).toEqual(fields);
});

it('shows in Calibrate what it looks at', () => {
	expect(shownWith({ operation: 'calibrate' }).shown).toEqual(
		expect.arrayContaining(['lookAt', 'days', 'run', 'keepStateIn']),
	);
	expect(shownWith({ operation: 'calibrate', lookAt: 'run' }).shown).not.toContain('days');
});
