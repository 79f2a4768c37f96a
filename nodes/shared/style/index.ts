/** The style guide and the verdicts on work that is held against it. Other rooms import from here only. */
export {
	DEFAULT_THRESHOLD,
	guideSchema,
	guideVersionOf,
	type Guide,
	type JudgedRule,
	type PlainRule,
	type Rule,
} from './guide';
export { parseGuide } from './parseGuide';
export { buildCompileRequest, readCompiled, type Compiled, type CompiledBefore } from './compileGuide';
export { acceptedGuide, GUIDE_KIND, guideInField } from './guideInState';
export { calibrate, pairDecisions, sayCalibration, type DecidedPiece } from './calibration';
export { MAX_PICTURE_HEAD, type Picture } from './pictures';
export { checkPlainRules, type Finding } from './rules';
export {
	buildJudgeRequest,
	readRulings,
	rulingsSchema,
	type AskJudge,
	type JudgeRequest,
	type Reading,
	type Ruling,
	type Rulings,
} from './judge';
export { checkArtefact, type CheckResult } from './verdict';
