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
