/** Where Chromium is, for every test that needs one. */
const { existsSync } = require('node:fs');

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

exports.findBrowser = () => {
	const path = [process.env.CHROMIUM_PATH, ...BROWSERS].find(
		(candidate) => candidate && existsSync(candidate),
	);
	if (path) return path;
	throw new Error(
		'The end-to-end tests need Chromium: install it (apt-get install -y chromium), or name it in CHROMIUM_PATH.',
	);
};
