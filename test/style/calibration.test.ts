import fc from 'fast-check';
import { calibrate, pairDecisions, sayCalibration, type DecidedPiece } from '../../nodes/shared/style';
import { kappa, sayShare, wilson } from '../../nodes/shared/statistics';
import { artefact, verdict } from '../support/samples';

const piece = (more: Partial<DecidedPiece> = {}): DecidedPiece => ({
	outcome: 'pass',
	score: 1,
	isHard: false,
	guideVersion: 'g-1',
	approved: true,
	...more,
});
const times = (count: number, more: Partial<DecidedPiece>): DecidedPiece[] =>
	Array.from({ length: count }, () => piece(more));

describe('the Wilson interval', () => {
	it.each([
		// Values from R: prop.test(x, n, correct = FALSE)
		[8, 10, 0.4901625, 0.9433178],
		[0, 10, 0, 0.2775328],
		[50, 100, 0.4038315, 0.5961685],
		[1, 1, 0.2065493, 1],
	])('of %s in %s', (count, of, low, high) => {
		const share = wilson(count, of);
		expect(share.low).toBeCloseTo(low, 6);
		expect(share.high).toBeCloseTo(high, 6);
	});

	it('holds the share and stays between 0 and 1, and says nothing of nothing', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 10_000 }), fc.nat(), (of, seed) => {
				const { share, low, high } = wilson(seed % (of + 1), of);
				expect([0 <= low, low <= (share ?? NaN), (share ?? NaN) <= high, high <= 1]).toEqual([
					true,
					true,
					true,
					true,
				]);
			}),
		);
		expect(sayShare(wilson(0, 0))).toBe('unknown');
		expect(sayShare(wilson(8, 10))).toBe('80 % (49 to 94)');
	});
});

it('measures agreement beyond chance', () => {
	expect(kappa({ bothYes: 20, bothNo: 15, onlyFirst: 5, onlySecond: 10 })).toBeCloseTo(0.4, 10);
	expect(kappa({ bothYes: 5, bothNo: 5, onlyFirst: 0, onlySecond: 0 })).toBe(1);
	expect(kappa({ bothYes: 5, bothNo: 0, onlyFirst: 0, onlySecond: 0 })).toBeNull();
	expect(kappa({ bothYes: 0, bothNo: 0, onlyFirst: 0, onlySecond: 0 })).toBeNull();
});

describe('calibrating', () => {
	it('counts agreement, false passes and what was left to people', () => {
		const result = calibrate(
			[
				...times(12, {}),
				...times(3, { approved: false }),
				...times(6, { outcome: 'fail', score: 0.2, approved: false }),
				...times(1, { outcome: 'fail', score: 0.2 }),
				...times(4, { outcome: 'unsure' }),
			],
			2,
		);
		expect(result).toMatchObject({
			pieces: 26,
			unsure: 4,
			notCompared: 2,
			agreement: { count: 18, of: 22 },
			falsePasses: { count: 3, of: 15 },
			falseFails: { count: 1, of: 7 },
			precision: { count: 6, of: 7 },
			recall: { count: 6, of: 9 },
			guideVersion: 'g-1',
		});
		expect(sayCalibration(result)).toMatch(
			/^26 pieces compared, 4 of them left to people as unsure\. The validator agreed with people on 82 % \(61 to 93\); of what passed, people turned down 20 % \(7 to 45\)\. /,
		);
	});

	it.each([
		['nothing', []],
		['few decisions', [...times(6, {}), ...times(6, { approved: false })]],
		['only approvals', times(100, {})],
		['hardly any approval', [...times(4, {}), ...times(50, { approved: false })]],
	])('suggests nothing from %s', (_, pieces) => {
		const result = calibrate(pieces);
		expect(result).toMatchObject({ suggestedThreshold: null, agreementThen: null });
		expect(result.why).toMatch(/^Too few decisions for a suggestion/);
	});

	it('suggests the threshold that would have agreed most often, the stricter of equals', () => {
		const pieces = [
			...times(15, { score: 0.95 }),
			...times(15, { score: 0.8, approved: false }),
			...times(5, { score: 0.5, outcome: 'fail', approved: false }),
		];
		expect(calibrate(pieces)).toMatchObject({
			agreement: { count: 20, of: 35 },
			suggestedThreshold: 0.95,
			agreementThen: { count: 35, of: 35 },
			why: 'With 0.95 it would have agreed with people on 35 of 35 pieces, and not 20.',
		});
	});

	it('says when a suggestion may be chance', () => {
		const pieces = [
			...times(15, { score: 0.9 }),
			...times(1, { score: 0.8, approved: false }),
			...times(9, { score: 0.5, outcome: 'fail', approved: false }),
		];
		expect(calibrate(pieces).why).toContain('small enough to be chance');
	});

	it('suggests nothing where no threshold is better, where hard rules decide, and across different rules', () => {
		const good = [...times(15, {}), ...times(15, { outcome: 'fail', score: 0.1, approved: false })];
		expect(calibrate(good).why).toMatch(/^No other threshold/);
		const hard = [
			...times(15, { outcome: 'fail', score: 0.9, isHard: true }),
			...times(15, { outcome: 'fail', score: 0.1, isHard: true, approved: false }),
		];
		expect(calibrate(hard).suggestedThreshold).toBeNull();
		expect(calibrate([...good, piece({ guideVersion: 'g-2' })])).toMatchObject({
			suggestedThreshold: null,
			guideVersion: null,
			why: expect.stringContaining('different rules'),
		});
	});

	it('never suggests what would have agreed less often', () => {
		const any = fc.record({
			outcome: fc.constantFrom('pass' as const, 'fail' as const, 'unsure' as const),
			score: fc.integer({ min: 0, max: 20 }).map((part) => part / 20),
			isHard: fc.boolean(),
			guideVersion: fc.constant('g-1'),
			approved: fc.boolean(),
		});
		fc.assert(
			fc.property(fc.array(any, { maxLength: 60 }), (pieces) => {
				const { agreement, agreementThen, suggestedThreshold } = calibrate(pieces);
				expect(agreementThen === null).toBe(suggestedThreshold === null);
				if (agreementThen !== null) expect(agreementThen.count).toBeGreaterThan(agreement.count);
			}),
		);
	});
});

describe('pairing decisions with verdicts', () => {
	const decide = (id: string, action: string, more: object = {}) => ({
		artefactId: id,
		contentHash: artefact(id).contentHash,
		action,
		reviewer: 'Maya',
		reviewerVerified: 'none',
		decidedAt: '2026-11-22T10:00:00Z',
		round: 0,
		...more,
	});
	const pair = (fields: Record<string, object[]>) =>
		pairDecisions({ runId: 'r', version: 1, fields: JSON.parse(JSON.stringify(fields)) });

	it('takes the last word on each content, beside the worst verdict on exactly it', () => {
		expect(
			pair({
				artefacts: [artefact('a'), artefact('b')],
				verdicts: [verdict('a', 'pass', { by: 'w/1' }), verdict('a', 'fail', { by: 'w/2' }), verdict('b')],
				decisions: [decide('a', 'approve'), decide('b', 'approve'), decide('b', 'redirect')],
			}),
		).toEqual({
			notCompared: 0,
			pieces: [
				expect.objectContaining({ outcome: 'fail', approved: true }),
				expect.objectContaining({ outcome: 'pass', approved: false }),
			],
		});
	});

	it('leaves out what was not checked as it was, what was changed in place, and style guides', () => {
		expect(
			pair({
				artefacts: [artefact('a'), artefact('b'), artefact('g', { kind: 'styleGuide' })],
				verdicts: [verdict('a', 'pass', { contentHash: 'before' }), verdict('b'), verdict('g')],
				decisions: [
					decide('a', 'approve'),
					decide('b', 'approve', { edits: { logline: 'Better.' } }),
					decide('g', 'approve'),
				],
			}),
		).toEqual({ pieces: [], notCompared: 2 });
		expect(sayCalibration(calibrate([]))).toMatch(/^No work was both checked/);
	});
});
