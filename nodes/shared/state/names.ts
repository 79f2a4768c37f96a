/** Names that the store finds things by. PostgreSQL takes only so much of them: 2,704 bytes for all that one index row has. */
import { PipelineError } from '../errors';
import { hashOf } from './json';

/** Characters of a run key, field, entry or checkpoint. Field and entry share an index, and a character may have 3 bytes. */
export const MAX_NAME = 400;
/** Characters of the key of a step or a command, which stand in their index alone. */
export const MAX_KEY = 800;

/** Fails with `input_refused`. `what` begins the sentence. */
export function checkName(what: string, name: string, longest = MAX_NAME): void {
	if (name.length <= longest) return;
	throw new PipelineError(
		'input_refused',
		`${what} '${name.slice(0, 40)}…' has ${name.length} characters; it may have at most ${longest}.`,
		{ hint: 'Use a shorter one. Long text belongs into a value.' },
	);
}

/** Fails with `input_missing` or `input_refused`. */
export function checkCheckpointName(name: string): void {
	if (name.trim() === '') throw new PipelineError('input_missing', "'Checkpoint Name' is empty.");
	if (/^\s*\d+\s*$/.test(name)) {
		throw new PipelineError('input_refused', `A checkpoint cannot be called '${name}'.`, {
			hint: 'A number alone is a version. Add a word, such as "draft 7".',
		});
	}
	checkName('The name of a checkpoint,', name);
}

/** A key that somebody else's text is part of, with its end replaced by a hash where it is too long. */
export function shortKey(key: string): string {
	return key.length <= MAX_KEY ? key : `${key.slice(0, MAX_NAME)}…${hashOf(key)}`;
}
