/** A month of a small agency's runs, made from a fixed seed: what the page is looked at with, and what attacks are put into. */
import { report, type ReliabilityReport } from '../../nodes/shared/report';
import type { LedgerEntry, LedgerRow, Run } from '../../nodes/shared/state';
import {
	AS_OF,
	GATE,
	ROUTER,
	START_MS,
	WRITE,
	call,
	decision,
	failed,
	review,
	rowsOf,
	runOf,
	sentBack,
	verdict,
	work,
} from './support';

/** Numbers from 0 to 1 that are the same each time (mulberry32). */
export function chance(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
}

const FAILURES = ['service_unavailable', 'rate_limited', 'service_unavailable', 'schema_mismatch'] as const;
const CAPTURE = { node: 'w1/Capture the intent' };

/** A run of brief, three concepts, check, router and gate, in which each thing goes wrong now and then. */
export function sampleRun(index: number, random: () => number, more: Partial<Run> = {}): LedgerRow[] {
	const isBad = (share: number): boolean => random() < share;
	const entries: LedgerEntry[] = [
		{ layer: 'state', event: 'start', note: 'It began.', by: 'start' },
		call('1/1', { ...CAPTURE, calls: isBad(0.03) ? 2 : 1, costUsd: 0.002 }),
		work('1/1', '', CAPTURE),
	];
	const ids = [1, 2, 3].map((place) => `p${place}`);
	let isLost = false;
	const code = FAILURES[Math.floor(random() * FAILURES.length)] ?? 'timeout';
	if (isBad(0.08)) {
		entries.push(
			failed(code, { node: WRITE, slot: '1/1', calls: 3, asked: 3 }),
			failed(code, { node: ROUTER }),
			...ids.map((_, place) => sentBack(undefined, { slot: String(place + 1) })),
			...ids.flatMap((id, place) => [
				call(`place ${place + 1}`, { round: 1 }),
				work(`place ${place + 1}`, `${id}@${place + 1}`, { round: 1 }),
			]),
		);
	} else {
		entries.push(call('1/1', { asked: 3, calls: isBad(0.04) ? 2 : 1, costUsd: 0.011 }));
		entries.push(work('1/1', ids.map((id, place) => `${id}@${place + 1}`).join(' ')));
	}
	const final = ids.map((id, place) => {
		const check = (what: string, outcome: string) =>
			verdict(what, outcome, { node: 'w1/Check against the style guide' });
		if (isBad(0.03)) entries.push(check(id, 'unsure'), sentBack(id, { outcome: 'check' }));
		if (!isBad(0.14)) {
			entries.push(check(id, 'pass'));
			return id;
		}
		entries.push(check(id, 'fail'), sentBack(id, { outcome: 'generate' }));
		entries.push(call(id, { round: 1, artefactId: id }), work(id, `${id}b@${place + 1}<${id}`, { round: 1 }));
		if (isBad(0.1)) {
			entries.push(
				check(`${id}b`, 'fail'),
				failed('attempts_spent', { event: 'escalated', node: ROUTER, artefactId: `${id}b` }),
			);
			isLost = true;
		} else entries.push(check(`${id}b`, 'pass'));
		return `${id}b`;
	});
	const status = isLost ? 'escalated' : isBad(0.015) ? 'crashed' : 'finished';
	if (status === 'finished') {
		entries.push(review('review', `${GATE}#1`));
		for (const id of final) {
			const isDown = isBad(0.05);
			entries.push(
				decision(id, isDown ? 'redirect' : 'approve', {
					review: `${GATE}#1`,
					isEdited: !isDown && isBad(0.04),
				}),
			);
			if (!isDown) continue;
			entries.push(
				sentBack(id, { outcome: 'revise' }),
				call(id, { round: 2 }),
				work(id, `${id}c@1<${id}`, { round: 2 }),
			);
			entries.push(decision(`${id}c`, 'approve', { review: `${GATE}#1` }));
		}
		entries.push(review('review sent', `${GATE}#1`));
	}
	const run = runOf(`run-${String(index).padStart(6, '0')}`, {
		status,
		costUsd: entries.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0),
		createdAt: new Date(START_MS + index * 3_600_000).toISOString(),
		...more,
	});
	return rowsOf(run, entries, 120_000 + Math.floor(random() * 900_000));
}

/** The report of `count` such runs, of which the last three still go on. */
export function sampleReport(count: number, title = 'All runs'): ReliabilityReport {
	const random = chance(20261122);
	const rows = Array.from({ length: count }, (_, index) =>
		sampleRun(index, random, count > 3 && index >= count - 3 ? { status: 'waiting' } : {}),
	);
	return report(rows.flat(), {
		title,
		scope: count === 1 ? 'run' : 'all',
		asOf: AS_OF,
		...(count === 1 ? {} : { begunSince: '2026-10-23T12:00:00.000Z' }),
	});
}
