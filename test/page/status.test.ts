/** What the status page and the page after a form say in each state. */
import { areByStandIn, renderEnding, renderStatus } from '../../nodes/shared/status';
import { runOf, statusFrameOf, STATUS_STATES } from './statusStates';

const textOf = (html: string) =>
	html
		.replace(/^.*<body>/gs, '')
		.replace(/<[^>]+>/g, ' ')
		.replace(/&#39;/g, "'")
		.replace(/\s+/g, ' ');
const pageOf = (name: string) => STATUS_STATES[name]?.() ?? { status: 0, headers: {}, html: '' };
const linksIn = (html: string) => [...html.matchAll(/<a [^>]*>(.*?)<\/a>/g)].map(([, text]) => text);

it.each([
	['statusUnderWay', 200, 'The run is under way', '15', ['Stop that']],
	[
		'statusWaiting',
		200,
		'“Storyboard concepts”: 2 of 3 pieces to decide.',
		'60',
		[
			'Review the work',
			'Review the work',
			'Download the contact sheet',
			'Download everything as ZIP',
			'Stop that',
		],
	],
	[
		'statusWaitingWithoutButton',
		200,
		'2 pieces wait for a person to decide',
		undefined,
		['Reload by itself'],
	],
	['statusDecided', 200, 'The run goes on in a moment', '60', ['Stop that']],
	['statusExpired', 200, 'The time to decide is over', '60', ['Stop that']],
	[
		'statusFinished',
		200,
		'2 pieces are approved.',
		undefined,
		['Download the contact sheet', 'Download everything as ZIP'],
	],
	['statusFinishedUnapproved', 200, '$0.011, and 2 calls of unknown price', undefined, []],
	['statusEscalated', 200, 'With Ana: nothing passed.', '60', ['Stop that']],
	['statusStalled', 200, '2 concepts never came.', '60', ['Stop that']],
	['statusCrashed', 200, 'nothing that is on record gets lost', '60', ['Stop that']],
	['statusStopped', 200, 'Stopped by Ana.', undefined, []],
	[
		'statusForReviewer',
		200,
		'can see this, until 5 April 2026 at 19:00 CEST . Nothing can be decided here.',
		undefined,
		['Download the contact sheet', 'Download everything as ZIP'],
	],
	['statusLinkOver', 410, 'This link has run out', undefined, []],
	['statusNotValid', 404, 'This link does not work', undefined, []],
	['statusUnavailable', 503, 'The database does not answer.', undefined, []],
	['formSent', 200, 'Rooftop Chase Thank you, the run has started', undefined, ['See how the run stands']],
	['formFailed', 200, 'The API key was refused. Check the credential.', undefined, []],
])('the page "%s"', (name, status, text, refresh, links) => {
	const page = pageOf(name);

	expect(page.status).toBe(status);
	expect(textOf(page.html)).toContain(text);
	expect(linksIn(page.html)).toEqual(links);
	expect(page.headers.Refresh).toBe(refresh);
});

it('counts the work by where it stands, with cost and estimate', () => {
	expect(textOf(pageOf('statusUnderWay').html)).toContain(
		'Work 3 pieces: 1 approved, 1 with a person, 1 in work. Cost $0.011 Estimate at the start about $0.04',
	);
});

it('names no amount where the offline stand-in answers, and says why', () => {
	for (const [name, said] of [
		[
			'statusByStandIn',
			'Cost Nothing. The offline stand-in answers in place of Gemini, and charges nothing.',
		],
		['formSentToStandIn', 'It costs nothing: the offline stand-in answers in place of Gemini.'],
	] as const) {
		expect(textOf(pageOf(name).html)).toContain(said);
		expect(textOf(pageOf(name).html)).not.toMatch(/\$|Estimate/);
	}
});

it.each([
	[['stand-in-for-gemini-3.8-flash'], true],
	[['stand-in-for-gemini-3.8-flash', 'gemini-3.8-flash'], false],
	[[], false],
	[[undefined], false],
])('with answers of the models %p the stand-in wrote it: %p', (models, expected) => {
	const calls = models.map((model) => ({ state: 'answered', answer: { model } }));
	expect(areByStandIn([...calls, { state: 'started' }] as never)).toBe(expected);
});

it('says how many pieces wait in all, and whose decision it is', () => {
	const waiting = (more: object) =>
		textOf(
			renderStatus(
				runOf(undefined, {
					reviews: [{ title: 'A', pieces: ['a', 'b'], decided: 1, status: 'open', ...more }],
				}),
				statusFrameOf(),
			).html,
		);
	expect(waiting({ link: 'https://n8n.example/1' })).toContain('1 piece waits for your decision');
	expect(waiting({})).toContain('1 piece waits for a person to decide');
});

it('says nothing of money and of single steps to who decided', () => {
	const said = textOf(pageOf('statusForReviewer').html);
	expect(said).toContain('3 pieces: 1 approved');
	expect(said).not.toMatch(/\$|Cost|Last step/);
});

it('says nothing of an estimate that nobody made', () => {
	const { estimateUsd: _, ...run } = runOf();
	expect(renderStatus(run, statusFrameOf()).html).not.toContain('Estimate');
	expect(renderEnding({ title: 'A', statusUrl: '' }).html).not.toContain('$');
	expect(textOf(pageOf('formSent').html)).toContain('It will cost about $0.04.');
});

it.each([
	[0, '$0.00'],
	[0.0004, 'less than $0.001'],
	[0.0114, '$0.011'],
	[0.0996, '$0.10'],
	[1.239, '$1.24'],
])('writes %d as %s', (costUsd, written) => {
	expect(textOf(renderStatus(runOf(undefined, { costUsd }), statusFrameOf()).html)).toContain(
		`Cost ${written}`,
	);
});

it('names the other person too, when some pieces wait for one and the rest for a review', () => {
	const note = 'With Ana: one never passed.';
	const { reviews } = runOf(undefined, {
		reviews: [{ title: 'Storyboard', pieces: ['a'], decided: 0, status: 'open' }],
	});
	const said = (more: Parameters<typeof runOf>[1]) =>
		textOf(renderStatus(runOf(undefined, { note, reviews, ...more }), statusFrameOf()).html);

	expect(said({ status: 'escalated' })).toContain(note);
	expect(said({ status: 'waiting' })).not.toContain(note);
});
