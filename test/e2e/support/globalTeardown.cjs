const { existsSync, readdirSync, rmSync } = require('node:fs');
const { join } = require('node:path');

/** Ends everything, last first. Screenshots stay, the rest of the folder goes. */
module.exports = async () => {
	const world = globalThis.greenlightWorld;
	if (!world) return;
	for (const undo of world.cleanUps.splice(0).reverse()) await undo();
	if (process.env.GREENLIGHT_E2E_KEEP) return void process.stderr.write(`Kept: ${world.folder}\n`);
	const shots = existsSync(world.screenshots) ? readdirSync(world.screenshots) : [];
	for (const entry of readdirSync(world.folder)) {
		if (shots.length > 0 && entry === 'screenshots') continue;
		rmSync(join(world.folder, entry), { recursive: true, force: true, maxRetries: 5 });
	}
	if (shots.length === 0) rmSync(world.folder, { recursive: true, force: true });
	else process.stderr.write(`Screenshots: ${world.screenshots} (${shots.join(', ')})\n`);
};
