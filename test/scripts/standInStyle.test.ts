/** The stand-in plays its part in everything that the Style Validator asks: compiling a guide, and rules with levels. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { askForJson, openGemini, type AskDeps } from '../../nodes/shared/model';
import {
	buildCompileRequest,
	buildJudgeRequest,
	parseGuide,
	readCompiled,
	readRulings,
	type JudgedRule,
} from '../../nodes/shared/style';

const SCRIPT = join(__dirname, '..', '..', 'scripts', 'standInModel.mjs');
const ASKED = { model: 'gemini-3.8-flash', options: {} };
let child: ChildProcess;
let deps: AskDeps;

beforeAll(async () => {
	child = spawn(process.execPath, [SCRIPT, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
	const baseUrl = await new Promise<string>((resolve, reject) => {
		child.once('exit', () => reject(new Error('The stand-in ended.')));
		child.stdout?.on('data', (chunk: Buffer) => {
			const found = /http:\S+/.exec(chunk.toString())?.[0];
			if (found) resolve(found);
		});
	});
	const client = await openGemini({ apiKey: 'any', baseUrl, apiVersion: 'v1' });
	deps = { openClient: async () => client, clock: () => 0, sleep: async () => undefined };
});

afterAll(() => {
	child.kill();
});

it('compiles a guide in prose, each rule with its sentence', async () => {
	const prose = 'Never show a drone or a lens flare. Every image feels lived in. Prefer rain.';
	const { value } = await askForJson({ ...buildCompileRequest(prose), ...ASKED }, deps);
	expect(readCompiled(prose, value)).toMatchObject({
		rules: [
			{ kind: 'bannedWords', words: ['drone', 'lens flare'], from: 'Never show a drone or a lens flare.' },
			{ kind: 'judged', statement: 'Every image feels lived in.', severity: 'hard' },
			{ kind: 'judged', severity: 'soft' },
		],
		notCovered: [],
		leftOut: [],
	});
});

it.each(['The look is polished marble and immaculate.', 'Rust and rain.'])(
	'rules with levels: %s',
	async (look) => {
		const rules = parseGuide([
			{ kind: 'judged', statement: 'It is gritty.', levels: ['clean', 'mixed', 'gritty'], atLeast: 2 },
			{ kind: 'judged', statement: 'It is short.' },
		]).rules.filter((rule): rule is JudgedRule => rule.kind === 'judged');
		const readings = [];
		for (const reading of [1, 2] as const) {
			const request = buildJudgeRequest({ look }, rules, reading);
			const { value } = await askForJson({ ...request, ...ASKED }, deps);
			readings.push({ rules, rulings: value.rulings });
		}
		const { findings, flips } = readRulings({ look }, rules, readings);
		expect(findings.map(({ state }) => state)).not.toContain('unsure');
		expect(flips).toBe(0);
	},
);
