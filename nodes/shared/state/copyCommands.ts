import { ARTEFACTS } from './builtInFields';
import type { JsonObject } from './json';
import { judgedAnew } from './judgement';
import type { Command, FieldDeclaration } from './stateStore';

/** What writes a run's content into another one: nothing of it is locked there. */
export function copyCommands(declared: readonly FieldDeclaration[], fields: JsonObject): Command[] {
	return declared.flatMap(({ name: field, rule, part }): Command[] => {
		const value = fields[field];
		if (part !== 'content' || value === undefined) return [];
		switch (rule) {
			case 'set':
			case 'writeOnce':
				return [{ op: rule, field, value }];
			case 'increment':
				return [{ op: 'increment', field, by: Number(value) }];
			case 'append':
				return [{ op: 'append', field, values: Array.isArray(value) ? value : [] }];
			case 'mergeById': {
				const items = Array.isArray(value) ? value.map((entry) => ({ ...Object(entry) })) : [];
				if (field !== ARTEFACTS) return [{ op: 'mergeById', field, items }];
				// Nobody has judged it in this run yet.
				const fresh = items.map((item) => Object(judgedAnew(item, () => ({ status: 'new', why: '' }))));
				return [{ op: 'mergeById', field, items: fresh }];
			}
		}
	});
}
