/** The style guide and the verdicts on work that is held against it. Other rooms import from here only. */
export {
	DEFAULT_THRESHOLD,
	guideSchema,
	guideVersionOf,
	ruleSchema,
	type Guide,
	type JudgedRule,
	type PlainRule,
	type Rule,
	type RuleKind,
} from './guide';
export { parseGuide } from './parseGuide';
export { sayRule } from './sayRule';
export {
	buildCompileRequest,
	compiledSchema,
	readCompiled,
	type Compiled,
	type CompiledBefore,
	type CompiledGuide,
	type CompileRequest,
} from './compileGuide';
export { acceptedGuide, GUIDE_KIND, guideInField, type AcceptedGuide } from './guideInState';
export { calibrate, pairDecisions, sayCalibration, type Calibration, type DecidedPiece } from './calibration';
export { MAX_PICTURE_HEAD, type Picture } from './pictures';
export { checkPlainRules, type Finding } from './rules';
export {
	buildJudgeRequest,
	readRulings,
	rulingSchema,
	rulingsSchema,
	type AskJudge,
	type JudgeAnswer,
	type JudgeRequest,
	type Reading,
	type Ruling,
	type Rulings,
} from './judge';
export { checkArtefact, type CheckRequest, type CheckResult } from './verdict';
