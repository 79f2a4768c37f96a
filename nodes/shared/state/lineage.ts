import type { Artefact } from './fields';
import type { Impact } from './stateStore';

/**
 * What becomes out of date when `changed` does: everything made from it, and everything made from that, each once, in an
 * order in which a piece comes after all that it was made from. `madeFrom` names are `<id>@<hash>`; replaced work does not
 * count, and neither does `changed` itself.
 */
export function impactOf(artefacts: readonly Artefact[], changed: string): Impact {
	const present = artefacts.filter(({ status }) => status !== 'replaced');
	const madeOf = new Map<string, Artefact[]>();
	for (const artefact of present) {
		for (const source of new Set(artefact.madeFrom.map(idOf))) {
			madeOf.set(source, [...(madeOf.get(source) ?? []), artefact]);
		}
	}
	const finished: Artefact[] = [];
	const seen = new Set([changed]);
	visit(changed);
	const stale = finished.reverse();
	const prices = stale.map(({ costUsd }) => costUsd ?? null);
	return {
		stale: stale.map(({ id }) => id),
		costUsd: prices.reduce<number | null>(
			(sum, price) => (sum === null || price === null ? null : sum + price),
			0,
		),
	};

	/** Depth first, with a list of its own in place of the call stack: chains may be long. */
	function visit(start: string): void {
		const path: Array<{ artefact?: Artefact; next: Artefact[] }> = [{ next: [...(madeOf.get(start) ?? [])] }];
		while (path.length > 0) {
			const top = path[path.length - 1];
			const child = top?.next.pop();
			if (child === undefined) {
				path.pop();
				if (top?.artefact !== undefined) finished.push(top.artefact);
			} else if (!seen.has(child.id)) {
				seen.add(child.id);
				path.push({ artefact: child, next: [...(madeOf.get(child.id) ?? [])] });
			}
		}
	}
}

function idOf(source: string): string {
	const at = source.lastIndexOf('@');
	return at < 0 ? source : source.slice(0, at);
}
