import { shareOf, type PipelineReport, type StepReport } from './reliabilityReport';
import type { Check, Judgement, Line, StepCalls } from './runTally';

interface Counts {
	right: number;
	of: number;
}

interface StepSums {
	node: string;
	kind: StepReport['kind'];
	first: Counts;
	inTheEnd: Counts;
	runsFirst: Counts;
	runsInTheEnd: Counts;
	unchecked: number;
	notKnown: number;
}

/** What is said of a piece of one step in one run. */
interface Said {
	first: Judgement;
	inTheEnd: Judgement;
}

/** The sums of one workflow's runs. */
export class PipelineTally {
	private runs = 0;
	private finished = 0;
	private readonly without = { right: 0, wrong: 0, notKnown: 0 };
	/** In the order in which runs meet them. */
	private readonly steps = new Map<string, StepSums>();
	private readonly calls = new Map<string, StepCalls>();

	constructor(private readonly workflowId: string) {}

	/** Calls count also of runs that go on. */
	addCalls(calls: ReadonlyMap<string, StepCalls>): void {
		for (const [node, more] of calls) {
			const known = this.calls.get(node);
			this.calls.set(node, known === undefined ? { ...more } : addUp(known, more));
		}
	}

	/** A run that has ended. */
	addRun(isFinished: boolean, first: Judgement, lines: readonly Line[], checks: readonly Check[]): void {
		this.runs++;
		if (isFinished) this.finished++;
		this.without[first === 'unchecked' ? 'right' : first]++;
		for (const [kind, of] of Map.groupBy(lines, ({ kind }) => kind)) {
			for (const [node, said] of Map.groupBy(of, ({ node }) => node)) this.addStep(node, kind, said);
		}
		const judged = (isRight: boolean): Judgement => (isRight ? 'right' : 'wrong');
		for (const [node, of] of Map.groupBy(checks, ({ node }) => node)) {
			const said = of.map(({ first: atFirst, inTheEnd }) => ({
				first: judged(atFirst),
				inTheEnd: judged(inTheEnd),
			}));
			this.addStep(node, 'checks', said);
		}
	}

	report(): PipelineReport {
		const steps = [...this.steps.values()].map((sums) => this.stepReport(sums));
		const makers = steps.filter(({ kind }) => kind !== 'checks');
		const { right, wrong, notKnown } = this.without;
		return {
			workflowId: this.workflowId,
			runs: this.runs,
			steps,
			finished: {
				measured: shareOf(this.finished, this.runs),
				predicted: productOf(makers.map(({ runs }) => runs.inTheEnd.share)),
			},
			withoutChecks: {
				measured: shareOf(right, right + wrong),
				predicted: productOf(makers.map(({ runs }) => runs.first.share)),
				notKnown,
			},
		};
	}

	private addStep(node: string, kind: StepReport['kind'], said: readonly Said[]): void {
		const key = `${kind} ${node}`;
		const none = (): Counts => ({ right: 0, of: 0 });
		const sums: StepSums = this.steps.get(key) ?? {
			node,
			kind,
			first: none(),
			inTheEnd: none(),
			runsFirst: none(),
			runsInTheEnd: none(),
			unchecked: 0,
			notKnown: 0,
		};
		this.steps.set(key, sums);
		const firsts = said.map(({ first }) => first);
		const ends = said.map(({ inTheEnd }) => inTheEnd);
		sums.unchecked += firsts.filter((first) => first === 'unchecked').length;
		sums.notKnown += firsts.filter((first) => first === 'notKnown').length;
		const known = firsts.filter((first) => first !== 'notKnown');
		for (const first of known) tick(sums.first, isRight(first));
		for (const end of ends) tick(sums.inTheEnd, isRight(end));
		// One that is wrong decides it, whatever is not known of the others.
		if (known.length === firsts.length || firsts.includes('wrong'))
			tick(sums.runsFirst, firsts.every(isRight));
		tick(sums.runsInTheEnd, ends.every(isRight));
	}

	private stepReport({ node, kind, ...sums }: StepSums): StepReport {
		const calls = this.calls.get(node);
		const share = ({ right, of }: Counts) => shareOf(right, of);
		return {
			step: node.slice(node.indexOf('/') + 1),
			node,
			kind,
			pieces: {
				first: share(sums.first),
				inTheEnd: share(sums.inTheEnd),
				unchecked: sums.unchecked,
				notKnown: sums.notKnown,
			},
			runs: { first: share(sums.runsFirst), inTheEnd: share(sums.runsInTheEnd) },
			calls: kind === 'others' ? 0 : (calls?.calls ?? 0),
			failedCalls: kind === 'others' ? 0 : (calls?.failed ?? 0),
			costUsd: kind === 'others' ? 0 : (calls?.costUsd ?? 0),
			unpriced: kind === 'others' ? 0 : (calls?.unpriced ?? 0),
		};
	}
}

function tick(counts: Counts, right: boolean): void {
	counts.of++;
	if (right) counts.right++;
}

function isRight(judgement: Judgement): boolean {
	return judgement === 'right' || judgement === 'unchecked';
}

function addUp(a: StepCalls, b: StepCalls): StepCalls {
	return {
		calls: a.calls + b.calls,
		repeated: a.repeated + b.repeated,
		failed: a.failed + b.failed,
		costUsd: a.costUsd + b.costUsd,
		unpriced: a.unpriced + b.unpriced,
		laterRoundsUsd: a.laterRoundsUsd + b.laterRoundsUsd,
	};
}

/** As if the steps failed independently of each other. */
function productOf(shares: ReadonlyArray<number | null>): number | null {
	if (shares.length === 0) return null;
	return shares.reduce<number | null>(
		(product, share) => (product === null || share === null ? null : product * share),
		1,
	);
}
