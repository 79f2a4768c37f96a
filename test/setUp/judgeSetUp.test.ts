/** What the check of the set-up says: every way to break it is named, and a good one gives no alarm. */
import { PipelineError } from '../../nodes/shared/errors';
import { judgeSetUp, type Finding, type SetUpFacts } from '../../nodes/shared/setUp';
import type { SeenProcess } from '../../nodes/shared/state';

const OWN = {
	role: 'worker',
	host: 'w1',
	pid: 11,
	node: '24.21.0',
	n8n: '2.41.1',
	greenlight: '0.1.0',
	queueMode: true,
	state: 'PostgreSQL db:5432/greenlight',
	address: 'https://n8n.example.com/',
	unverifiedPackages: true,
} as const;
const seen = (given: Partial<SeenProcess>): SeenProcess => ({
	...OWN,
	processId: `p${given.pid ?? OWN.pid}`,
	heardMsAgo: 1_000,
	clockAheadMs: 40,
	...given,
});
const of = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
	status,
	body,
	headers,
});
const GATE = { 'content-security-policy': "default-src 'none'; sandbox", 'x-robots-tag': 'noindex' };
const URL_OF_EXECUTION = 'https://n8n.example.com/webhook-waiting/5?signature=secret';
const RUNNING = of(409, { code: 409, message: 'The execution "5" is running already.' });

const QUEUE: SetUpFacts = {
	own: OWN,
	store: { works: true },
	processes: [
		seen({}),
		seen({ host: 'w2', pid: 12 }),
		seen({ role: 'webhook', host: 'h', pid: 13 }),
		seen({ role: 'main', host: 'm', pid: 14 }),
	],
	workers: 2,
	freeBytes: 8e9,
	address: { kind: 'answered', url: URL_OF_EXECUTION, reply: RUNNING },
	signedLink: { kind: 'answered', reply: of(200, '<html>', GATE), notice: '' },
	gemini: { kind: 'listed', model: 'gemini-3.8-flash', apiVersion: 'V1', isListed: true, other: undefined },
	savesProgress: true,
};
const ALONE = { ...OWN, role: 'main', queueMode: false, state: 'the file /home/n8n/state.sqlite' } as const;
const REGULAR: SetUpFacts = {
	...QUEUE,
	own: ALONE,
	processes: [seen({ ...ALONE, clockAheadMs: 0 })],
	workers: undefined,
};

const failed = (
	code: ConstructorParameters<typeof PipelineError>[0],
	message: string,
): SetUpFacts['store'] => ({
	works: false,
	failure: new PipelineError(code, message).toFailure(),
});
const alarms = (facts: SetUpFacts): Finding[] => judgeSetUp(facts).filter(({ status }) => status !== 'good');
const named = (facts: SetUpFacts): string[] => alarms(facts).map(({ check, status }) => `${check} ${status}`);
const others = QUEUE.processes?.slice(1) ?? [];

it.each([
	['regular mode', REGULAR],
	['queue mode', QUEUE],
])('gives no alarm on a good set-up in %s', (_mode, facts) => {
	expect(alarms(facts)).toEqual([]);
});

describe('what is broken is named, and nothing else', () => {
	const broken: Array<[string, SetUpFacts, string[], RegExp]> = [
		[
			'the package is missing on a worker, or the worker keeps its state elsewhere',
			{ ...QUEUE, workers: 3 },
			['workers notSeen'],
			/^3 should be there, and this state has heard of 2 workers with Greenlight and this state \(worker w1 \(11\), worker w2 \(12\)\)/,
		],
		[
			'a worker that died counts no longer',
			{ ...QUEUE, processes: [seen({}), seen({ pid: 12, heardMsAgo: 200_000 }), ...others.slice(1)] },
			['workers notSeen'],
			/heard of 1 worker with/,
		],
		[
			'the process that serves pages keeps its state elsewhere',
			{ ...QUEUE, signedLink: { kind: 'answered', reply: of(500, '<html>', GATE), notice: 'unavailable' } },
			['sameState problem'],
			/does not find a review in its state that this process finds in its own/,
		],
		[
			'WEBHOOK_URL is not set',
			{
				...REGULAR,
				own: { ...ALONE, address: '' },
				processes: [seen({ ...ALONE, address: '' })],
				address: { kind: 'answered', url: 'http://localhost:5678/webhook-waiting/5', reply: RUNNING },
			},
			['webAddress problem'],
			/not set, so links to reviews begin with http:\/\/localhost:5678, which works on this machine only/,
		],
		[
			'WEBHOOK_URL differs between processes',
			{ ...QUEUE, processes: [seen({}), seen({ pid: 12, address: '' })] },
			['webAddress problem'],
			/in worker w1 \(12\) not set/,
		],
		[
			'WEBHOOK_URL cannot be reached',
			{ ...REGULAR, address: { kind: 'unreachable', url: URL_OF_EXECUTION, detail: 'ECONNREFUSED' } },
			['webAddress problem'],
			/cannot open its own address https:\/\/n8n.example.com \(ECONNREFUSED\)/,
		],
		[
			'WEBHOOK_URL is that of another n8n',
			{
				...REGULAR,
				address: { kind: 'answered', url: URL_OF_EXECUTION, reply: of(404, { code: 404, message: 'no' }) },
			},
			['webAddress problem'],
			/does not know this execution/,
		],
		[
			'a login page stands before n8n',
			{
				...REGULAR,
				address: { kind: 'answered', url: URL_OF_EXECUTION, reply: of(401, 'Log in') },
				signedLink: { kind: 'answered', reply: of(401, 'Log in'), notice: '' },
			},
			['webAddress problem', 'signedLinks notSeen'],
			/something else answers in place of n8n \(401\)/,
		],
		[
			'a proxy breaks the signature by what it adds',
			{
				...REGULAR,
				signedLink: {
					kind: 'answered',
					reply: of(401, '<html>', { 'content-security-policy': 'sandbox allow-forms' }),
					notice: '',
				},
			},
			['signedLinks problem'],
			/comes back changed/,
		],
		[
			'a proxy breaks the signature by what it takes away',
			{
				...REGULAR,
				address: { kind: 'answered', url: URL_OF_EXECUTION, reply: of(401, { error: 'Invalid token' }) },
			},
			['signedLinks problem'],
			/comes back changed/,
		],
		[
			'Node.js is too old',
			{ ...QUEUE, processes: [seen({}), seen({ pid: 12, node: '22.22.0' })] },
			['node problem'],
			/needs Node.js 24, and worker w1 \(12\) has 22.22.0/,
		],
		[
			'n8n is too old',
			{
				...REGULAR,
				own: { ...ALONE, n8n: '2.38.4' },
				processes: [seen({ ...ALONE, n8n: '2.38.4' })],
			},
			['n8n problem'],
			/needs n8n 2.39 or newer, and main w1 \(11\) is n8n 2.38.4/,
		],
		[
			'processes have different versions of Greenlight',
			{ ...QUEUE, processes: [seen({}), seen({ pid: 12, greenlight: '0.0.9' })] },
			['sameVersions problem'],
			/Not all processes have the same Greenlight: worker w1 \(11\) has 0.1.0, worker w1 \(12\) has 0.0.9/,
		],
		[
			'the key does not work',
			{
				...REGULAR,
				gemini: {
					kind: 'refused',
					failure: new PipelineError('auth', 'Gemini refused the key.').toFailure(),
				},
			},
			['geminiKey problem', 'model notSeen'],
			/^Gemini refused the key.$/,
		],
		[
			'the model wants the other API version',
			{
				...REGULAR,
				gemini: {
					kind: 'listed',
					model: 'gemini-4-preview',
					apiVersion: 'V1',
					isListed: false,
					other: { apiVersion: 'V1 Beta', isListed: true },
				},
			},
			['model problem'],
			/gemini-4-preview is not offered with V1, but with V1 Beta/,
		],
		[
			'a clock is wrong',
			{ ...QUEUE, processes: [seen({}), seen({ pid: 12, clockAheadMs: -90_000 })] },
			['clocks problem'],
			/worker w1 \(12\) is 90 seconds behind/,
		],
		['the disk is nearly full', { ...REGULAR, freeBytes: 3e6 }, ['disk problem'], /Only 3 MB are free/],
		[
			'the disk of the state is full',
			{ ...REGULAR, store: failed('store_unavailable', 'The disk is full, so nothing was saved.') },
			['state problem'],
			/The disk is full/,
		],
		[
			'the state is a file in queue mode',
			{
				...QUEUE,
				store: failed('store_refused', 'This n8n runs in queue mode.'),
				processes: undefined,
				signedLink: { kind: 'noReview' },
			},
			['state problem', 'signedLinks notSeen', 'sameState notSeen', 'workers notSeen', 'clocks notSeen'],
			/queue mode/,
		],
		[
			'a file is used by several machines',
			{
				...QUEUE,
				own: { ...OWN, state: 'the file /n8n/state.sqlite' },
			},
			['sharedFile problem'],
			/processes on several machines use it: worker w1 \(11\), worker w2 \(12\), webhook h \(13\), main m \(14\)\./,
		],
		[
			'unverified packages are off',
			{ ...QUEUE, processes: [seen({}), seen({ pid: 12, unverifiedPackages: false })] },
			['unverifiedPackages problem'],
			/by worker w1 \(12\)/,
		],
		[
			'n8n 3 has unverified packages off by itself',
			{
				...REGULAR,
				own: { ...ALONE, n8n: '3.0.1' },
				processes: [seen({ ...ALONE, n8n: '3.0.1', unverifiedPackages: null })],
			},
			['unverifiedPackages problem'],
			/n8n 3 does not load it/,
		],
		['saved progress is off', { ...REGULAR, savesProgress: false }, ['savedProgress problem'], /It is off/],
	];
	it.each(broken)('%s', (_name, facts, expected, why) => {
		expect(named(facts)).toEqual(expected);
		expect(alarms(facts)[0]?.why).toMatch(why);
		for (const { nextStep } of alarms(facts)) expect(nextStep).toMatch(/^[A-Z].*\.$/);
	});
});

it('never takes for good what nobody could see', () => {
	const facts: SetUpFacts = {
		...QUEUE,
		own: { ...OWN, n8n: null },
		processes: [seen({ n8n: null })],
		workers: undefined,
		freeBytes: undefined,
		signedLink: { kind: 'noReview' },
		gemini: { kind: 'notAsked' },
		savesProgress: undefined,
	};
	expect(named(facts).sort()).toEqual(
		['disk', 'geminiKey', 'model', 'n8n', 'sameState', 'savedProgress', 'signedLinks', 'workers'].map(
			(check) => `${check} notSeen`,
		),
	);
});

it('gives away no signature', () => {
	const all = judgeSetUp({
		...REGULAR,
		address: { kind: 'unreachable', url: URL_OF_EXECUTION, detail: 'x' },
	});
	expect(JSON.stringify(all)).not.toContain('secret');
});

it.each([
	['https://n8n.example.com', 'https://n8n.example.com leads to this n8n.'],
	[
		'http://localhost:5678',
		'http://localhost:5678 leads to this n8n. That works on this machine only: reviewers elsewhere cannot open it.',
	],
])('says for whom the address %s is good', (origin, message) => {
	const url = `${origin}/webhook-waiting/5`;
	const own = { ...ALONE, address: `${origin}/` };
	const address = { kind: 'answered', url, reply: RUNNING } as const;
	const findings = judgeSetUp({ ...REGULAR, own, processes: [seen({ ...own, clockAheadMs: 0 })], address });
	expect(findings.find(({ check }) => check === 'webAddress')).toMatchObject({
		status: 'good',
		why: message,
	});
});

it('does not say of an address that n8n put together from a public name that it works on one machine only', () => {
	const own = { ...ALONE, address: '' };
	const [alarm] = alarms({ ...REGULAR, own, processes: [seen({ ...own, clockAheadMs: 0 })] });
	expect(alarm?.why).toBe(
		'WEBHOOK_URL is not set, so links to reviews begin with https://n8n.example.com, as n8n puts it together.',
	);
});
