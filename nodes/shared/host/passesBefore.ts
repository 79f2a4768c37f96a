import type { IExecuteFunctions } from 'n8n-workflow';
import { executionRecord, type Source } from './engine';

/** What left a step earlier and led to what it is given now. */
export interface PassBefore {
	output: number;
	/** Runs of the items that left by that output. */
	runIds: string[];
	/** What lies between that pass and the next one of this step: a Human Gate, or Loop Over Items with its next piece. */
	through: 'gate' | 'loop' | undefined;
}

const GATE = /greenlight\.humanGate@/;
const LOOP = /\.splitInBatches@(\d+)/;

/**
 * The passes of this step from which its present input has come, by n8n's own list of which step was given what by which.
 * Empty where n8n does not show it.
 */
export function passesBefore(context: IExecuteFunctions, inputs: readonly number[]): PassBefore[] {
	const record = executionRecord(context);
	if (record === undefined) return [];
	const { own, given, typeOf } = record;
	const known = new Map<string, ReturnType<typeof record.passes>>();
	const passesOf = (node: string): ReturnType<typeof record.passes> => {
		const passes = known.get(node) ?? record.passes(node);
		known.set(node, passes);
		return passes;
	};
	const found: PassBefore[] = [];
	const seen = new Set<string>();
	const toSee: Array<{ source: Source; through: PassBefore['through'] }> = [];
	const add = (sources: readonly Source[], through?: PassBefore['through']): void => {
		for (const source of sources) toSee.push({ source, through });
	};
	add(given(inputs));
	add(sourcesOfHeld(passesOf(own).length));
	for (let next = toSee.pop(); next !== undefined; next = toSee.pop()) {
		const { source, through } = next;
		const name = JSON.stringify([source.node, source.pass]);
		if (seen.has(name)) continue;
		seen.add(name);
		const pass = passesOf(source.node)[source.pass];
		if (source.node === own) {
			const items = pass?.outputs[source.output] ?? [];
			const runIds = items.flatMap((item) => Object(item).json?.runId ?? []);
			found.push({ output: source.output, runIds, through });
			add(pass?.sources ?? []);
			add(sourcesOfHeld(source.pass));
		} else {
			add(pass?.sources ?? [], throughOf(source, typeOf(source.node)) ?? through);
		}
	}
	return found;

	/** Of the passes right before, in which this step held what came: it may leave by this one. */
	function sourcesOfHeld(pass: number): Source[] {
		const before = passesOf(own).slice(0, pass);
		const last = before.findLastIndex(({ outputs }) => outputs.some((items) => items.length > 0));
		return before.slice(last + 1).flatMap(({ sources }) => sources);
	}
}

function throughOf({ output }: Source, type: string): PassBefore['through'] {
	if (GATE.test(type)) return 'gate';
	const loop = LOOP.exec(type);
	// Its other output says that the loop is over.
	return loop !== null && output === (Number(loop[1]) >= 3 ? 1 : 0) ? 'loop' : undefined;
}
