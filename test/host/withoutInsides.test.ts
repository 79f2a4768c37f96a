/** The pipeline in n8n's engine, with each of the untyped insides hidden from the nodes: it ends, and it fails closed. */
import type { IExecuteFunctions, INodeType } from 'n8n-workflow';
import { greenlightTypes, runWorkflow, useEngine } from '../support/engine';
import { keepIf, other, typesOf } from '../support/flow';
import { concept } from '../support/scriptedGemini';
import { DONE, ESCALATE, spotless, storyboard, timesWritten, useGemini } from '../support/storyboard';

type Change = (context: Record<string, unknown>) => Record<string, unknown>;

const withoutMember =
	(path: string[]): Change =>
	(context) => {
		const [first = '', ...rest] = path;
		const value = context[first];
		if (rest.length === 0) return { [first]: undefined };
		const copy = typeof value === 'object' && value !== null ? { ...value } : {};
		return { [first]: Object.assign(Object.create(null), copy, withoutMember(rest)(Object(copy))) };
	};

const GONE: Array<[string, Change]> = [
	['runExecutionData', withoutMember(['runExecutionData'])],
	['resumeToken', withoutMember(['runExecutionData', 'resumeToken'])],
	['nodeExecutionStack', withoutMember(['runExecutionData', 'executionData', 'nodeExecutionStack'])],
	['getParentNodes', withoutMember(['getParentNodes'])],
	['onExecutionFinish', withoutMember(['onExecutionFinish'])],
];
const SHOWS_STACK = ['resumeToken', 'onExecutionFinish'];
const HAS_HOOK = ['resumeToken', 'nodeExecutionStack', 'getParentNodes', 'runExecutionData'];

function typesWithout(change: Change): Record<string, INodeType> {
	return Object.fromEntries(
		Object.entries(greenlightTypes()).map(([name, type]) => {
			const execute = type.execute;
			const wrapped: INodeType = Object.create(type);
			wrapped.execute = async function (this: IExecuteFunctions) {
				const hidden = change(this as unknown as Record<string, unknown>);
				const context = new Proxy(this, {
					get(target, member) {
						if (typeof member === 'string' && member in hidden) return hidden[member];
						const value: unknown = Reflect.get(target, member);
						return typeof value === 'function' ? value.bind(target) : value;
					},
				});
				return (await execute?.call(context)) ?? [];
			};
			return [name, wrapped];
		}),
	);
}

describe.each(GONE)('without %s', (name, change) => {
	const engine = useEngine();
	const model = useGemini();
	const types = typesWithout(change);
	const status = async (runId: unknown) => (await (await engine.store()).getRun(String(runId))).status;

	it('the pipeline retries, ends and is finished', async () => {
		model().script.concept = (number) => (number === 1 ? spotless(number) : concept(number));
		const ran = await runWorkflow(storyboard(), { geminiUrl: model().url, types });

		expect(ran.error).toBeUndefined();
		expect(ran.out('Router', DONE).map(({ title }) => title)).toEqual([
			'Concept 0',
			'Concept 3',
			'Concept 2',
		]);
		expect(await status(ran.out('Router', DONE)[0]?.runId)).toBe('finished');
	});

	it('stops at the cap and asks a person', async () => {
		model().script.concept = spotless;
		const ran = await runWorkflow(storyboard(), { geminiUrl: model().url, types });

		expect(ran.out('Router', DONE)).toEqual([]);
		expect(ran.out('Person')).toHaveLength(3);
		expect(timesWritten(model())).toBe(7);
	});

	it('a generator that fails altogether still reaches a person', async () => {
		model().script.fail = () => ({
			status: 400,
			body: { error: { code: 400, message: 'no', status: 'INVALID_ARGUMENT' } },
		});
		const ran = await runWorkflow(storyboard(), { geminiUrl: model().url, types });

		expect(ran.out('Router', ESCALATE)).toHaveLength(3);
	});

	it('waits for what state knows of, and never calls the run finished while a piece is missing', async () => {
		const ran = await runWorkflow(storyboard({ beforeCheck: [other('Filter')], router: { attempts: 1 } }), {
			geminiUrl: model().url,
			types: { ...types, ...typesOf({ Filter: keepIf(({ slot }) => slot !== 2) }) },
		});

		expect(ran.out('Router', DONE)).toEqual([]);
		expect(ran.out('Router', ESCALATE)).toHaveLength(SHOWS_STACK.includes(name) ? 3 : 0);
		const [run] = await (await engine.store()).listRuns({ limit: 1 });
		expect(run?.status).toBe(
			SHOWS_STACK.includes(name) ? 'escalated' : HAS_HOOK.includes(name) ? 'stalled' : 'open',
		);
	});

	it('the same run key asks nothing twice: no key hangs on what is gone', async () => {
		const json = storyboard({ write: { options: { runKey: `without ${name}` } } });
		const first = await runWorkflow(json, { geminiUrl: model().url });
		const asked = model().asked.length;
		const second = await runWorkflow(json, { geminiUrl: model().url, types });

		expect(model().asked).toHaveLength(asked);
		expect(second.out('Router', DONE).map(({ artefactId }) => artefactId)).toEqual(
			first.out('Router', DONE).map(({ artefactId }) => artefactId),
		);
	});
});
