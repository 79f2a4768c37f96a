/** Six steps from a brief to a list of what passed. */

/** @param {string} name @param {string} type @param {object} parameters */
function step(name, type, parameters) {
	const own = type.startsWith('greenlight.');
	return {
		id: name,
		name,
		type: own ? `n8n-nodes-${type}` : `n8n-nodes-base.${type}`,
		typeVersion: 1,
		position: [0, 0],
		parameters,
		...(/geminiConcept|styleValidator/.test(type)
			? { credentials: { greenlightGeminiApi: { id: 'c1', name: 'Gemini' } } }
			: {}),
	};
}

/** @param {string} node */
const to = (node) => [{ node, type: 'main', index: 0 }];

/** @param {string} runKey */
export function pipeline(runKey) {
	const nodes = [
		step('Start', 'manualTrigger', {}),
		step('Begin', 'greenlight.sharedStateStore', {
			...{ resource: 'run', operation: 'start', brief: 'A rooftop chase', runKey },
			ownFields: { rows: [] },
		}),
		step('Capture', 'greenlight.geminiConcept', {
			...{ resource: 'intent', operation: 'capture', brief: '={{ $json.brief }}' },
		}),
		step('Write', 'greenlight.geminiConcept', { resource: 'concept', operation: 'generate', count: 3 }),
		step('Check', 'greenlight.styleValidator', {
			rulesFrom: 'rows',
			rules: {
				rows: [
					{ kind: 'bannedWords', words: 'spotless', severity: 'hard' },
					{ kind: 'judged', statement: 'It is gritty', severity: 'hard' },
				],
			},
		}),
		step('Router', 'greenlight.retryRouter', { attempts: 5, options: { initialWait: 0 } }),
		step('Keep', 'greenlight.sharedStateStore', {
			...{ resource: 'state', operation: 'merge', field: 'kept', how: 'append' },
			value: '={{ JSON.stringify([$json.title]) }}',
		}),
		step('Person', 'greenlight.sharedStateStore', { resource: 'run', operation: 'handToPerson' }),
	];
	const connections = {
		Start: { main: [to('Begin')] },
		Begin: { main: [to('Capture')] },
		Capture: { main: [to('Write')] },
		Write: { main: [to('Check')] },
		Check: { main: [to('Router')] },
		Router: { main: [to('Person'), to('Write'), to('Keep')] },
	};
	return { nodes, connections };
}
