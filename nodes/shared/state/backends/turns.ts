const last = new Map<string, Promise<void>>();

/** Calls `work` when all earlier work under the same name has ended, within this process. */
export function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
	const turn = (last.get(name) ?? Promise.resolve()).then(work);
	const settled = turn.then(
		() => undefined,
		() => undefined,
	);
	last.set(name, settled);
	void settled.then(() => {
		if (last.get(name) === settled) last.delete(name);
	});
	return turn;
}
